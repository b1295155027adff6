"""What may happen at a system call: everything dies, one process dies, the disk is full, a permission is lost."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable

from tests.faults.tracer import Fault, Step, Watch


def all_die(at: int) -> Fault:
    """End gmconfig and its git at once, as the machine's power does."""
    return lambda watch, n, _: _killed(watch, *watch.alive) if n == at else 0


def one_dies(at: int) -> Fault:
    """End only who makes the call: a git alone, or gmconfig while its git goes on."""
    return lambda watch, n, step: _killed(watch, step.process) if n == at else 0


def _killed(watch: Watch, *processes: int) -> int:
    watch.kill(*processes)
    return 0


def interrupted(at: int) -> Fault:
    """Press Ctrl-C: a terminal tells all of its foreground group, which is there as long as gmconfig is."""

    def fault(watch: Watch, n: int, step: Step) -> int:
        if n == at and watch.first in watch.alive:
            group = os.getpgid(watch.first)
            watch.kill(*(one for one in watch.alive if os.getpgid(one) == group), by=signal.SIGINT)
        return 0

    return fault


def full(at: int) -> Fault:
    """Let the disk, or the user's share of it, be full from then on."""
    error = errno.EDQUOT if at % 3 == 0 else errno.ENOSPC

    def fault(watch: Watch, n: int, step: Step) -> int:
        there = step.call.name.startswith("open") and os.path.lexists(os.path.join(watch.below, step.path))
        return error if n >= at and step.call.room and not there else 0

    return fault


def denied(at: int) -> Fault:
    """Lose the permission to write, or the whole file system's, from then on; open files stay open."""
    error = errno.EROFS if at % 3 == 0 else errno.EACCES
    return lambda _, n, step: error if n >= at and step.call.leave else 0


def failing(at: int) -> Fault:
    """Let one call fail for a reason of the device's own; what it does not let go of stays, of course."""
    spared = ("execve", "unlink", "unlinkat", "rmdir")
    return lambda _, n, step: errno.EIO if n == at and step.call.name not in spared else 0


FAULTS: dict[str, Callable[[int], Fault]] = {
    one.__name__: one for one in (all_die, one_dies, interrupted, full, denied, failing)
}
