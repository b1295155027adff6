"""Refs of gmconfig's own: read, compared and swapped, and chains of records that grow on them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble, Locked, UsageError, shell_word
from gmconfig.path.nearest import nearest
from gmconfig.storage.files import reported
from gmconfig.storage.git.head import is_absent, loose_ref
from gmconfig.storage.git.identity import Identity, identity
from gmconfig.storage.git.index import IndexFile
from gmconfig.storage.git.objects import REGULAR, Entry, write_blobs
from gmconfig.storage.git.process import failed
from gmconfig.storage.git.stale import barring, outwait
from gmconfig.storage.scratch import scratch

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|\.$|/$|^-")
_ATTEMPTS = 200
_MOVED = (b"but expected", b"reference already exists", b"unable to resolve reference")
_NOBODY = Identity("gmconfig", "gmconfig@localhost")

ANY = object()
"""Whatever a ref holds now."""


def check_name(name: str) -> str:
    """Give the full name of a ref back if git would take it.

    Raises:
        UsageError: it would not.
    """
    if not name.startswith("refs/") or _FORBIDDEN.search(name):
        raise UsageError(f'"{name}" is not a name for a ref')
    return name


def read(repository: Repository, name: str) -> str | None:
    """Give the object that a ref names, or None where there is no such ref."""
    check_name(name)
    known = loose_ref(repository.common_dir, name)
    if known or is_absent(repository.common_dir, name):
        return known
    done = repository.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", name)
    return None if done.returncode else done.stdout.decode().strip()


def listed(repository: Repository, below: str) -> dict[str, str]:
    """Give the refs below a prefix, with the objects that they name."""
    out = repository.run("for-each-ref", "--format=%(refname)%00%(objectname)", check_name(below))
    pairs = (line.split("\0", 1) for line in os.fsdecode(out).split("\n") if line)
    return dict(pairs)


def nearest_name(repository: Repository, word: str) -> str | None:
    """Give the branch or tag that a mistyped name most likely means, or None."""
    asked = ("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
    return nearest(word, os.fsdecode(repository.attempt(*asked).stdout).split())


def swap(
    repository: Repository, name: str, new: str | None, old: str | None, reason: str = "gmconfig"
) -> bool:
    """Change a ref if it still holds what the caller saw; None stands for no ref, before and after.

    Returns:
        Whether it did; False means that somebody was faster.
    """
    check_name(name)
    for _ in range(_ATTEMPTS):
        done = repository.attempt("update-ref", "--no-deref", "-m", reason, *_change(name, new, old))
        if not done.returncode:
            return True
        if read(repository, name) != old:
            return False
        if _had_moved(done.stderr, old):
            continue
        if b"File exists" not in done.stderr and b"unable to lock" not in done.stderr.lower():
            raise failed(("update-ref",), done.stderr, repository.top)
        time.sleep(0.01)  # another process holds the ref's lock, or held it when it was killed
        outwait(repository, barring(os.fsdecode(done.stderr)))
    raise Locked(
        f'"{name}" stays locked',
        hint=f"rm -f {shell_word(os.path.join(repository.common_dir, name) + '.lock')}",
    )


def _had_moved(said: bytes, old: str | None) -> bool:
    """Whether git met a ref that is back by now: somebody changed it, and took that back."""
    return any(sign in said for sign in _MOVED) and not (old is None and b"unable to resolve" in said)


def drop(repository: Repository, found: Mapping[str, str]) -> None:
    """Remove refs that still hold what was seen, in one git process; none if one of them was changed."""
    lines = "".join(f"delete {check_name(name)} {commit}\n" for name, commit in found.items())
    for _ in range(2 if lines else 0):
        done = repository.attempt("update-ref", "--no-deref", "--stdin", stdin=lines.encode())
        lock = barring(os.fsdecode(done.stderr)) if done.returncode else ""
        if not lock:
            return
        outwait(repository, lock)


def append(
    repository: Repository,
    name: str,
    files: Mapping[str, bytes | None],
    message: str,
    *,
    expected: object = ANY,
) -> str | None:
    """Add a commit to the chain on a ref: the files before, with these set or (None) removed.

    Args:
        repository: where the ref lives.
        name: the ref; it is made with the first commit.
        files: what to change, by path in the chain's tree.
        message: what the commit says.
        expected: the tip that it must follow (None: the first one); ANY follows whatever is there.

    Returns:
        The new tip; None if another one than the expected was there.
    """
    for _ in range(_ATTEMPTS):
        tip = read(repository, name)
        if expected is not ANY and tip != expected:
            return None
        commit = chained(repository, (tip,) if tip else (), _changed_tree(repository, tip, files), message)
        if swap(repository, name, commit, tip, message.partition("\n")[0]):
            return commit
    raise Locked(f'"{name}" keeps changing', hint="run the command again")


def flat_tree(repository: Repository, files: Mapping[str, bytes]) -> str:
    """Store some files without folders as a tree."""
    from gmconfig.storage.git import loose

    return loose.flat_tree(repository, files) or _tree_by_git(repository, files)


def _tree_by_git(repository: Repository, files: Mapping[str, bytes]) -> str:
    names = list(files)
    blobs = write_blobs(repository, [files[name] for name in names])
    lines = (f"{REGULAR} blob {blob}\t{name}\0" for name, blob in zip(names, blobs, strict=True))
    done = repository.attempt("mktree", "-z", stdin="".join(lines).encode())
    tree = done.stdout.decode().strip()
    # It names a tree that it could not write, and ends as if it had.
    lost = done.stderr and repository.attempt("cat-file", "-e", tree).returncode
    if done.returncode or lost:
        raise failed(("mktree",), done.stderr, repository.top)
    return tree


def chained(
    repository: Repository, parents: tuple[str, ...], tree: str, message: str, *, sign: bool = False
) -> str:
    """Make a commit on no branch: no hooks, by nobody where git has no identity, signed only if asked."""
    people = _identity(repository)
    env = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", people.name), ("EMAIL", people.email))
    }
    named = [word for parent in parents for word in ("-p", parent)]
    signing = "--gpg-sign" if sign else "--no-gpg-sign"
    asked = ("-c", "i18n.commitEncoding=UTF-8", "commit-tree", signing, *named, tree)
    return repository.run(*asked, input=message.encode("utf-8", "replace"), env=env).decode().strip()


def _changed_tree(repository: Repository, tip: str | None, files: Mapping[str, bytes | None]) -> str:
    present = {path: content for path, content in files.items() if content is not None}
    blobs = dict(zip(present, write_blobs(repository, list(present.values())), strict=True))
    own = repository.own_folder()

    with reported(own), scratch("tree", own) as folder:
        index = IndexFile(repository, os.path.join(folder, "index"))
        index.fill(tip)
        index.put({path: Entry(REGULAR, blobs[path]) if path in blobs else None for path in files})
        return index.write_tree()


def _identity(repository: Repository) -> Identity:
    try:
        return identity(repository, None, "COMMITTER")
    except GitTrouble:
        return _NOBODY


def _change(name: str, new: str | None, old: str | None) -> tuple[str, ...]:
    if new is None:
        return ("-d", name, old or "")
    return (name, new, old or "")
