"""The command line: every word and its verbs, joined into one program."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer

from gmconfig import __version__
from gmconfig.cli import options, terminal
from gmconfig.cli.boundary import guarded
from gmconfig.cli.groups import GROUPS
from gmconfig.cli.session import Session
from gmconfig.cli.verb import EXIT_CODES, group
from gmconfig.cli.words import Words

_VERBS = {"init": "init", "demo": "init", "run": "run", "validate": "validate", "doctor": "doctor"}
"""Words that are verbs themselves, each with the module that adds it."""

_COMPLETES = "_GMCONFIG_COMPLETE"
"""What a shell sets where it asks for words to offer."""
LISTED = ""
"""What is assembled for who asks which words there are."""

_HELP = """\
Configuration management on a plain git repository: values, secrets, flags, deployment, drift, backup.

\b
gmconfig demo      walk through the main job in a repository of its own
gmconfig init      begin in this folder
gmconfig doctor    what is missing here, and what mends it"""


def _version(wanted: bool) -> None:
    if wanted:
        terminal.answer(f"gmconfig {__version__}")
        raise typer.Exit


def _shared(
    directory: options.Directory = "",
    quiet: options.Quiet = False,
    debug: options.Debug = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version  # its callback has answered
    Session(directory, quiet, debug).begun()


@cache
def assembled(word: str | None = None) -> typer.Typer:
    """Give the program with all its words, or with one alone: the others cost time that the user waits for.

    With `LISTED`, words stand without their verbs, to be told.
    """
    app = typer.Typer(
        name="gmconfig",
        cls=Words,
        help=_HELP,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        epilog=EXIT_CODES,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_shared)
    for name, about in GROUPS.items():
        if word in (None, LISTED, name):
            app.add_typer(group(about) if word == LISTED else _module(name).app, name=name)
    for module in dict.fromkeys(_VERBS.values()):
        if word in (None, LISTED) or _VERBS.get(word) == module:
            _module(module).register(app)
    return app


def run(arguments: list[str]) -> int:
    """Run one command line to its exit code."""
    if arguments and arguments[0] in ("--install-completion", "--show-completion"):
        from gmconfig.cli.shell import completed

        return guarded(lambda: completed(*arguments[:2]), debug=lambda: False)
    if _COMPLETES in os.environ:
        from gmconfig.cli import equals

        equals.two_words(os.environ)
        return equals.offered(lambda: _run(arguments), os.environ)
    return _run(arguments)


def _run(arguments: list[str]) -> int:
    command = _command(_word(arguments))
    return guarded(
        lambda: command.main(arguments, prog_name="gmconfig", standalone_mode=False),
        debug=lambda: Session.current().debug,
    )


def _module(name: str) -> Any:
    return import_module(f"gmconfig.cli.{name}")


@cache
def _command(word: str | None) -> typer.core.TyperGroup:
    return typer.main.get_command(assembled(word))  # type: ignore[return-value]  # the callback makes it a group


def _word(arguments: list[str]) -> str | None:
    """Give the word that is called, where that is plain to see; None leaves it to the whole program."""
    said, asks = arguments, arguments in ([], ["-h"], ["--help"])
    if _COMPLETES in os.environ:
        said = _completed(os.environ)
        asks = len(said) <= 1
        _begin_there(said)
    if said and said[0] in (*GROUPS, *_VERBS):
        return said[0]
    return LISTED if asks else None


def _begin_there(said: list[str]) -> None:
    """Offer what there is in the folder that the line names: options are not acted on while a shell completes."""
    if "-C" in said[:-1]:
        Session(said[said.index("-C") + 1]).begun()


def _completed(environ: Mapping[str, str]) -> list[str]:
    """Give the words that a shell asks to complete, without the program's name: bash has them here, others there."""
    return (environ.get("COMP_WORDS") or environ.get("_TYPER_COMPLETE_ARGS") or "").split()[1:]
