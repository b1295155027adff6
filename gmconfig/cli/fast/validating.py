"""`validate`, behind the words: without typer, because hooks run it at every commit."""

from __future__ import annotations

import os

from gmconfig.cli import terminal
from gmconfig.cli.choice import one_of
from gmconfig.cli.session import tell_unfinished
from gmconfig.validate.collector import let_be, paused

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.api import ConfigValidator
    from gmconfig.cli.session import Session
    from gmconfig.validate.report.report import Report


@paused()
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
) -> int:
    """Check and report; give 1 if something fails."""
    from gmconfig.cli.patience import waiting
    from gmconfig.validate.report.formats import FORMATS
    from gmconfig.validate.warm import text_key

    one_of(output, FORMATS)
    wanted = [_report(text) for text in reports]
    if schema is not None:
        from gmconfig.validate.files import check_files

        _only_files(files, staged or at is not None or bool(environments))
        report = check_files(_from(session, schema), [_from(session, file) for file in files])
    else:
        validator = session.validator()
        tell_unfinished(validator.workspace)
        if staged and session.directory and files:
            files = _of_project(validator.workspace.project.root, session.directory, files)
            if not files:
                return _none_of_ours(output)
        _missing(session, validator, files)
        with waiting("validating"):
            report = validator.check(
                files=[_from(session, file) for file in files],
                staged=staged,
                at=at,
                environments=tuple(environments),
                forms=(text_key(output, terminal.coloured_stdout()),),
            )
    for name, file in wanted:
        _written(_from(session, file), rendered(report, name))
    terminal.answer(rendered(report, output))
    _summarised(report, output)
    let_be()
    return 0 if report.ok else 1


def _missing(session: Session, validator: ConfigValidator, files: Sequence[str]) -> None:
    """Say which files are not there: deleted ones are checked for what they leave behind, a slip is refused."""
    for file in files:
        if not os.path.lexists(_from(session, file)):
            from gmconfig.api.validation.known_files import require_known

            require_known(validator.workspace.project, file, session.directory)
            terminal.warning(f'"{file}" is not there any more: what it leaves behind is checked')


def _only_files(files: Sequence[str], others: bool) -> None:
    """Refuse what would check nothing, or not what was asked for."""
    from gmconfig.errors import UsageError

    if not files:
        raise UsageError("no file to check against the schema", hint="gmconfig validate --schema FILE FILES…")
    if others:
        raise UsageError("--schema checks files as they are", hint="leave out --staged, --at and -e")


def rendered(report: Report, output: str) -> str:
    """Give a report in a format; text is coloured where a terminal shows it."""
    from gmconfig.validate.report.formats import FORMATS

    if output == "text" and terminal.coloured_stdout():
        from gmconfig.validate.report.text import render

        return render(report, colour=True)
    return FORMATS[output](report)


def _summarised(report: Report, output: str) -> None:
    """Add the summary of a GitHub step, where a step runs: annotations alone are cut off at ten."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if output == "github" and file:
        from gmconfig.validate.report.github import summary

        with open(file, "a", encoding="utf-8") as opened:
            opened.write(summary(report))


def _report(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    from gmconfig.validate.report.formats import FORMATS

    one_of(name, FORMATS)
    if not equals or not file:
        from gmconfig.errors import UsageError

        raise UsageError(f'"{text}" does not say where to write', hint=f"--report {name}=FILE")
    return name, file


def _from(session: Session, file: str) -> str:
    return os.path.join(session.directory, file) if session.directory else file


def _of_project(root: str, directory: str, files: Sequence[str]) -> list[str]:
    """Give what is the project's of files that a hook names, from DIR of -C.

    Hooks run at the top of the repository: files are named from there, and those of others are named as well.
    """
    here = [
        file for file in files if os.path.lexists(file) and not os.path.lexists(os.path.join(directory, file))
    ]
    others = [
        file for file in here if not f"{os.path.realpath(os.path.dirname(file))}/".startswith(f"{root}/")
    ]
    named = [file for file in files if file not in others]
    return [os.path.relpath(file, directory) if file in here else file for file in named]


def _none_of_ours(output: str) -> int:
    """Answer that nothing of the project was named."""
    from gmconfig.validate.report.report import Report

    terminal.answer(rendered(Report(), output))
    return 0


def _written(file: str, text: str) -> None:
    from gmconfig.storage.files import write_atomic

    write_atomic(file, text.encode())
