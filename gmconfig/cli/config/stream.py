"""`config watch`: changes as they happen, and what to run on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.config import shown
from gmconfig.cli.verb import verb
from gmconfig.errors import NotFound, Refused, UsageError

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def watch(
    session: Session,
    document: options.Document,
    environment: options.Environment = None,
    command: Annotated[
        str | None, typer.Option("--exec", metavar="CMD", help="Run CMD after each change.")
    ] = None,
    signal: Annotated[
        int | None, typer.Option("--signal", metavar="PID", min=1, help="Send SIGHUP to PID.")
    ] = None,
    interval: Annotated[float, typer.Option(metavar="SECONDS", min=0.05, help="How often to look.")] = 0.5,
    count: Annotated[int, typer.Option(metavar="N", min=0, help="Stop after N changes; 0: never.")] = 0,
    output: options.TextOrJson = "text",
) -> None:
    """Print each change of a document as it happens, run a command, or signal a process.

    A broken file keeps the last good values and is reported on stderr.

    \b
    gmconfig config watch settings -e production
    gmconfig config watch settings -e production --exec "systemctl reload trading"
    """
    if command and signal:
        raise UsageError("--exec and --signal exclude each other")
    if signal:
        _send(signal, 0)
    manager = session.manager(environment)
    updates = manager.watch(document, interval=interval)
    terminal.note(f"watching {document}{f' in {manager.environment}' if manager.environment else ''}")
    seen = 0
    for update in updates:
        if update.error is not None:
            continue  # told already, as a warning of the library's
        _told(update.changes, output)
        _acted(command, signal)
        seen += 1
        if count and seen >= count:
            return


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "watch")(watch)


def _told(changes: Any, output: str) -> None:
    if output == "json":
        for change in changes:
            terminal.answer(values.json_line(shown.change_record(change)))
    else:
        terminal.lines(shown.changes(changes))


def _acted(command: str | None, pid: int | None) -> None:
    if command:
        import subprocess

        done = subprocess.run(["/bin/sh", "-c", command], check=False)
        if done.returncode:
            terminal.warning(f'"{command}" ended with exit code {done.returncode}')
    if pid:
        import signal

        _send(pid, signal.SIGHUP)


def _send(pid: int, number: int) -> None:
    """Send a signal; 0 only asks whether it could be sent."""
    import os

    try:
        os.kill(pid, number)
    except (ProcessLookupError, OverflowError):
        hint = "what is started again has another number; --exec finds it by name: --exec 'systemctl reload NAME'"
        raise NotFound(f"process {pid} does not run", hint=hint) from None
    except PermissionError:
        hint = "watch as the user whose process it is"
        raise Refused(f"process {pid} is another user's, and takes no signal of yours", hint=hint) from None
