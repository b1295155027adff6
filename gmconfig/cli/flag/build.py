"""`flag compile`, `import` and `lint`: to flagd's format, from it, and what is wrong."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, terminal
from gmconfig.cli.flag import moves
from gmconfig.cli.flag.arguments import Rebucket, content, known_bucketing, read_text
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode, NotFound, UsageError

if TYPE_CHECKING:
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing


def compile_(
    session: Session,
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="Where to write; stdout by default.", show_default=False)
    ] = "",
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if FILE is not up to date.")
    ] = False,
    environment: options.Environment = None,
    at: options.At = None,
) -> int:
    """Compile an environment's flags to the JSON that flagd and every OpenFeature SDK reads.

    \b
    gmconfig flag compile -e production > flags.json
    gmconfig flag compile -e production flags.json --check
    """
    if check and not file:
        raise UsageError("--check needs a file to compare with")
    text = session.flags(environment, at=at).compile().text()
    if not file:
        terminal.answer(text)
    elif check:
        return _checked(session, file, text)
    else:
        from gmconfig.storage.files import write_atomic

        write_atomic(os.path.join(session.directory, file), text.encode())
    return ExitCode.OK


def import_(
    session: Session,
    writing: Writing,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A flagd file, JSON or YAML; - reads stdin.")],
    into: Annotated[
        str, typer.Option("--into", metavar="FILE", help="The flag file to write.")
    ] = "flags/flags.yaml",
    bucketing: Annotated[
        str | None,
        typer.Option(
            "--bucketing",
            metavar="VERSION",
            help="Of a FILE that does not say: flagd-v3, or flagd-v2 where flagd up to 0.16 decides.",
        ),
    ] = None,
) -> None:
    """Take over a flagd file; compiled again it is the same JSON.

    \b
    gmconfig flag import flags.json
    gmconfig flag import flags.json --bucketing flagd-v2 --into flags/shop.yaml
    """
    known_bucketing(bucketing)
    result = session.flags().import_flags(
        content(session, file), bucketing=bucketing, into=into, **writing.how
    )
    moves.show(writing, result)


def lint(
    session: Session,
    output: options.Findings = "text",
    code: Annotated[
        list[str] | None,
        typer.Option("--code", metavar="DIR", help="Check what this code asks flags for; repeatable."),
    ] = None,
    rebucket: Rebucket = False,
) -> int:
    """Say what is wrong with the flags, in every environment; validate says the same.

    What would deal users out anew since the last commit (another salt, unit, name or bucketing) is an error
    here and in `validate --staged`, unless --rebucket or GMCONFIG_REBUCKET=1 allows it.

    With --code, so is a call of OpenFeature's (in whatever language) or gmconfig's methods for a flag that no
    file has, or for a value of another type. Only names that are written out in the call are seen.

    \b
    gmconfig flag lint --code src
    gmconfig flag lint -o github
    """
    from gmconfig.validate.report.formats import FORMATS

    folders = [os.path.join(session.directory, folder) for folder in code or ()]
    report = session.flags().lint(rebucket=rebucket, code=folders)
    terminal.answer(FORMATS[output](report))
    return ExitCode.OK if report.ok else ExitCode.NO


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "compile")(compile_)
    verb(app, "import")(import_)
    verb(app, "lint", slow="looking")(lint)


def _checked(session: Session, file: str, text: str) -> int:
    try:
        current = read_text(session, file)
    except NotFound:
        current = ""
    if current == text:
        return ExitCode.OK
    terminal.note(f"{file} is not up to date")
    return ExitCode.NO
