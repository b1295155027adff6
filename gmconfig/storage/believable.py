"""Which parts of a record to believe: one that came with somebody else's archive may name any file of the machine."""

from __future__ import annotations

import os
from collections.abc import Mapping

_GIT = ".git"


def paths(listed: object, top: str) -> list[str]:
    """Give the paths of a list that lie below a folder, and in no git folder."""
    return [path for path in listed if lies_below(path, top)] if isinstance(listed, list) else []


def files(listed: object, top: str) -> list[tuple[str, str | None, str | None]]:
    """Give (path, name of the old content, digest of the new) of each file that lies below a folder."""
    if not isinstance(listed, list):
        return []
    named = [entry for entry in listed if isinstance(entry, Mapping) and lies_below(entry.get("path"), top)]
    told = [(entry["path"], entry.get("old"), entry.get("new")) for entry in named]
    return [
        (path, old, new) for path, old, new in told if _is_number(old) and (new is None or type(new) is str)
    ]


def lies_below(path: object, top: str) -> bool:
    """Whether something is an absolute path below a folder, whatever links lead there."""
    if not isinstance(path, str) or not os.path.isabs(path) or "\0" in path:
        return False
    real, last = os.path.realpath(os.path.dirname(path)), os.path.basename(path)
    below = os.path.relpath(real, os.path.realpath(top)).split("/")
    return last not in ("", ".", "..", _GIT) and below[0] != ".." and _GIT not in map(str.lower, below)


def _is_number(name: object) -> bool:
    return name is None or (isinstance(name, str) and name.isascii() and name.isdecimal())
