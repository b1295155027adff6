"""Several files replaced together: prepared wholly before the first rename, and undone as a whole.

A folder of ours holds the record: what is planned, and the old files. Whoever finds one that nobody works
on (its writer died) calls `undo_recorded`; then each file that is still as the dead one left it is old again.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Callable, Mapping
from hashlib import sha256

from gmconfig.errors import Refused
from gmconfig.storage import at_once, believable
from gmconfig.storage.bounds import read_json
from gmconfig.storage.files import (
    make_folders,
    read_if_exists,
    remove_folders,
    remove_stale,
    reported,
    sync_folder,
    trouble,
    unlink,
    write_atomic,
    write_beside,
    write_quickly,
)

_PLAN = "plan.json"
_MOST_SINGLE_SYNCS = 16

Merge = Callable[[bytes, bytes, bytes], bytes | None]
"""Carry a change over: (current, base, other) to the merged content, or None where they conflict."""

Keep = Callable[[str], bool]
"""Whether a new file has become somebody's own in the meantime, so that it is to stay."""


def nothing_kept(path: str) -> bool:  # noqa: ARG001 - whichever
    """Keep none of the new files."""
    return False


class Replacement:
    """The replacement of some files, by absolute path; None takes a file away."""

    def __init__(self, record: str, old: Mapping[str, bytes | None], new: Mapping[str, bytes | None]) -> None:
        self.record = record
        self.old = old
        self.new = new
        self.plan: dict[str, object] = {}
        self._temporary: dict[str, str] = {}
        self._made: list[str] = []

    def prepare(self) -> None:
        """Write everything that will be needed: afterwards only renames are left to do."""
        shutil.rmtree(self.record, ignore_errors=True)
        make_folders(self.record)
        self._note(preparing=list(self.new))
        few = len(self.new) <= _MOST_SINGLE_SYNCS
        for path, content in self.new.items():
            self._made += make_folders(os.path.dirname(path))
            if content is not None:
                self._temporary[path] = write_beside(path, content, durable=few)
        if not few:
            os.sync()
        self._note(made=self._made, files=[self._keep_old(path, str(n)) for n, path in enumerate(self.new)])

    def place(self) -> None:
        """Give the new files their names.

        Raises:
            Refused: a file changed since it was read; nothing is lost, start over.
        """
        for path, content in self.new.items():
            if read_if_exists(path) != self.old[path]:
                raise Changed(path)
            with reported(path):
                if content is None:
                    os.unlink(path)
                    remove_empty_folders(os.path.dirname(path))
                else:
                    os.replace(self._temporary[path], path)
                    del self._temporary[path]
        for folder in {os.path.dirname(path) for path, content in self.new.items() if content is not None}:
            sync_folder(folder)

    def note(self, **facts: object) -> None:
        """Add to what the record says."""
        self._note(**facts)

    def undo(self, merge: Merge | None = None, keep: Keep = nothing_kept) -> None:
        """Bring the old files back; what others wrote in the meantime stays, our change taken out of it."""
        for temporary in self._temporary.values():
            unlink(temporary)
        for path in self.new if merge else ():
            self._take_out(path, merge)
        undo_recorded(self.record, keep)

    def keep(self) -> None:
        """The new files are here to stay: forget the old ones."""
        forget(self.record)

    def _take_out(self, path: str, merge: Merge | None) -> None:
        current, new, old = read_if_exists(path), self.new[path], self.old[path]
        if merge is None or current is None or new is None or old is None or current in (new, old):
            return
        merged = merge(current, new, old)
        if merged is not None:
            write_atomic(path, merged)

    def _keep_old(self, path: str, name: str) -> dict[str, object]:
        content = self.new[path]
        kept = None if self.old[path] is None else name
        if kept is not None:
            _link_or_copy(path, os.path.join(self.record, kept))
        return {"path": path, "old": kept, "new": None if content is None else _digest(content)}

    def _note(self, **facts: object) -> None:
        self.plan |= facts
        write_quickly(os.path.join(self.record, _PLAN), json.dumps(self.plan).encode("ascii"))


class Changed(Refused):
    """A file changed between being read and being replaced."""

    def __init__(self, path: str) -> None:
        super().__init__(f'"{path}" is being changed by somebody else', hint="run the command again")


def recorded(record: str) -> dict[str, object]:
    """Give what a record says; empty where it never came to say anything."""
    try:
        with open(os.path.join(record, _PLAN), "rb", opener=at_once) as file:
            plan = read_json(file.read())
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return plan if isinstance(plan, dict) else {}


def undo_recorded(record: str, keep: Keep = nothing_kept, within: str = "/") -> None:
    """Bring back the old files of a record and forget it; a file that was never replaced is left alone.

    Args:
        record: the folder.
        keep: which new files stay.
        within: the folder that the files lie in; what a record says of others is not a record of ours.
    """
    plan = recorded(record)
    for path in believable.paths(plan.get("preparing"), within):
        if os.path.isdir(os.path.dirname(path)):
            remove_stale(path)
    for path, old, new in believable.files(plan.get("files"), within):
        _undo_one(record, path, (old, new), keep)
    remove_folders(believable.paths(plan.get("made"), within))
    forget(record)


def forget(record: str) -> None:
    """Remove a record: first the plan, so that nobody acts on half of it."""
    unlink(os.path.join(record, _PLAN))
    shutil.rmtree(record, ignore_errors=True)


def remove_empty_folders(folder: str) -> None:
    """Remove a folder that became empty, and parents that did so with it, as git does."""
    with contextlib.suppress(OSError):
        while True:
            os.rmdir(folder)
            folder = os.path.dirname(folder)


def _undo_one(record: str, path: str, names: tuple[str | None, str | None], keep: Keep) -> None:
    kept, new = names
    current = read_if_exists(path)
    if (None if current is None else _digest(current)) == new and not keep(path):
        _bring_back(None if kept is None else os.path.join(record, kept), path)


def _bring_back(old: str | None, path: str) -> None:
    if old is None:
        unlink(path)
        return
    make_folders(os.path.dirname(path))
    try:
        os.replace(old, path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise trouble(error, path) from error
        write_atomic(path, read_if_exists(old) or b"")
    sync_folder(os.path.dirname(path))


def _link_or_copy(path: str, kept: str) -> None:
    """Keep the old file itself where that is possible: to bring it back then needs no room on the disk."""
    try:
        os.link(path, kept, follow_symlinks=False)
    except OSError:
        try:
            shutil.copy2(path, kept)
        except FileNotFoundError as error:
            raise Changed(path) from error
        except OSError as error:
            raise trouble(error, kept) from error


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
