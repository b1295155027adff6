"""`secret scan`: secrets that stand in plain text, before they are committed or wherever they were."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, terminal
from gmconfig.cli.fast.validating import rendered
from gmconfig.cli.patience import waiting
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def scan(
    session: Session,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Only these files and folders.")
    ] = None,
    staged: Annotated[
        bool, typer.Option("--staged", help="Scan what is staged, as a commit would have it.")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Scan everything that git has ever stored here.")
    ] = False,
    identity: options.IdentityFile = None,
    output: options.Findings = "text",
) -> int:
    """Find secrets in plain text: every value you can open, known formats, telling names, randomness.

    No value is ever shown. A waiver in policies/ excuses a finding, with a reason and a date.

    \b
    gmconfig secret scan
    gmconfig secret scan --history -o json
    """
    files = [os.path.join(session.directory, path) for path in paths or ()]
    secrets = session.secrets(identity=identity)
    with waiting("scanning"):
        report = secrets.scan(files, staged=staged, history=history)
    terminal.answer(rendered(report, output))
    return 0 if report.ok else 1


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "scan")(scan)
