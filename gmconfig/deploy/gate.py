"""What must hold before anything is recorded: no freeze, nothing beyond the budget, nothing lacking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmconfig.deploy.waves import check_batch, waves
from gmconfig.errors import GmconfigError, Refused

if TYPE_CHECKING:
    from gmconfig.deploy.options import Options
    from gmconfig.deploy.plan import Plan


def check(plan: Plan, options: Options, bound: Mapping[str, str] | None = None) -> None:
    """Let a plan through, or say what is in its way.

    Args:
        plan: what would be done now.
        options: what the user allowed.
        bound: what a saved plan was bound to; None where there was none.

    Raises:
        Refused: a freeze, the budget, a saved plan that is stale, or nothing to do but what failed before.
        UsageError: the size of a batch makes no sense, or a canary is not among the targets that would change.
        GmconfigError: a target cannot be told, or lacks something.
    """
    check_batch(options.batch)
    check_fresh(plan, bound)
    if not plan.changing and not plan.troubled:
        return
    waves([one.standing.target for one in plan.changing], options.canaries, options.batch)
    if plan.freeze and not options.through_freeze:
        raise Refused(str(plan.freeze), hint=f"gmconfig deploy unfreeze {plan.environment}")
    for one in plan.troubled:
        raise _trouble(one.name, one.standing.error, one.lacks)
    if plan.budget and not options.beyond_budget:
        raise Refused(plan.budget[0], hint="look at the plan; --beyond-budget goes on with it")


def check_quarantine(plan: Plan, options: Options) -> None:
    """Refuse where all that is left to do was tried before, and the targets were not well with it.

    Raises:
        Refused: targets are quarantined.
    """
    if any(one.quarantine for one in plan.targets):
        raise Refused(
            f"nothing was done in {plan.environment}: {in_quarantine(plan)}",
            hint=retry_hint(plan, options.action),
        )


def in_quarantine(plan: Plan) -> str:
    """Name the targets that are quarantined, with the deployment in which they were not well."""
    kept = [f"{one.name} (failed in {one.quarantine.id})" for one in plan.targets if one.quarantine]
    more = f" and {len(kept) - 5:,} more" if len(kept) > 5 else ""
    return f"{', '.join(kept[:5])}{more} {'is' if len(kept) == 1 else 'are'} quarantined"


def retry_hint(plan: Plan, action: str = "apply") -> str:
    """Say how what is quarantined is tried again."""
    if action == "rollback":
        return "the same with --retry tries it again"
    return f"commit what corrects it, or try it again: gmconfig deploy apply {plan.environment} --retry"


def check_fresh(plan: Plan, bound: Mapping[str, str] | None) -> None:
    """Refuse to carry out a saved plan where anything that it depends on is another by now.

    Raises:
        Refused: it is stale.
    """
    if bound is None:
        return
    now = plan.bound_to()
    other = sorted(name for name in {*now, *bound} if now.get(name) != bound.get(name))
    if other:
        raise Refused(
            f"the plan is stale: {', '.join(other[:5])} changed since it was made",
            hint=f"gmconfig deploy plan {plan.environment} --save FILE",
        )


def _trouble(name: str, error: GmconfigError | None, lacks: tuple[str, ...]) -> GmconfigError:
    if error is None:
        return GmconfigError(_about(name, lacks[0]), hint="nothing was changed")
    return type(error)(_about(name, error.message), hint=error.hint, place=error.place)


def _about(name: str, message: str) -> str:
    """Say which target it is about, unless it says so itself."""
    about = f'target "{name}"'
    return message if message.startswith(about) else f"{about}: {message}"
