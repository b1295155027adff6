"""Globs over one name: `prod-*`, `billing.?aml`; those that nobody would write mean nothing. Pure."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 1_000
"""Reading a glob costs the square of its length."""


def is_named(name: str, globs: Iterable[str]) -> bool:
    """Whether one of the globs means a name, in this spelling."""
    from fnmatch import fnmatchcase

    return any(len(glob) <= _LONGEST and fnmatchcase(name, glob) for glob in globs)
