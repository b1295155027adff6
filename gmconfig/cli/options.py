"""The options and arguments that several verbs share, each worded once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import choice, complete

if TYPE_CHECKING:
    from collections.abc import Iterable


def output(formats: Iterable[str]) -> Any:
    """Give the option that chooses one of these formats."""
    words = tuple(formats)

    def known(context: typer.Context, word: str) -> str:
        return word if context.resilient_parsing else choice.one_of(word, words)

    return typer.Option(
        "-o",
        "--output",
        metavar="FORMAT",
        help=f"{', '.join(words[:-1])} or {words[-1]}.",
        autocompletion=complete.one_of(*words),
        callback=known,
    )


Directory = Annotated[
    str, typer.Option("-C", metavar="DIR", help="Work as if started in DIR.", show_default=False)
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but answers and errors.")]
Debug = Annotated[bool, typer.Option("--debug", help="Log each step; show tracebacks.")]

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
TextOrJson = Annotated[str, output(("text", "json"))]
Findings = Annotated[str, output(("text", "json", "github", "gitlab", "sarif", "junit"))]
OnlyEnvironment = Annotated[
    str | None,
    typer.Option(
        "-e",
        "--environment",
        metavar="ENV",
        autocompletion=complete.environments,
        help="Only this environment; else all of them.",
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
Value = Annotated[
    str | None,
    typer.Argument(
        metavar="VALUE",
        help="YAML; - reads stdin.",
        autocompletion=complete.settable,
        show_default=False,
    ),
]
AsText = Annotated[bool, typer.Option("--string", help="Take VALUE as text, as it is.")]
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

DifferenceIsOne = Annotated[bool, typer.Option("--exit-code", help="Exit 1 if there is a difference.")]
IdentityFile = Annotated[
    str | None, typer.Option("--identity", metavar="FILE", help="The identity that opens and signs.")
]
