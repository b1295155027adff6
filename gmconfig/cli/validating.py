"""`validate`, behind the words: without typer, because hooks run it at every commit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.cli.session import Session


def validate(
    session: Session,
    files: Sequence[str] = (),
    *,
    schema: str | None = None,
    staged: bool = False,
    at: str | None = None,
    environments: Sequence[str] = (),
    output: str = "text",
    reports: Sequence[str] = (),
    verbose: bool = False,
) -> int:
    """Check and report; give 1 if something fails."""
    from gmconfig.validate.formats import FORMATS, render

    _known(output, FORMATS)
    wanted = [_report(text, FORMATS) for text in reports]
    if schema is not None:
        from gmconfig.validate.standalone import check_files

        report = check_files(_from(session, schema), [_from(session, file) for file in files])
    else:
        report = session.validator().check(
            files=[_from(session, file) for file in files], staged=staged, at=at, environments=tuple(environments)
        )
    for name, file in wanted:
        _written(session, file, render(report, name))
    terminal.answer(render(report, output, colour=terminal.coloured_stdout()))
    return 0 if report.ok else 1


def _known(name: str, known: Sequence[str]) -> None:
    if name not in known:
        from gmconfig.errors import UsageError

        raise UsageError(f'"{name}" is not an output format', hint=f"one of: {', '.join(known)}")


def _report(text: str, known: Sequence[str]) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    _known(name, known)
    if not equals or not file:
        from gmconfig.errors import UsageError

        raise UsageError(f'"{text}" does not say where to write', hint=f"--report {name}=FILE")
    return name, file


def _from(session: Session, file: str) -> str:
    return os.path.join(session.directory, file) if session.directory else file


def _written(session: Session, file: str, text: str) -> None:
    from gmconfig.storage.files import write_atomically

    write_atomically(_from(session, file), text.encode())
