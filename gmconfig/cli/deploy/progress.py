"""How far a deployment is, and a look at many targets, in the line that says what takes long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gmconfig.cli.patience import waiting

if TYPE_CHECKING:
    from gmconfig.cli.boundary import Interrupted
    from gmconfig.record.entry import Record

_DONE = ("unchanged", "healthy", "failed", "restored", "restore_failed", "skipped")


@contextmanager
def looking() -> Iterator[Callable[[object], None]]:
    """Count targets as they are looked at."""
    with waiting("looking at targets") as say:
        count = iter(range(1, sys.maxsize))
        yield lambda _: say(f"looking at targets, {next(count):,} done")


@contextmanager
def deploying() -> Iterator[Callable[[Record], None]]:
    """Say how far a deployment is."""
    newest: list[Record] = []
    with waiting("deploying") as say:

        def tell(record: Record) -> None:
            newest[:] = [record]
            done = sum(outcome.step in _DONE for outcome in record.targets.values())
            state = str(record.state).replace("_", " ")
            count = f"{done:,} of {len(record.targets):,}" if done else f"{len(record.targets):,}"
            say(f"{record.id} {state} {count} targets")

        try:
            yield tell
        except KeyboardInterrupt:
            raise _interrupted(newest) from None


def _interrupted(newest: list[Record]) -> Interrupted:
    """Say which deployment was cut short, and how to end it; one that is not known yet may have begun."""
    from gmconfig.cli.boundary import Interrupted  # it loads the command line, which few runs need

    if not newest or not _is_cut_short(newest[0]):
        return Interrupted(hint="gmconfig deploy status")
    name = newest[0].id
    return Interrupted(
        f"{name} was cut short",
        hint=f"gmconfig deploy resume {name} goes on, gmconfig deploy abort {name} puts back what was changed",
    )


def _is_cut_short(record: Record) -> bool:
    return not record.state.is_over or (record.state == "partial" and record.error is not None)
