"""`flag enable` and `disable`: the kill switch, pushed if it is to be seen elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, terminal
from gmconfig.cli.deploy import progress
from gmconfig.cli.flag import moves
from gmconfig.cli.flag.arguments import Name
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from gmconfig.api import FeatureFlagManager, FlagOutcome
    from gmconfig.api.flag.living import FlagLive
    from gmconfig.cli.boundary import Interrupted
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing
    from gmconfig.storage.git.push import Pushed

Push = Annotated[bool, typer.Option("--push", help="Push the commit, and say whether the remote took it.")]
Wait = Annotated[
    bool, typer.Option("--wait", help="Bring it to the targets that take flags, and say where it is live.")
]


def enable(
    session: Session,
    writing: Writing,
    name: Name,
    push: Push = False,
    wait: Wait = False,
    environment: options.Target = None,
) -> int:
    """Switch a flag on again: for the share of users that is written down for it, else for everybody.

    With --wait the flags go to their targets, and nothing else; freezes and holds do not stop them.

    \b
    gmconfig flag enable new_algorithm -e production -m "fixed"
    gmconfig flag enable new_algorithm -e production --push --wait
    """
    manager = session.flags(environment)
    return _switched(writing, manager, manager.enable_feature_flag, name, push, wait)


def disable(
    session: Session,
    writing: Writing,
    name: Name,
    push: Push = False,
    wait: Wait = False,
    environment: options.Target = None,
) -> int:
    """Switch a flag off for everybody, whatever else is said about it: the kill switch.

    With --push the exit code is 4 where the remote did not take the commit, so that it is not live yet. With --wait
    the flags go to their targets, and nothing else; freezes and holds do not stop them.

    \b
    gmconfig flag disable new_algorithm -e production -m "errors doubled"
    gmconfig flag disable new_algorithm -e production --push --wait
    """
    manager = session.flags(environment)
    return _switched(writing, manager, manager.disable_feature_flag, name, push, wait)


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "enable", slow="switching")(enable)
    verb(app, "disable", slow="switching")(disable)


def _switched(
    writing: Writing,
    manager: FeatureFlagManager,
    switch: Callable[..., FlagOutcome],
    name: str,
    push: bool,
    wait: bool,
) -> int:
    if wait and not writing.how["commit"]:
        raise UsageError("what is not committed does not become live", hint="leave out --wait or --no-commit")
    try:
        done = switch(name, push=push, **writing.how)
    except KeyboardInterrupt:
        raise _interrupted(name, push) from None
    return _shown(writing, manager, done, name, wait)


def _interrupted(name: str, push: bool) -> Interrupted:
    """Say what may have been done all the same: the commit comes before the push."""
    from gmconfig.cli.boundary import Interrupted  # it loads the command line, which few runs need

    if not push:
        return Interrupted()
    hint = "run it again: what is committed already is pushed then"
    return Interrupted(f"{name} may be switched here, and not at the remote", hint=hint)


def _shown(writing: Writing, manager: FeatureFlagManager, result: FlagOutcome, name: str, wait: bool) -> int:
    """Print what was done, in the order in which it happens; as JSON when all of it has happened."""
    is_text = writing.output == "text"
    if is_text:
        moves.show(writing, result)
    code = _told_push(writing, result.pushed, name)
    live = None
    if wait and not code and not result.dry_run:
        with progress.deploying() as tell:
            live = manager.bring_live(user=writing.how["user"], reason=result.message, told=tell)
    if not is_text:
        moves.show(writing, result, live)
    elif live is not None:
        terminal.lines(_live_lines(live))
    return max(code, _live_code(live or ()))


def _told_push(writing: Writing, pushed: Pushed | None, name: str) -> int:
    if pushed is None:
        return ExitCode.OK
    if not pushed.ok:
        _refused(pushed, name)
        return ExitCode.REFUSED if pushed.reached else ExitCode.NO_ANSWER
    if writing.output == "text":
        terminal.lines([_taken(pushed)])
    return ExitCode.OK


def _live_lines(live: Sequence[FlagLive]) -> Iterator[terminal.Line]:
    """Say of each target whether it has it, and since when."""
    if not live:
        yield "no target takes the flags: whoever follows the branch has it when it is pushed"
    width = max((len(one.target) for one in live), default=0)
    for one in live:
        since = f"  since {one.since[:19].replace('T', ' ')} UTC" if one.since else ""
        by = f", by {one.record}" if one.record else ""
        if one.live:
            yield [("live", "green"), f" on {one.target:<{width}}{since}{by}"]
        else:
            yield [("not live", "red"), f" on {one.target:<{width}}  {one.error or ''}".rstrip()]


def _live_code(live: Sequence[FlagLive]) -> ExitCode:
    """Give 5 where a target took it and was put back, 3 where one could not be reached."""
    missing = [one for one in live if not one.live]
    if not missing:
        return ExitCode.OK
    return ExitCode.RESTORED if any(one.record for one in missing) else ExitCode.NO_ANSWER


def _taken(pushed: Pushed) -> str:
    earlier = (pushed.commits or 1) - 1
    along = f", with {earlier} earlier commit{'s' * (earlier > 1)} of this branch" if earlier else ""
    where = f"{pushed.branch} at {pushed.remote}"
    return f"{where} has it already" if pushed.commits == 0 else f"pushed to {where}{along}"


def _refused(pushed: Pushed, name: str) -> None:
    """Say plainly that nothing is live, and what makes it so."""
    short = pushed.commit[:7]
    how = "refused it" if pushed.reached else "was not told"
    terminal.error(f"not live yet: {short} is committed here, but {pushed.remote} {how}: {pushed.refused}")
    if not pushed.reached:
        return terminal.hint(
            "run it again when that works; without --push, --wait takes it to the targets from here"
        )
    if pushed.behind:
        return terminal.hint(f"git pull --rebase {pushed.remote} {pushed.branch}, then run this again")
    safe = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in name).strip("-.")
    branch = f"flag-{safe}-{short}"
    return terminal.hint(
        f"git push {pushed.remote} {short}:refs/heads/{branch}, and merge it into {pushed.branch} there"
    )
