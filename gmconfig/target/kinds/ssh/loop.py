"""One event loop for all connections of this process, in a thread of its own, for callers that wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def wait_for(work: Coroutine[Any, Any, T], seconds: float) -> T:
    """Do something on the loop and wait for it.

    Raises:
        TimeoutError: it took longer.
    """
    future = asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, seconds), _loop())
    return future.result()


@cache
def _started(process: int) -> asyncio.AbstractEventLoop:  # noqa: ARG001  # a fork has no threads
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="gmconfig-ssh", daemon=True).start()
    return loop


_beginning = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    import os

    with _beginning:  # several targets begin at once, and a connection belongs to one loop
        return _started(os.getpid())
