"""`flag enable` and `disable`: the kill switch, pushed if it is to be seen elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, terminal
from gmconfig.cli.flag import moves
from gmconfig.cli.flag.arguments import Name
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from gmconfig.api import FlagOutcome
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing
    from gmconfig.storage.git.push import Pushed

Push = Annotated[bool, typer.Option("--push", help="Push the commit, and say whether the remote took it.")]


def enable(
    session: Session, writing: Writing, name: Name, push: Push = False, environment: options.Target = None
) -> int:
    """Switch a flag on again: for the share of users that is written down for it, else for everybody.

    \b
    gmconfig flag enable new_algorithm -e production -m "fixed"
    gmconfig flag enable new_algorithm -e production --push
    """
    return _shown(
        writing, session.flags(environment).enable_feature_flag(name, push=push, **writing.how), name
    )


def disable(
    session: Session, writing: Writing, name: Name, push: Push = False, environment: options.Target = None
) -> int:
    """Switch a flag off for everybody, whatever else is said about it: the kill switch.

    With --push the exit code is 4 where the remote did not take the commit, so that it is not live yet.

    \b
    gmconfig flag disable new_algorithm -e production -m "errors doubled"
    gmconfig flag disable new_algorithm -e production --push
    """
    return _shown(
        writing, session.flags(environment).disable_feature_flag(name, push=push, **writing.how), name
    )


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "enable")(enable)
    verb(app, "disable")(disable)


def _shown(writing: Writing, result: FlagOutcome, name: str) -> int:
    moves.show(writing, result)
    if result.pushed is None:
        return ExitCode.OK
    if not result.pushed.ok:
        _refused(result.pushed, name)
        return ExitCode.REFUSED if result.pushed.reached else ExitCode.NO_ANSWER
    if writing.output == "text":
        terminal.lines([_taken(result.pushed)])
    return ExitCode.OK


def _taken(pushed: Pushed) -> str:
    earlier = (pushed.commits or 1) - 1
    along = f", with {earlier} earlier commit{'s' * (earlier > 1)} of this branch" if earlier else ""
    where = f"{pushed.branch} at {pushed.remote}"
    return f"{where} has it already" if pushed.commits == 0 else f"pushed to {where}{along}"


def _refused(pushed: Pushed, name: str) -> None:
    """Say plainly that nothing is live, and what makes it so."""
    short = pushed.commit[:7]
    terminal.error(
        f"not live yet: {short} is committed here, but {pushed.remote} refused it: {pushed.refused}"
    )
    if pushed.behind:
        return terminal.hint(f"git pull --rebase {pushed.remote} {pushed.branch}, then run this again")
    safe = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in name).strip("-.")
    branch = f"flag-{safe}-{short}"
    return terminal.hint(
        f"git push {pushed.remote} {short}:refs/heads/{branch}, and merge it into {pushed.branch} there"
    )
