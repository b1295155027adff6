"""`secret access`, `accept`: what is signed, and the signatures that settle what plain git has done."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import options, outcome, prompt, terminal, values
from gmconfig.cli.secret import changed
from gmconfig.cli.verb import group, verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.api import Acceptance
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing

Paths = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PATH]...", help="Files, or names of secrets; else all.", show_default=False),
]


def show(session: Session, output: options.TextOrJson = "text") -> None:
    """Show the access policy in force: its root, members, scopes, and what waits for a signature.

    \b
    gmconfig secret access show
    gmconfig secret access show -o json
    """
    summary = session.secrets().access()
    if output == "json":
        return terminal.answer(values.as_json(asdict(summary)))
    return terminal.lines(_summary(summary))


def sign(
    session: Session,
    writing: Writing,
    identity: options.IdentityFile = None,
    yes: options.Yes = False,
) -> None:
    """Sign access.yaml as it stands: shows the change in words first.

    Settles a merge of two branches that both changed access, and whatever new keys that needs.

    \b
    gmconfig secret access sign -y
    gmconfig secret access sign --dry-run
    """
    change = session.secrets(identity=identity).sign_access(
        _agreed("sign this?", yes=yes or writing.dry_run), **writing.how
    )
    if change is None:
        return changed.nothing("access.yaml is signed as it stands", writing.output)
    return changed.show(change, writing.output)


def reset(
    session: Session,
    writing: Writing,
    identity: options.IdentityFile = None,
    yes: options.Yes = False,
) -> None:
    """Begin a new root of trust: for a fork, or when the last admin is lost. Other clones must pin it anew.

    \b
    gmconfig secret access reset -y
    gmconfig secret access reset --dry-run
    """
    change = session.secrets(identity=identity).reset_access(
        _agreed("begin a new root?", yes=yes or writing.dry_run), **writing.how
    )
    changed.show(change, writing.output)


def accept(
    session: Session,
    writing: Writing,
    paths: Paths = None,
    identity: options.IdentityFile = None,
    yes: options.Yes = False,
) -> None:
    """Sign for sealed values as they stand after a revert, a cherry-pick or a merge by hand.

    Shows what it signs for first: make sure that it was you who did it.

    \b
    gmconfig secret accept -y
    gmconfig secret accept db_password --dry-run
    """

    def shown(found: Acceptance) -> None:
        for line in _accepted(found):
            terminal.note(line)
        prompt.confirmed("sign for this?", yes=yes or writing.dry_run)

    done = session.secrets(identity=identity).accept(*(paths or ()), shown=shown, **writing.how)
    if writing.output == "json":
        return terminal.answer(values.as_json(_record(done)))
    if done.outcome is None:
        return terminal.lines(["nothing to accept"])
    return terminal.lines(outcome.ending(done.outcome))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    access = group("Show, sign and reset the policy that says who may do what.")
    verb(access, "show")(show)
    verb(access, "sign")(sign)
    verb(access, "reset", slow="reading history")(reset)
    app.add_typer(access, name="access")
    verb(app, "accept", slow="reading history")(accept)


def _agreed(question: str, *, yes: bool) -> Callable[[tuple[str, ...]], None]:
    def shown(words: tuple[str, ...]) -> None:
        if not yes:
            for word in words or ("the same policy, with what was merged",):
                terminal.note(word)
        prompt.confirmed(question, yes=yes)

    return shown


def _accepted(found: Any) -> list[str]:
    lines = [f"stands: {one}" for one in found.values]
    lines += [f"gone: {one}" for one in found.gone]
    return lines + [f"comes back into the log: {one}" for one in found.restored]


def _record(done: Any) -> dict[str, Any]:
    shown = {"values": list(done.values), "gone": list(done.gone), "restored": list(done.restored)}
    return {**outcome.record(done.outcome or outcome.none("nothing to accept")), **shown}


def _summary(summary: Any) -> list[terminal.Line]:
    rows: list[terminal.Line] = [
        f"root {summary.root}",
        f"version {summary.versions}, signed by {summary.signed_by} on {summary.signed_at[:10]}",
        "",
    ]
    for member in summary.members:
        rights = "; ".join(f"{scope}: {', '.join(may)}" for scope, may in member.rights.items())
        rows.append(f"{member.name}  {rights or 'nothing granted'}")
    rows += ["", *(f"scope {scope}: {_covers(rules)}" for scope, rules in summary.scopes.items())]
    if summary.unsettled:
        rows += [
            "",
            [(summary.unsettled, "yellow")],
            *summary.changes,
            "sign with: gmconfig secret access sign",
        ]
    rows += [[(f"new keys are due: gmconfig secret rekey {scope}", "yellow")] for scope in summary.due]
    return rows


def _covers(rules: tuple[str, ...]) -> str:
    return "; ".join(rules) or "what no other scope claims"
