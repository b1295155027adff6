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
        Refused: a freeze, the budget, or a saved plan that is stale.
        UsageError: the size of a batch is none, or a canary is not among the targets that would change.
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
        return GmconfigError(f'target "{name}": {lacks[0]}', hint="nothing was changed")
    return type(error)(f'target "{name}": {error.message}', hint=error.hint, place=error.place)
