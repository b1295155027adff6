"""How a deployment is carried out, and who asked for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gmconfig.immutable import Data

if TYPE_CHECKING:
    from gmconfig.deploy.plan import Plan
    from gmconfig.record.entry import Record


PATIENCE = 600.0


def _nobody(_: Record) -> None:
    """Tell nobody."""


def _nothing(_: Plan) -> None:
    """Do nothing."""


class Options(Data):
    """How to deploy.

    Attributes:
        user, reason: for the record.
        action: what the record is of: apply, rollback, promote or correct.
        canaries: words that mean targets which go first.
        batch: how many targets of a wave go at once ("5", "10%"); None is all.
        restores: whether a failure puts back what was there before.
        beyond_budget: whether the budget may be exceeded.
        through_freeze: whether a freeze does not count (the kill switch).
        patience: for how many seconds agents may say nothing new while a deployment waits for them.
        told: is called with the record whenever it moves on.
        before: is called with the plan before the first change; what it raises refuses the deployment.
    """

    user: str = ""
    reason: str = ""
    action: str = "apply"
    canaries: tuple[str, ...] = ()
    batch: str | None = None
    restores: bool = True
    beyond_budget: bool = False
    through_freeze: bool = False
    patience: float = PATIENCE
    told: Callable[[Record], None] = _nobody
    before: Callable[[Plan], None] = _nothing
