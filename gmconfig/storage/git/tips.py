"""Which commits an ordinary repository names, read from its files: most clones hold little beside HEAD."""

from __future__ import annotations

import os

from gmconfig.storage.git.head import head_ref, loose_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.storage.git.root import Root

_MOST = 200
"""A clone with more refs than that has other ones than HEAD: not worth a look at each."""


def head_of(root: Root) -> str | None:
    """Give HEAD's commit; None where it takes git to tell."""
    ref = head_ref(root.git_dir)
    return loose_ref(root.common_dir, ref) if ref else None


def tips(root: Root) -> set[str] | None:
    """Give what all refs name; None where it takes git to tell, as with worktrees, whose HEADs count too."""
    if root.git_dir != root.common_dir or os.path.exists(os.path.join(root.common_dir, "worktrees")):
        return None
    packed = _packed(root.common_dir)
    names = _loose_names(root.common_dir)
    if packed is None or len(names) > _MOST:
        return None
    loose = {name: loose_ref(root.common_dir, name) or _target(root.common_dir, name) for name in names}
    found = {**packed, **loose}.values()
    return None if None in found else {commit for commit in found if commit}


def _target(common_dir: str, name: str) -> str | None:
    """Give an empty text for a ref that only points to another ref, which is counted itself; else None."""
    try:
        with open(os.path.join(common_dir, name), "rb") as file:
            return "" if file.read(1_000).startswith(b"ref: refs/") else None
    except OSError:
        return None


def _loose_names(common_dir: str) -> list[str]:
    start = len(common_dir) + 1
    return [
        f"{folder[start:]}/{name}"
        for folder, _, names in os.walk(os.path.join(common_dir, "refs"))
        for name in names
    ]


def _packed(common_dir: str) -> dict[str, str] | None:
    try:
        with open(os.path.join(common_dir, "packed-refs"), encoding="ascii") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return None
    pairs = [line.partition(" ") for line in lines if line[:1] not in ("#", "^")]
    return {name: commit for commit, _, name in pairs}
