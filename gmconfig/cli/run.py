"""`gmconfig run`: a command that finds the resolved configuration in its environment."""

from __future__ import annotations

import os
from shlex import join
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gmconfig.cli import complete, options
from gmconfig.cli.fast import get as getting
from gmconfig.cli.verb import verb
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.cli.session import Session

# What a program needs to run at all; --pristine keeps these and nothing else.
_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "TZ", "TMPDIR")


def run(
    session: Session,
    command: Annotated[list[str], typer.Argument(metavar="-- CMD...", help="The command and its arguments.")],
    environment: options.Environment = None,
    document: Annotated[
        str | None,
        typer.Option(
            "--document", metavar="DOC", autocompletion=complete.documents, help="Another document."
        ),
    ] = None,
    variables: options.Variables = None,
    pristine: Annotated[
        bool, typer.Option("--pristine", help="Pass on nothing else of the environment.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="Only these names; repeatable.")
    ] = None,
    mount: Annotated[
        list[str] | None,
        typer.Option(
            "--mount",
            metavar="NAME[=FILE]",
            help="Values as files in memory, not as variables; $NAME is the folder, or the one FILE. Repeatable.",
        ),
    ] = None,
) -> int:
    """Run a command with the resolved values in its environment, secrets in plain, and nowhere else.

    database.host of the default document becomes DATABASE_HOST; lists and maps are JSON. Files of --mount lie
    in memory-backed storage, readable by you alone, and are removed when the command ends, in whatever way.

    \b
    gmconfig run -e production -- printenv DATABASE_POOL
    gmconfig run -e staging --only DATABASE_HOST -- sh -c 'echo "$DATABASE_HOST"'
    gmconfig run --mount CONFIG=settings.json -- sh -c 'wc -c "$CONFIG"'
    """
    from gmconfig.cli.mount import mounts_of

    mounts = mounts_of(mount or ())
    if only and any(one.file for one in mounts):
        raise UsageError("--only chooses values, and a mounted file is the whole document")
    manager = session.manager(environment, variables=getting.pairs(variables))
    values = manager.process_environment(document)
    unknown = [name for name in only or () if name not in values]
    if unknown:
        raise UsageError(
            f'no value is named "{unknown[0]}"', hint="gmconfig config show DOC -o dotenv lists them"
        )
    chosen = {name: value for name, value in values.items() if not only or name in only}
    inherited = {k: v for k, v in os.environ.items() if not pristine or k in _KEPT or k.startswith("LC_")}
    if not mounts:
        _become(command, inherited | chosen)
    from gmconfig.cli.child import waited_for
    from gmconfig.cli.mount import written
    from gmconfig.storage.memory import memory_folder

    name = document or manager.workspace.project.default_document
    with memory_folder("gmconfig run without --mount puts them into the command's environment") as folder:
        paths = written(folder, mounts, chosen, lambda: manager.get_config(name))
        return waited_for(command, inherited | paths, inherit=folder.pipe)


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "run")(run)


def _become(command: list[str], environment: dict[str, str]) -> NoReturn:
    from gmconfig.cli.child import told_as_usual

    try:
        os.execvpe(command[0], command, environment)  # noqa: S606  # running the user's command is the point
    except OSError as error:
        told = told_as_usual(command[0], error)
        if command[0] in complete.environments(command[0]):
            told.hint = f"gmconfig run -e {command[0]} -- {join(command[1:] or ['env'])}"
        raise told from None
