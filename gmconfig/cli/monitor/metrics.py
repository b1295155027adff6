"""`monitor metrics`: figures for Prometheus, printed, written or served."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import terminal
from gmconfig.cli.patience import waiting
from gmconfig.cli.verb import verb
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.cli.session import Session

_ADDRESS = "127.0.0.1:9469"


def metrics(
    session: Session,
    textfile: Annotated[
        str | None, typer.Option("--textfile", metavar="FILE", help="Write them there, in one step.")
    ] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Answer Prometheus until interrupted.")] = False,
    address: Annotated[
        str, typer.Option("--address", metavar="HOST:PORT", help="Where to answer.")
    ] = _ADDRESS,
) -> None:
    """Give metrics for Prometheus: changes, compliance, alerts, deployments, drift, use, backups, timings.

    Reads of secrets and use of flags are those of this machine. No label holds a value or a secret's name.

    \b
    gmconfig monitor metrics --textfile /var/lib/node-exporter/gmconfig.prom
    gmconfig monitor metrics --serve --address 127.0.0.1:9469
    """
    from gmconfig.api.monitor.figuring import Metrics

    found = Metrics(session.monitor())
    if textfile and serve:
        raise UsageError("--textfile and --serve exclude each other")
    if textfile:
        with waiting("looking"):
            found.write(textfile)
        terminal.note(f"wrote {textfile}")
    elif serve:
        _serve(found, address)
    else:
        with waiting("looking"):
            told = found.text()
        terminal.answer(told)


def _serve(found: Any, address: str) -> None:
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or len(port) > 5 or int(port) > 65_535:
        raise UsageError(f'"{address}" is not an address', hint=f"--address {_ADDRESS}")
    taken, stop = found.serve(host.strip("[]"), int(port))
    terminal.note(f"http://{host}:{taken}/metrics")
    try:
        threading.Event().wait()
    finally:
        stop()


def register(app: Any) -> None:
    """Add this verb."""
    verb(app, "metrics")(metrics)
