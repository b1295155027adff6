"""One JSON document on a ref: who holds a lock, what is held, how an agent is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import BrokenConfiguration
from gmconfig.storage.bounds import read_json
from gmconfig.storage.git import refs

if TYPE_CHECKING:
    from gmconfig.storage.git import Repository

FILE = "note.json"


class Note(NamedTuple):
    """What stands on a ref, and the commit that says so (None: nothing does)."""

    content: Mapping[str, object]
    commit: str | None


def read(repository: Repository, ref: str) -> Note:
    """Give what a ref says; without the ref an empty note.

    Raises:
        BrokenConfiguration: what stands there is none of ours.
    """
    commit = refs.read(repository, ref)
    return Note(content_of(repository, commit, ref), commit) if commit else Note({}, None)


def content_of(repository: Repository, commit: str, ref: str) -> Mapping[str, object]:
    """Give the note that a commit holds."""
    done = repository.attempt("cat-file", "blob", f"{commit}:{FILE}")
    return parsed(done.stdout if not done.returncode else b"", ref)


def parsed(raw: bytes, ref: str) -> Mapping[str, object]:
    """Read a note's bytes; a ref can be written by anybody who may push, so nothing is taken for granted."""
    try:
        content = read_json(raw)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise BrokenConfiguration(
            f"what stands on {ref} is not gmconfig's", hint=f"look at it with: git log -p {ref}"
        )
    return content


def write(
    repository: Repository, ref: str, content: Mapping[str, object], message: str, *, after: Note
) -> Note | None:
    """Put a note in the place of the one that was read; None if another one stands there by now."""
    tree = refs.flat_tree(repository, {FILE: as_bytes(content)})
    parents = (after.commit,) if after.commit else ()
    commit = refs.chained(repository, parents, tree, message)
    if refs.swap(repository, ref, commit, after.commit, message.partition("\n")[0]):
        return Note(content, commit)
    return None


def as_bytes(content: Mapping[str, object]) -> bytes:
    """Give a note as its file holds it, one line a key so that a diff can be read."""
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def on_one_line(text: str) -> str:
    """Give what people wrote on one line, whatever they broke it with: nothing in it passes for another."""
    return " ".join(text.split())
