"""The arguments and options of backups, each worded once."""

from __future__ import annotations

from typing import Annotated

import typer

from gmconfig.cli import complete

Backup = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="A backup: its id or how that begins, its name, or latest.",
        autocompletion=complete.backups,
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="URL|DIR", help="Where the backups are; else as gmconfig.yaml says, or your own."
    ),
]
