"""What lies on a branch: our folder's tree, its files, and the commits of ours that put them there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.storage.files import reported
from gmconfig.storage.git.index import IndexFile
from gmconfig.storage.git.objects import REGULAR, Entry, read_blobs, tree_entries, write_blobs
from gmconfig.storage.scratch import scratch
from gmconfig.target.kinds.branch.message import ends, marker_in

if TYPE_CHECKING:
    from gmconfig.storage.git import Repository
    from gmconfig.target.marker import Marker

_PLAIN = ("100644", "100755")


class Commit(NamedTuple):
    """A commit of ours: what it put into our folder, and what its marker says."""

    released: str
    tree: str | None
    marker: Marker


class History:
    """The commits of a branch as one target sees them; `folder` is ours, the whole tree where it is empty."""

    def __init__(self, repository: Repository, target: str, folder: str) -> None:
        self.repository = repository
        self.target = target
        self.folder = folder

    def tree(self, commit: str) -> str | None:
        """Give the id of our folder's tree in a commit; None where the commit has no such folder."""
        done = self.repository.attempt("rev-parse", "--verify", "--quiet", f"{commit}:{self.folder}")
        found = done.stdout.decode().strip()
        return found if not done.returncode and found != self._empty else None

    def files(self, tree: str) -> tuple[dict[str, bytes], list[str]]:
        """Give a tree's plain files, and the paths of what else is in it."""
        entries = tree_entries(self.repository, tree)
        plain = {path: entry.blob for path, entry in entries.items() if entry.mode in _PLAIN}
        blobs = read_blobs(self.repository, plain.values())
        return {path: blobs[blob] for path, blob in plain.items()}, sorted(set(entries) - set(plain))

    def store(self, files: Mapping[str, bytes]) -> str:
        """Write files as a tree of this repository, and give its id."""
        blobs = write_blobs(self.repository, list(files.values()))
        entries = {name: Entry(REGULAR, blob) for name, blob in zip(files, blobs, strict=True)}
        return self._tree(None, entries)

    def around(self, tip: str | None, tree: str | None) -> str:
        """Give the branch's whole tree with another one (None: nothing) as our folder."""
        if not self.folder:
            return tree or self._empty
        entries: dict[str, Entry | None] = {}
        if tip is not None:
            entries.update(dict.fromkeys(tree_entries(self.repository, tip, [f"{self.folder}/"])))
        if tree is not None:
            new = tree_entries(self.repository, tree)
            entries.update({f"{self.folder}/{path}": entry for path, entry in new.items()})
        return self._tree(tip, entries)

    def ours(self, tip: str) -> Commit | None:
        """Give the newest commit of this target on the branch."""
        newest = next(self._ours(tip), None)
        return None if newest is None else Commit(newest[0], self.tree(newest[0]), newest[1])

    def commit(self, released: str) -> Commit | None:
        """Give a commit of ours by its name."""
        if not (released.isascii() and released.isalnum()):
            return None
        done = self.repository.attempt("log", "-1", "--format=%B", released, "--")
        marker = marker_in(done.stdout.decode("utf-8", "replace")) if not done.returncode else None
        return None if marker is None else Commit(released, self.tree(released), marker)

    def unmanaged(self, tip: str) -> str | None:
        """Give the commit that our oldest one on the branch follows; None where it follows nothing in our folder."""
        ours = [commit for commit, _ in self._ours(tip)]
        done = self.repository.attempt("rev-parse", "--verify", "--quiet", f"{ours[-1]}^") if ours else None
        before = done.stdout.decode().strip() if done and not done.returncode else ""
        return before if before and self.tree(before) is not None else None

    def _ours(self, tip: str) -> Iterator[tuple[str, Marker]]:
        """Yield our commits, the newest first, back to where something of ours ended."""
        words = ("log", "--first-parent", "-E", "--grep=^Gmconfig-(Marker|Ended): ", "--format=%H%n%B%x00")
        records = self.repository.run(*words, tip, "--").decode("utf-8", "replace").split("\0")
        for record in records:
            commit, _, message = record.strip("\n").partition("\n")
            if ends(message, self.target):
                return
            marker = marker_in(message)
            if marker is not None and marker.target == self.target:
                yield commit, marker

    def _tree(self, base: str | None, entries: Mapping[str, Entry | None]) -> str:
        own = self.repository.own_folder()
        with reported(own), scratch("tree", own) as folder:
            index = IndexFile(self.repository, os.path.join(folder, "index"))
            index.fill(base)
            index.put(entries)
            return index.write_tree()

    @cached_property
    def _empty(self) -> str:
        return self.repository.text("hash-object", "-w", "-t", "tree", "/dev/null")
