"""The options and arguments that several verbs share, each worded once."""

from __future__ import annotations

from typing import Annotated

import typer

from gmconfig.cli import complete

Document = Annotated[str, typer.Argument(metavar="DOC", help="Document, such as settings.", autocompletion=complete.documents, show_default=False)]
Path = Annotated[str, typer.Argument(metavar="PATH", help="Path, such as database.pool or hosts[0].", autocompletion=complete.paths, show_default=False)]
Environment = Annotated[str | None, typer.Option("-e", "--environment", metavar="ENV", help="Environment; else $GMCONFIG_ENVIRONMENT, else the default one.", autocompletion=complete.environments, show_default=False)]
At = Annotated[str | None, typer.Option("--at", metavar="REV", help="Read another version: v7, a commit, a tag.", show_default=False)]
Variables = Annotated[list[str] | None, typer.Option("--var", metavar="NAME=VALUE", help="A layer variable, such as host=web1; repeatable.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
NoCommit = Annotated[bool, typer.Option("--no-commit", help="Leave the change in the working tree.")]
Reason = Annotated[str | None, typer.Option("-m", "--reason", metavar="TEXT", help="Why; becomes part of the commit message.", show_default=False)]
User = Annotated[str | None, typer.Option("--user", metavar="NAME", help="Author of the commit; else git's identity.", show_default=False)]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]
ExitCodeOption = Annotated[bool, typer.Option("--exit-code", help="Exit 1 if there is a difference.")]
IdentityFile = Annotated[str | None, typer.Option("--identity", metavar="FILE", help="Identity file that opens and signs.", show_default=False)]
