"""`flag promote`, `rename`, `bucketing`: changes that reach beyond one key, and say how many users they move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete
from gmconfig.cli.flag import moves
from gmconfig.cli.flag.arguments import Name, Rebucket, known_bucketing
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing


def promote(
    session: Session,
    writing: Writing,
    name: Name,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FROM", help="Environment that serves it as wanted.", autocompletion=complete.environments
        ),
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="TO", help="Environment that shall serve it so too.", autocompletion=complete.environments
        ),
    ],
    rebucket: Rebucket = False,
) -> None:
    """Let an environment serve a flag as another one does, by the smallest override; says how many users move.

    \b
    gmconfig flag promote new_algorithm staging production
    gmconfig flag promote new_algorithm staging production --dry-run
    """
    manager = session.flags()
    result = manager.promote_feature_flag(name, source, target, rebucket=rebucket, **writing.how)
    moves.show(writing, result)


def rename(
    session: Session,
    writing: Writing,
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW", help="What programs will ask for.")],
    rebucket: Rebucket = False,
) -> None:
    """Rename a flag, here and where other flags require it; its users stay, for the old name becomes its salt.

    \b
    gmconfig flag rename new_algorithm fast_algorithm
    gmconfig flag rename new_algorithm fast_algorithm --dry-run
    """
    result = session.flags().rename_feature_flag(name, new_name, rebucket=rebucket, **writing.how)
    moves.show(writing, result)


def bucketing(
    session: Session,
    writing: Writing,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="flagd-v3 or flagd-v2.")],
    rebucket: Rebucket = False,
) -> None:
    """Deal all users out as another version of flagd does; says how many move.

    \b
    gmconfig flag bucketing flagd-v2 --rebucket --dry-run
    gmconfig flag bucketing flagd-v3 --rebucket -m "as flagd does now"
    """
    known_bucketing(version)
    moves.show(writing, session.flags().set_bucketing(version, rebucket=rebucket, **writing.how))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "promote", slow="counting users")(promote)
    verb(app, "rename", slow="counting users")(rename)
    verb(app, "bucketing", slow="counting users")(bucketing)
