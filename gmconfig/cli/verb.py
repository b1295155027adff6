"""How a verb joins the command line: the options that mean the same everywhere come with it."""

from __future__ import annotations

import functools
import inspect
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, get_type_hints

import typer

from gmconfig.cli import options
from gmconfig.cli.boundary import Interrupted, ReaderIsGone
from gmconfig.cli.patience import waiting
from gmconfig.cli.session import Session
from gmconfig.cli.words import Words
from gmconfig.cli.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_CODES = """\b
Exit codes:
  0    yes, or done
  1    no: findings, drift, not verified; differences with --exit-code
  2    usage
  3    no answer: broken configuration, missing key, git or target trouble
  4    refused: permission, lock, freeze, hold, stale plan, unfinished merge
  5    a deployment failed and was restored
  6    a deployment failed and left something changed
  130  interrupted"""

_SHARED = {"directory": options.Directory, "quiet": options.Quiet, "debug": options.Debug}
_DEFAULTS: dict[str, Any] = {"directory": "", "quiet": False, "debug": False}


def group(help_text: str) -> typer.Typer:
    """Give an empty group of verbs whose help ends with the exit codes."""
    return typer.Typer(
        cls=Words,
        help=help_text,
        no_args_is_help=True,
        rich_markup_mode=None,
        epilog=EXIT_CODES,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def verb(
    app: typer.Typer, name: str, *, slow: str = "", **settings: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function whose first argument is the session; its docstring is the help.

    A second argument `writing: Writing` brings the options of every verb that changes something. `slow` is what
    is said on a terminal while a verb takes long; not for one that another program may write or ask beside.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        command = _with_session(function, slow)
        settings.setdefault("context_settings", {}).setdefault("help_option_names", ["-h", "--help"])
        app.command(name, help=inspect.getdoc(function), **settings)(command)
        return function

    return register


def _with_session(function: Callable[..., Any], slow: str = "") -> Callable[..., Any]:
    hints = get_type_hints(function, localns={"Session": Session, "Writing": Writing}, include_extras=True)
    given = list(inspect.signature(function).parameters.values())[1:]
    writes = bool(given) and given[0].name == "writing"
    own = [_keyword(p.name, hints[p.name], p.default) for p in given[writes:]]
    written = [_keyword(name, *option) for name, option in Writing.PARAMETERS.items()] if writes else []
    shared = [_keyword(name, option, _DEFAULTS[name]) for name, option in _SHARED.items()]

    @functools.wraps(function)
    def command(**values: Any) -> Any:
        session = Session.current().refined(**{name: values.pop(name) for name in _SHARED})
        if writes:
            values["writing"] = Writing(**{name: values.pop(name) for name in Writing.PARAMETERS})
        try:
            with waiting(slow) if slow else nullcontext():
                return function(session, **values)
        except BrokenPipeError as error:  # click would end with 1, which means no
            raise ReaderIsGone from error
        except KeyboardInterrupt as error:
            raise Interrupted from error

    parameters = [*own, *written, *shared]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
