"""`flag create`, `set`, `rollout`, `delete`: each a minimal commit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete, options, prompt
from gmconfig.cli.flag import moves
from gmconfig.cli.flag.arguments import Name, Rebucket, percent
from gmconfig.cli.verb import verb
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing


def create(
    session: Session,
    writing: Writing,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What programs ask for.")],
    description: Annotated[str, typer.Option("--description", metavar="TEXT", help="What it is for.")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="WHO", help="Who answers for it.")] = "",
    state: Annotated[
        str,
        typer.Option(
            "--state",
            metavar="STATE",
            help="disabled, enabled, rollout, experiment or archived.",
            autocompletion=complete.one_of("disabled", "enabled", "rollout", "experiment", "archived"),
        ),
    ] = "",
    percentage: Annotated[
        str | None, typer.Option("--percentage", metavar="P", help="Share of users of a rollout.")
    ] = None,
    users: Annotated[
        list[str] | None, typer.Option("--for", metavar="USER", help="A user who always has it; repeatable.")
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="boolean (the default), string, number or object.",
            autocompletion=complete.one_of("boolean", "string", "number", "object"),
        ),
    ] = "",
    variants: Annotated[
        list[str] | None,
        typer.Option("--variant", metavar="NAME=VALUE", help="A variant, its value as YAML; repeatable."),
    ] = None,
    serve: Annotated[str, typer.Option("--serve", metavar="VARIANT", help="For those who are in.")] = "",
    default: Annotated[str, typer.Option("--default", metavar="VARIANT", help="For everybody else.")] = "",
    expires: Annotated[str, typer.Option("--expires", metavar="DATE", help="When it should be gone.")] = "",
) -> None:
    """Create a flag; without --state and --percentage it is disabled.

    \b
    gmconfig flag create new_algorithm --owner engineering --percentage 25
    gmconfig flag create colour --type string --variant red=#f00 \\
      --variant blue=#00f --serve blue --default red
    """
    state = state or ("disabled" if percentage is None else "rollout")
    fields: dict[str, Any] = {"type": kind, "variants": dict(map(_variant, variants or ())), "users": users}
    fields |= {"serve": serve, "default": default, "expires": expires}
    given = {key: value for key, value in fields.items() if value}
    share = None if percentage is None else percent(percentage)
    manager = session.flags()
    result = manager.create_feature_flag(name, description, owner, state, share, **given, **writing.how)
    moves.show(writing, result)


def set_(
    session: Session,
    writing: Writing,
    name: Name,
    path: options.Path,
    value: options.Value = None,
    environment: options.Target = None,
    string: options.AsText = False,
    rebucket: Rebucket = False,
) -> None:
    """Set one key of a flag; null takes it away.

    With -e it goes into the environment's overrides, without into what all share. Another salt or unit deals
    users out anew: that needs --rebucket.

    \b
    gmconfig flag set new_algorithm owner trading
    gmconfig flag set new_algorithm users '[alice, bob]' -e staging -m "a test"
    """
    given = prompt.given_value(value, string=string, what=path)
    manager = session.flags(environment)
    moves.show(writing, manager.set_value(name, path, given, rebucket=rebucket, **writing.how))


def rollout(
    session: Session,
    writing: Writing,
    name: Name,
    percentage: Annotated[str, typer.Argument(metavar="PERCENT", help="Share of users, 0 to 100.")],
    environment: options.Target = None,
) -> None:
    """Serve a flag to a share of users; raising it takes nobody out.

    \b
    gmconfig flag rollout new_algorithm 50 -e production
    gmconfig flag rollout new_algorithm 100 --dry-run
    """
    moves.show(writing, session.flags(environment).set_rollout(name, percent(percentage), **writing.how))


def delete(
    session: Session,
    writing: Writing,
    name: Name,
    code: Annotated[
        list[str] | None,
        typer.Option("--code", metavar="DIR", help="Refuse if this code still mentions it; repeatable."),
    ] = None,
) -> None:
    """Remove a flag; programs that still ask for it get their own default.

    \b
    gmconfig flag delete new_algorithm -m "everybody has it"
    gmconfig flag delete new_algorithm --code src
    """
    folders = [os.path.join(session.directory, folder) for folder in code or ()]
    moves.show(writing, session.flags().delete_feature_flag(name, code=folders, **writing.how))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "create")(create)
    verb(app, "set", context_settings={"ignore_unknown_options": True})(set_)
    verb(app, "rollout", slow="counting users")(rollout)
    verb(app, "delete")(delete)


def _variant(text: str) -> tuple[str, object]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise UsageError(f'"{text}" is not a variant', hint="--variant NAME=VALUE")
    return name, prompt.as_yaml(value)
