"""Changes of the working tree alone (`--no-commit`): all files or none, a kill included."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator

from gmconfig.errors import Locked
from gmconfig.storage.files import locate
from gmconfig.storage.git.root import find_root
from gmconfig.storage.lock import Lock
from gmconfig.storage.replacement import Changed, Replacement

_ATTEMPTS = 100

Shown = dict[str, tuple[bytes | None, bytes | None]]


def replace_working(root: str, read: Callable[[], Shown]) -> Shown:
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
