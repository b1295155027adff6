"""`gmconfig init` and `gmconfig demo`: how a repository begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, terminal
from gmconfig.cli.verb import verb
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing


def init(
    session: Session,
    writing: Writing,
    folder: Annotated[
        str, typer.Argument(metavar="[DIR]", help="The repository; made if it is not there.")
    ] = ".",
    patterns: Annotated[
        list[str] | None,
        typer.Option(
            "--from", metavar="PATTERN", help="Adopt files, such as values-{environment}.yaml; repeatable."
        ),
    ] = None,
    extract_base: Annotated[
        bool, typer.Option("--extract-base", help="Move what environments share to a base.")
    ] = False,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="KEY", help="With --extract-base: match list items by this key."),
    ] = None,
    identity: options.IdentityFile = None,
) -> None:
    """Begin: gmconfig.yaml, a base layer, your identity and the access policy, as one commit.

    An existing repository is adopted with --from, not rearranged; no resolved value changes, which is proved
    by comparing all of them.

    \b
    gmconfig init
    gmconfig init --from 'values-{environment}.yaml' --extract-base --by name
    """
    if (extract_base or by) and not patterns:
        raise UsageError(
            "--extract-base and --by need --from",
            hint="gmconfig init --from 'values-{environment}.yaml' --extract-base",
        )
    from gmconfig.api import start

    result = start(
        _joined(session, folder),
        how=writing.as_value(),
        patterns=patterns or (),
        extract=extract_base,
        by=by,
        identity=identity,
    )
    for line in result.notes:
        terminal.note(line)
    writing.show(result.outcome)


def demo(
    session: Session,
    folder: Annotated[
        str, typer.Argument(metavar="[DIR]", help="Where to make the repository.")
    ] = "gmconfig-demo",
) -> int:
    """Make a real repository and walk through the main job in it, each command before its output.

    \b
    gmconfig demo
    gmconfig demo /tmp/trading
    """
    from gmconfig.cli.demo import walk

    return walk(_joined(session, folder))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "init")(init)
    verb(app, "demo")(demo)


def _joined(session: Session, folder: str) -> str:
    from pathlib import Path

    return str(Path(session.directory, folder)) if session.directory else folder
