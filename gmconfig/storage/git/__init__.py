"""The one room that knows git: discovery, snapshots, commits of exactly the change, refs, history.

Found: `root.py` and `repository.py`; `plain.py`, `head.py` and `tips.py` read what is ordinary without a process.
Read: `snapshot.py` is a commit or the index, `history.py` a path's past, `objects.py` many contents at once.
Written: `committing.py` is the way of a commit, with `readiness.py`, `draft.py`, `proposal.py`, `hooks.py` and
`publish.py` as its steps and `interrupted.py` for what a kill leaves; `refs.py` are refs of our own, `push.py` takes
them away. `process.py` is the one place where git is run; `calling_off.py` ends a wait for a remote early.

Names load when they are first used, so that finding a repository costs no subprocess and no GitPython.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs more to import than finding a repository
if TYPE_CHECKING:
    from gmconfig.storage.git.committing import CommitResult, commit
    from gmconfig.storage.git.history import Revision, read_blobs, touching
    from gmconfig.storage.git.identity import Identity
    from gmconfig.storage.git.repository import Repository
    from gmconfig.storage.git.root import Root, find_root
    from gmconfig.storage.git.working import preview, write_working

__all__ = [
    "CommitResult",
    "Identity",
    "Repository",
    "Revision",
    "Root",
    "commit",
    "find_root",
    "preview",
    "read_blobs",
    "touching",
    "write_working",
]

_HOMES = {
    "CommitResult": "committing",
    "commit": "committing",
    "preview": "working",
    "write_working": "working",
    "Revision": "history",
    "read_blobs": "history",
    "touching": "history",
    "Identity": "identity",
    "Repository": "repository",
    "Root": "root",
    "find_root": "root",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
