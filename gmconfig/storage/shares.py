"""Work on many things by several processes, where the machine has the cores and this process can be forked.

The work lies on a pile of pieces, and every process takes the next one when it is done with the last: a slow
core does less. A copy of this process sends its results back through a pipe. Where that cannot be, or a copy
fails for whatever reason, this process does the work itself: the result is the same.
"""

from __future__ import annotations

import marshal
import os
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence
    from typing import Any

    Name = Hashable
    Work = Callable[[Any], Any]

_MOST = 4
_PIECES = 64
"""As many as a byte can number, and as the ends of the processes' work may lie apart: some thousandths of it."""
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
    if shares > 1 and len(names) > 1:
        found.update(_shared(names[1:], work, shares))
    return {name: found[name] if name in found else work(name) for name in names}


def _shared(names: Sequence[Name], work: Work, shares: int) -> dict[Any, Any]:
    """Give what this process and its copies have found; a copy that fails leaves something undone."""
    try:
        pile = _pile(min(len(names), _PIECES))
    except OSError:  # no more open files: all is worked on here
        return {}
    copies: list[_Copy] = []
    try:
        with suppress(OSError):  # no more processes: what no copy takes is worked on here
            copies.extend(_Copy(pile, names, work) for _ in range(1, shares))
        found = dict(_taken(pile, names, work))
        for copy in copies:
            found.update(copy.results())
    finally:
        for copy in copies:
            copy.end()
        os.close(pile)
    return {names[number]: value for number, value in found.items()}


def _pile(pieces: int) -> int:
    """Give the reading end of a pipe that holds each piece's number, as a byte that only one process can read."""
    pile, to = os.pipe()
    os.write(to, bytes(range(pieces)))  # far less than a pipe holds
    os.close(to)
    return pile


def _taken(pile: int, names: Sequence[Name], work: Work) -> Iterator[tuple[int, Any]]:
    """Take pieces as long as there are any, and yield the number and the result of each name in them."""
    while piece := os.read(pile, 1):
        for number in range(piece[0], len(names), _PIECES):
            yield number, work(names[number])


def cores() -> int:
    """Give how many processors this process may use; where the system does not tell, how many there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Copy:
    """A copy of this process that works on what it takes from the pile, and ends."""

    def __init__(self, pile: int, names: Sequence[Name], work: Work) -> None:
        self._from, to = os.pipe()
        try:
            self._pid = os.fork()
            if not self._pid:
                _answer(pile, names, work, to)
        except OSError:
            os.close(self._from)
            raise
        finally:
            os.close(to)

    def results(self) -> dict[int, Any]:
        """Wait for the copy's results by the names' numbers; none if it has failed."""
        with os.fdopen(os.dup(self._from), "rb") as pipe, suppress(ValueError, EOFError, TypeError):
            return dict(marshal.loads(pipe.read()))  # noqa: S302  # our own copy wrote it
        return {}

    def end(self) -> None:
        """End the copy, whether it is done or not."""
        os.close(self._from)
        with suppress(ProcessLookupError, ChildProcessError):  # who ignores SIGCHLD has no child to wait for
            os.kill(self._pid, _SIGKILL)
            os.waitpid(self._pid, 0)


def _answer(pile: int, names: Sequence[Name], work: Work, to: int) -> None:
    """Do a copy's work, and leave without anything that a process does when it ends: that is the original's."""
    code = 1
    try:
        with os.fdopen(to, "wb") as pipe:
            pipe.write(marshal.dumps(list(_taken(pile, names, work))))
        code = 0
    finally:
        os._exit(code)


def _is_alone() -> bool:
    """Whether no other thread runs, in Python or below it: locks that it holds would stay locked in a copy."""
    try:
        return len(os.listdir(_TASKS)) == 1
    except OSError:  # no Linux
        return False
