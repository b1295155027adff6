"""`secret rotate`: new values, changed at their source first where a hook can."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options, prompt, terminal, values
from gmconfig.cli.secret.named import FromFile, FromStdin, given
from gmconfig.cli.verb import verb
from gmconfig.counted import counted
from gmconfig.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from gmconfig.api import SecretsManager
    from gmconfig.api.secret.rotating_many import Rotation, RotationPlan
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing


def rotate(
    session: Session,
    writing: Writing,
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]", help="The secret; or --due, or --all.", autocompletion=complete.secrets
        ),
    ] = "",
    environment: options.Target = None,
    due: Annotated[
        bool, typer.Option("--due", help="Every secret that is due by rotate_every or expires.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Every secret; with --due, every one that is due.")
    ] = False,
    stdin: FromStdin = False,
    file: FromFile = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="When the new value stops working.")
    ] = None,
    discard: Annotated[
        bool, typer.Option("--discard", help="Forget the value of a rotation that did not finish.")
    ] = False,
    identity: options.IdentityFile = None,
    yes: options.Yes = False,
) -> int:
    """Replace a secret's value by a generated one of its type, or by one from stdin or a file.

    Where access.yaml has a hook for it, the hook changes it at its source first; only then is it sealed. If
    that is cut short, the value is kept and the same command finishes. Without -e, all environments' secrets.

    \b
    gmconfig secret rotate jwt_secret
    gmconfig secret rotate --due --dry-run
    """
    _check(name, due or every, stdin=stdin, file=file, discard=discard, expires=expires)
    manager = session.secrets(environment, identity=identity)
    if not name:
        return _many(manager, writing, yes, due=due)
    if discard:
        prompt.confirmed(f"forget the new value of {name}, although its source may have it?", yes=yes)
        terminal.note(manager.discard_rotation(name).message)
        return ExitCode.OK
    value = given(name, stdin, file) if stdin or file else None
    writing.show(manager.rotate_secret(name, value, expires=expires, **writing.how))
    return ExitCode.OK


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "rotate", slow="rotating")(rotate)


def _check(
    name: str, many: bool, *, stdin: bool, file: str | None, discard: bool, expires: str | None
) -> None:
    if bool(name) == many:
        hint = "gmconfig secret rotate NAME, or --due, or --all"
        raise UsageError("either a secret's name, or --due, or --all", hint=hint)
    if many and (stdin or file or discard or expires):
        raise UsageError("--stdin, --file, --expires and --discard are about one secret")
    if discard and (stdin or file or expires):
        raise UsageError("--discard goes with a name alone")


def _many(manager: SecretsManager, writing: Writing, yes: bool, *, due: bool) -> int:
    planned = manager.plan_rotation(due=due)
    if not writing.dry_run and planned.generated:
        prompt.confirmed(_question(planned), yes=yes)
    done = manager.rotate_secrets(due=due, **writing.how)
    if writing.output == "json":
        terminal.answer(values.as_json([asdict(one) for one in done]))
    else:
        terminal.lines(_lines(done, due=due, dry_run=writing.dry_run))
    _say_failed([one for one in done if one.problem])
    return _code(done)


def _question(planned: RotationPlan) -> str:
    number, total = len(planned.generated), counted(len(planned), "secret")
    return f"rotate {total}, {number:,} without a hook that changes it at its source?"


def _code(done: tuple[Rotation, ...]) -> int:
    """The worst of all: a hook that failed, a secret that waits for a person."""
    if any(one.problem for one in done):
        return ExitCode.NO_ANSWER
    return ExitCode.NO if any(one.by == "by hand" for one in done) else ExitCode.OK


def _say_failed(failed: list[Rotation]) -> None:
    """Say what is left to do, where a hook failed or its value could not be kept."""
    if failed:
        terminal.error(f"not rotated: {', '.join(one.name for one in failed)}")
        terminal.hint(f"once its reason is gone: gmconfig secret rotate {failed[0].name}{_where(failed[0])}")


def _where(one: Rotation) -> str:
    return "" if one.environment == "common" else f" -e {one.environment}"


def _lines(done: tuple[Rotation, ...], *, due: bool, dry_run: bool) -> list[terminal.Line]:
    if not done:
        return ["nothing is due" if due else "no secrets"]
    rows = terminal.table([[one.environment, one.name, one.by, _said(one)] for one in done])
    return [*rows, "(dry run: nothing was changed)"] if dry_run else rows


def _said(one: Rotation) -> terminal.Span:
    if one.problem:
        return one.problem, "red"
    if one.by == "by hand":
        return f"gmconfig secret rotate {one.name}{_where(one)} --stdin", "yellow"
    if not one.done:
        return "would be rotated"
    return f"rotated [{one.commit[:7]}]" if one.commit else "rotated, not committed"
