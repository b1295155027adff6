"""The arguments and options of backups, each worded once."""

from __future__ import annotations

from typing import Annotated

import typer

Backup = Annotated[
    str, typer.Argument(metavar="ID", help="A backup: its id or how that begins, its name, or latest.")
]
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="URL|DIR", help="Where the backups are; else as gmconfig.yaml says, or your own."
    ),
]
