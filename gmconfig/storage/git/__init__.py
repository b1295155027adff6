"""The one room that knows git: discovery, snapshots, commits of exactly the change, refs, history.

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
