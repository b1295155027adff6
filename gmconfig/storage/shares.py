"""Work on many things by several processes, where the machine has the cores and this process can be forked.

Each share is worked on by a copy of this process, which sends its results back through a pipe. Where that
cannot be, or a copy fails for whatever reason, this process does the work itself: the result is the same.
"""

from __future__ import annotations

import marshal
import os
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from typing import Any

    Name = Hashable
    Work = Callable[[Any], Any]

_MOST = 4
_TASKS = "/proc/self/task"
_SIGKILL = 9  # as POSIX has it; importing `signal` for it costs 1 ms


def worked(names: Sequence[Name], work: Work, *, shares: int) -> dict[Any, Any]:
    """Give what `work` makes of each name, in the order of the names.

    Args:
        names: what to work on.
        work: gives plain data (what `marshal` can write), and changes nothing that anybody needs.
        shares: how many processes the work is worth.
    """
    found = {name: work(name) for name in names[:1]}  # what this loads, every copy has
    shares = max(1, min(shares, _MOST, cores()) if _is_alone() else 1)
    copies: list[_Copy] = []
    try:
        with suppress(OSError):  # no more processes: what no copy has found is worked on here
            copies.extend(_Copy(names[1 + number :: shares], work) for number in range(1, shares))
        found.update((name, work(name)) for name in names[1::shares])
        for copy in copies:
            found.update(copy.results())
    finally:
        for copy in copies:
            copy.end()
    return {name: found[name] if name in found else work(name) for name in names}


def cores() -> int:
    """Give how many processors this process may use; where the system does not tell, how many there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Copy:
    """A copy of this process that works on some names, and ends."""

    def __init__(self, names: Sequence[Name], work: Work) -> None:
        self._names = names
        self._from, to = os.pipe()
        try:
            self._pid = os.fork()
            if not self._pid:
                _answer(names, work, to)
        except OSError:
            os.close(self._from)
            raise
        finally:
            os.close(to)

    def results(self) -> dict[Any, Any]:
        """Wait for the copy's results; none if it has failed."""
        with os.fdopen(os.dup(self._from), "rb") as pipe, suppress(ValueError, EOFError, TypeError):
            found = marshal.loads(pipe.read())  # noqa: S302  # our own copy wrote it
            return dict(zip(self._names, found, strict=True))
        return {}

    def end(self) -> None:
        """End the copy, whether it is done or not."""
        os.close(self._from)
        with suppress(ProcessLookupError, ChildProcessError):  # who ignores SIGCHLD has no child to wait for
            os.kill(self._pid, _SIGKILL)
            os.waitpid(self._pid, 0)


def _answer(names: Sequence[Name], work: Work, to: int) -> None:
    """Do a copy's work, and leave without anything that a process does when it ends: that is the original's."""
    code = 1
    try:
        with os.fdopen(to, "wb") as pipe:
            pipe.write(marshal.dumps([work(name) for name in names]))
        code = 0
    finally:
        os._exit(code)


def _is_alone() -> bool:
    """Whether no other thread runs, in Python or below it: locks that it holds would stay locked in a copy."""
    try:
        return len(os.listdir(_TASKS)) == 1
    except OSError:  # no Linux
        return False
