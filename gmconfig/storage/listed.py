"""A snapshot that is asked again and again which files exist: folders are listed once, and each file asked once."""

from __future__ import annotations

import os

from gmconfig.storage.snapshot import Snapshot, WorkingTree

_NOTHING: frozenset[str] = frozenset()


class Listed(Snapshot):
    """Another snapshot, which does not change while this one lives; only asking what exists differs."""

    def __init__(self, base: Snapshot) -> None:
        self.base = base
        self.label = base.label
        self.commit = base.commit
        self._root = base.root if isinstance(base, WorkingTree) else None
        self._folders: dict[str, frozenset[str]] = {}
        self._known: dict[str, bool] = {}

    def files(self) -> dict[str, str]:
        """Give the files."""
        return self.base.files()

    def read(self, path: str) -> bytes:
        """Give a file's bytes."""
        return self.base.read(path)

    def exists(self, path: str) -> bool:
        """Whether the file exists; of what its folder does not list nobody is asked."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._may_exist(path) and self.base.exists(path)
        return known

    def _may_exist(self, path: str) -> bool:
        if self._root is None:
            return True
        folder, _, name = path.rpartition("/")
        if folder not in self._folders:
            self._folders[folder] = _names(os.path.join(self._root, folder))
        return name in self._folders[folder]


def _names(folder: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))
    except OSError:  # no folder; one that may be entered and not listed has no files for us either
        return _NOTHING
