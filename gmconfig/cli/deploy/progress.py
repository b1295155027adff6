"""One line on stderr while many targets are worked on; on a terminal only, and gone at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gmconfig.cli import terminal
from gmconfig.cli.patience import is_watched

if TYPE_CHECKING:
    from gmconfig.record.entry import Record

_DONE = ("unchanged", "healthy", "failed", "restored", "restore_failed", "skipped")


@contextmanager
def looking() -> Iterator[Callable[[object], None]]:
    """Count targets as they are looked at."""
    with _line("looking at targets") as update:
        count = iter(range(1, sys.maxsize))
        yield lambda _: update(f"looking at targets, {next(count):,} done")


@contextmanager
def deploying() -> Iterator[Callable[[Record], None]]:
    """Say how far a deployment is."""
    with _line("deploying") as update:

        def tell(record: Record) -> None:
            done = sum(outcome.step in _DONE for outcome in record.targets.values())
            state = str(record.state).replace("_", " ")
            update(
                f"{record.id} {state}, {done:,} of {len(record.targets):,} targets", done, len(record.targets)
            )

        yield tell


@contextmanager
def _line(text: str) -> Iterator[Callable[..., None]]:
    """Show a bar that fills where it is known how much there is to do, and runs where it is not."""
    if not is_watched():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=24), TextColumn("{task.description}", markup=False))
    shown = Progress(*columns, console=Console(stderr=True), transient=True)
    with terminal.cleared(), shown as progress:
        task = progress.add_task(text, total=None)

        def update(said: str, done: int = 0, total: int | None = None) -> None:
            progress.update(task, description=said, completed=done, total=total)

        yield update
