"""Opening many values on two processors: a copy of this process opens half of them and pipes them back.

Plain values stay in memory, of this process and of its copy, which ends with its half.
"""

from __future__ import annotations

import marshal
import os
import sys

from gmconfig.errors import GmconfigError
from gmconfig.storage.shares import cores

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from gmconfig.secret.token import Sealed

MANY = 2_000
"""Below this a copy takes longer to make than to pay off."""


def opened(
    open_one: Callable[[Sealed], object], sealed: Sequence[Sealed], *, many: int = MANY
) -> list[object] | None:
    """Give the values in their order; None where they are better opened one by one.

    That is so where they are few, where this process cannot be copied, and where one does not open: who opens
    them in their order says so as ever.
    """
    if len(sealed) < many or not _can_be_copied():
        return None
    half = len(sealed) // 2
    try:
        from_copy, to_us = os.pipe()
    except OSError:
        return None
    copy = _copied()
    if copy == 0:
        os.close(from_copy)
        _send(to_us, open_one, sealed[half:])
    os.close(to_us)
    with os.fdopen(from_copy, "rb") as pipe:
        if copy is None:
            return None
        try:
            own = [open_one(one) for one in sealed[:half]]
            raw = pipe.read()
        except GmconfigError:
            return None
        finally:
            pipe.close()
            has_failed = _has_failed(copy)
    return None if has_failed else own + marshal.loads(raw)  # noqa: S302  # from a copy of ourselves


def _copied() -> int | None:
    """Copy this process; give 0 in the copy, its number here, None where the system has no room for it."""
    try:
        return os.fork()
    except OSError:
        return None


def _has_failed(copy: int) -> bool:
    """Wait for the copy; where somebody else does so for all our children, nobody knows how it ended."""
    try:
        return os.waitpid(copy, 0)[1] != 0
    except ChildProcessError:
        return True


def _send(pipe: int, open_one: Callable[[Sealed], object], sealed: Sequence[Sealed]) -> NoReturn:
    """Open, send, and end without a word, whatever happens: nothing of ours may run twice."""
    code = 1
    try:
        raw = marshal.dumps([open_one(one) for one in sealed])
        with os.fdopen(pipe, "wb") as out:
            out.write(raw)
        code = 0
    finally:
        os._exit(code)


def _can_be_copied() -> bool:
    """Whether there is a second processor, and no thread that a copy would lack."""
    if not hasattr(os, "fork") or cores() < 2:
        return False
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1
