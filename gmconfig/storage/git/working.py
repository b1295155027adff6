"""Changes of the working tree alone (`--dry-run`, `--no-commit`): all files or none, a kill included."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError, Locked, Refused
from gmconfig.storage.files import check_paths, locate, read_if_exists
from gmconfig.storage.git.root import find_root
from gmconfig.storage.lock import Lock
from gmconfig.storage.replacement import Changed, Replacement

if TYPE_CHECKING:
    from gmconfig.storage.change import FileEdit

_ATTEMPTS = 100

Shown = dict[str, tuple[bytes | None, bytes | None]]


def preview(root: str, edits: Mapping[str, FileEdit]) -> dict[str, tuple[bytes | None, bytes | None]]:
    """Give each working file before and after the edits; nothing is written."""
    shown: dict[str, tuple[bytes | None, bytes | None]] = {}
    for _ in check_paths(edits):
        pass
    for name, edit in edits.items():
        old = read_if_exists(locate(root, name))
        shown[name] = old, edit.apply(old)
    return shown


def write_working(root: str, edits: Mapping[str, FileEdit]) -> dict[str, tuple[bytes | None, bytes | None]]:
    """Make the edits in the working tree only, all or none, and give each file before and after."""
    return _replace_working(root, lambda: preview(root, edits))


def located(top: str, prefix: str, edits: Mapping[str, FileEdit]) -> dict[str, str]:
    """Give where the edits' files really lie below the top, with the names they were given."""
    names: dict[str, str] = {}
    for _ in check_paths(edits):
        pass
    base = os.path.realpath(top)
    for name in edits:
        path = os.path.relpath(locate(os.path.join(base, prefix), name), base)
        if path in names:
            raise Refused(f'"{name}" and "{names[path]}" are the same file', hint="change one at a time")
        if os.path.isdir(os.path.join(base, path)):
            raise GmconfigError(f'"{name}" is a folder')
        names[path] = name
    return names


def _replace_working(root: str, read: Callable[[], Shown]) -> Shown:
    """Replace files below a root as `read` says (before and after, by path), starting over if they change."""
    with _record(root) as record:
        for _ in range(_ATTEMPTS):
            shown = read()
            with contextlib.suppress(Changed):
                _replace(root, record, shown)
                return shown
    raise Locked("the files keep changing", hint="run the command again when it is quiet")


def _replace(root: str, record: str, shown: Shown) -> None:
    changed = {locate(root, name): pair for name, pair in shown.items() if pair[0] != pair[1]}
    files = Replacement(
        record,
        {path: old for path, (old, _) in changed.items()},
        {path: new for path, (_, new) in changed.items()},
    )
    try:
        files.prepare()
        files.place()
    except BaseException:
        files.undo()
        raise
    files.keep()


@contextlib.contextmanager
def _record(root: str) -> Iterator[str]:
    """Give a folder for the record, under the worktree's lock where there is a repository."""
    found = find_root(root)
    if found is None:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            yield os.path.join(folder, "record")
        return
    own = os.path.join(found.git_dir, "gmconfig")
    with Lock(os.path.join(own, "lock")):
        _settle(root, own)
        yield os.path.join(own, "commit")


def _settle(root: str, own: str) -> None:
    if os.path.isdir(os.path.join(own, "commit")):
        from gmconfig.storage.git.interrupted import settle_held
        from gmconfig.storage.git.repository import Repository

        settle_held(Repository.plain(root))
