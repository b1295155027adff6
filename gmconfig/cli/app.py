"""The command line: every word and its verbs, joined into one program."""

from __future__ import annotations

from functools import cache
from typing import Annotated

import typer

from gmconfig import __version__
from gmconfig.cli import terminal
from gmconfig.cli.boundary import guarded
from gmconfig.cli.session import Session
from gmconfig.cli.verb import EXIT_CODES

app = typer.Typer(
    name="gmconfig",
    help="Configuration management on a plain git repository: layers, sealed secrets, validation, versions.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        terminal.answer(f"gmconfig {__version__}")
        raise typer.Exit


@app.callback()
def _shared(
    directory: Annotated[
        str, typer.Option("-C", metavar="DIR", help="Work as if started in DIR.", show_default=False)
    ] = "",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but answers and errors.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log each step; show tracebacks.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version  # its callback has answered
    Session(directory, quiet, debug).begun()


@cache
def assembled() -> typer.Typer:
    """Give the program with all its words, once; each word's module registers its own verbs."""
    from gmconfig.cli import config, deploy, doctor, flag, init, run, secret, validate

    app.add_typer(config.app, name="config")
    app.add_typer(secret.app, name="secret")
    app.add_typer(flag.app, name="flag")
    app.add_typer(deploy.app, name="deploy")
    for word in (init, run, validate, doctor):
        word.register(app)
    return app


@cache
def _command() -> typer.core.TyperGroup:
    return typer.main.get_command(assembled())  # type: ignore[return-value]  # it has groups


def run(arguments: list[str]) -> int:
    """Run one command line to its exit code."""
    command = _command()
    return guarded(
        lambda: command.main(arguments, prog_name="gmconfig", standalone_mode=False),
        debug=lambda: Session.current().debug,
    )
