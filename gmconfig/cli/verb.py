"""How a verb joins the command line: the options that mean the same everywhere come with it."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from gmconfig.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_CODES = """\b
Exit codes:
  0    yes, or done
  1    the answer is no: findings, drift, not verified; differences with --exit-code
  2    usage
  3    no answer: broken configuration, missing key, git or target trouble
  4    refused: no permission, lock, freeze, hold, stale plan, unfinished merge
  5    a deployment failed and was restored
  6    a deployment failed and left something changed
  130  interrupted"""

_SHARED = {
    "directory": Annotated[
        str, typer.Option("-C", metavar="DIR", help="Work as if started in DIR.", show_default=False)
    ],
    "quiet": Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but answers and errors.")],
    "debug": Annotated[bool, typer.Option("--debug", help="Log each step; show tracebacks.")],
}
_DEFAULTS: dict[str, Any] = {"directory": "", "quiet": False, "debug": False}


def group(help_text: str) -> typer.Typer:
    """Give an empty group of verbs whose help ends with the exit codes."""
    return typer.Typer(
        help=help_text,
        no_args_is_help=True,
        rich_markup_mode=None,
        epilog=EXIT_CODES,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def verb(app: typer.Typer, name: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function whose first argument is the session; its docstring is the help."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        command = _with_session(function)
        settings.setdefault("context_settings", {}).setdefault("help_option_names", ["-h", "--help"])
        app.command(name, help=inspect.getdoc(function), **settings)(command)
        return function

    return register


def _with_session(function: Callable[..., Any]) -> Callable[..., Any]:
    hints = get_type_hints(function, localns={"Session": Session}, include_extras=True)
    signature = inspect.signature(function)
    own = [p.replace(annotation=hints[p.name]) for p in list(signature.parameters.values())[1:]]
    shared = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=_DEFAULTS[name], annotation=annotation
        )
        for name, annotation in _SHARED.items()
    ]

    @functools.wraps(function)
    def command(**values: Any) -> Any:
        session = Session.current().refined(**{name: values.pop(name) for name in _SHARED})
        return function(session, **values)

    parameters = [*(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own), *shared]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command
