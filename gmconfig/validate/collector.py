"""Reading thousands of files without the garbage collector walking over all of them again and again."""

from __future__ import annotations

import gc
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def paused() -> Iterator[None]:
    """Pause the collector: a run of checks makes trees, no cycles, and it saves a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def let_be() -> None:
    """Spare a process that is about to end the collector's last look at all that is left: 5 ms and more."""
    gc.freeze()
