"""The options and arguments that several verbs share, each worded once."""

from __future__ import annotations

from typing import Annotated

import typer

from gmconfig.cli import choice, complete

Document = Annotated[
    str, typer.Argument(metavar="DOC", help="Document, such as settings.", autocompletion=complete.documents)
]
Path = Annotated[
    str,
    typer.Argument(
        metavar="PATH",
        help="Path, such as database.pool or hosts[0].",
        autocompletion=complete.paths,
        show_default=False,
    ),
]
Environment = Annotated[
    str | None,
    typer.Option(
        "-e",
        "--environment",
        metavar="ENV",
        autocompletion=complete.environments,
        help="Environment; else $GMCONFIG_ENVIRONMENT, else the project's default.",
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "-e",
        "--environment",
        metavar="ENV",
        autocompletion=complete.environments,
        help="Environment whose own file changes; without it, what all of them share.",
    ),
]
Findings = Annotated[
    str,
    typer.Option(
        "-o",
        "--output",
        metavar="FORMAT",
        help="text, json, github, gitlab, sarif, junit.",
        autocompletion=complete.one_of("text", "json", "github", "gitlab", "sarif", "junit"),
    ),
]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="REV",
        help="Read another version: v7, a commit, a tag.",
        autocompletion=complete.revisions,
    ),
]
Left = Annotated[
    str,
    typer.Argument(
        metavar="A", help="Environment, revision or environment@revision.", autocompletion=complete.sides
    ),
]
Right = Annotated[
    str, typer.Argument(metavar="B", help="What to compare it with.", autocompletion=complete.sides)
]
Variables = Annotated[
    list[str] | None,
    typer.Option("--var", metavar="NAME=VALUE", help="A layer variable, such as host=web1; repeatable."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
NoCommit = Annotated[bool, typer.Option("--no-commit", help="Leave the change in the working tree.")]
Reason = Annotated[
    str | None,
    typer.Option("-m", "--reason", metavar="TEXT", help="Why; becomes part of the commit message."),
]
User = Annotated[
    str | None, typer.Option("--user", metavar="NAME", help="Author of the commit; else git's identity.")
]
Why = Annotated[str | None, typer.Option("-m", "--reason", metavar="TEXT", help="Why; kept in the record.")]
By = Annotated[str | None, typer.Option("--user", metavar="NAME", help="Who does this; else git's identity.")]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]


def _text_or_json(context: typer.Context, word: str) -> str:
    return word if context.resilient_parsing else choice.one_of(word, ("text", "json"))


TextOrJson = Annotated[
    str,
    typer.Option(
        "-o",
        "--output",
        metavar="FORMAT",
        help="text or json.",
        autocompletion=complete.one_of("text", "json"),
        callback=_text_or_json,
    ),
]
DifferenceIsOne = Annotated[bool, typer.Option("--exit-code", help="Exit 1 if there is a difference.")]
IdentityFile = Annotated[
    str | None, typer.Option("--identity", metavar="FILE", help="The identity that opens and signs.")
]
one_of = choice.one_of


def format_names() -> str:
    """List the formats of `config show`, as its registry has them."""
    from gmconfig.config.formats import FORMATS

    return ", ".join(FORMATS)
