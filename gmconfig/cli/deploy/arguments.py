"""The arguments and options of deployments, each worded once."""

from __future__ import annotations

from typing import Annotated

import typer

from gmconfig.cli import complete

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ENV|TARGET]...",
        help="Environments, targets, groups or label=value; all by default.",
        autocompletion=complete.deployable,
    ),
]
Word = Annotated[
    str,
    typer.Argument(metavar="ENV|TARGET", help="Environment or target.", autocompletion=complete.deployable),
]
One = Annotated[
    str,
    typer.Argument(
        metavar="ID|ENV",
        help="A deployment such as production-42, or an environment for its newest.",
        autocompletion=complete.deployments,
    ),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Leave the remote alone; records are pushed the next time.")
]
Retry = Annotated[bool, typer.Option("--retry", help="Try again what failed its health check.")]
At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="REV", help="The commit to deploy; else HEAD.", autocompletion=complete.revisions
    ),
]
TakeOver = Annotated[
    bool,
    typer.Option("--take-over", help="Replace what gmconfig did not put there; it is kept as release 0."),
]
NoRestore = Annotated[
    bool, typer.Option("--no-restore", help="Leave a failed deployment as it is, for you to look at.")
]
MostTargets = Annotated[
    int | None,
    typer.Option("--max-targets", metavar="N", min=1, help="Refuse to change more than N targets."),
]
Patience = Annotated[
    str,
    typer.Option("--wait", metavar="TIME", help="How long agents may say nothing new: 90s, 10m."),
]

DRY_RUN = "(dry run: nothing was changed)"


def seconds(text: str, example: str) -> float:
    """Read a time span of the command line.

    Raises:
        UsageError: it is not one.
    """
    from gmconfig.project.span import WAIT

    return WAIT.seconds(text, example)
