"""`gmconfig init` and `gmconfig demo`: how a repository begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, prompt, terminal
from gmconfig.cli.verb import verb
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.api import Outcome
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
    schemas: Annotated[
        bool,
        typer.Option(
            "--schemas", help="Copy the schemas of gmconfig's own files, for editors; again after an upgrade."
        ),
    ] = False,
    recovery: Annotated[
        bool,
        typer.Option(
            "--recovery", help="Add a second admin behind a generated phrase; on a terminal you are asked."
        ),
    ] = False,
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
        schemas=schemas,
        identity=identity,
    )
    for line in result.notes:
        terminal.note(line)
    writing.show(result.outcome)
    if _wants_recovery(recovery, result.outcome, writing):
        _recovery(_joined(session, folder), identity, writing)


def _wants_recovery(asked_for: bool, done: Outcome, writing: Writing) -> bool:
    """Whether a second admin is to be made: a lost key alone would lose every secret."""
    founded = done.commit is not None and "access.yaml" in done.files
    if asked_for or not founded or not terminal.interactive() or writing.output != "text":
        return asked_for and not writing.dry_run
    return prompt.agreed("make a recovery phrase, in case you lose your key?")


def _recovery(folder: str, identity: str | None, writing: Writing) -> None:
    from gmconfig.api import SecretsManager

    how = writing.how
    phrase = SecretsManager(root=folder, identity=identity).add_recovery(how["user"], how["reason"])
    terminal.note(
        'the member "recovery" can do everything with this phrase; write it down, it is kept nowhere:'
    )
    terminal.answer(str(phrase.reveal()))


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
    verb(app, "init", slow="beginning")(init)
    verb(app, "demo")(demo)


def _joined(session: Session, folder: str) -> str:
    from pathlib import Path

    return str(Path(session.directory, folder)) if session.directory else folder
