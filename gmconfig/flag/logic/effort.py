"""How much work a rule may be: loops within loops end after a million steps, whoever wrote them."""

from __future__ import annotations

from _thread import _local as local  # threading's, without loading threading where a flag is evaluated
from collections.abc import Callable
from typing import Any

MOST_STEPS = 1_000_000

_effort = local()


def stepping(steps: int, work: Callable[[], Any]) -> Any:
    """Do the work of a loop.

    Raises:
        ValueError: it and the loops around it take more steps than a rule may.
    """
    before = getattr(_effort, "left", None)
    left = (MOST_STEPS if before is None else before) - steps
    if left < 0:
        raise ValueError(f"more than {MOST_STEPS} steps")
    _effort.left = left
    try:
        return work()
    finally:
        if before is None:
            del _effort.left
