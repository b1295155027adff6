"""Drift that a rule puts back: what nobody has acknowledged, as often as the budget of each target allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.api.deploy.deploying import Deployer
from gmconfig.api.drift.drifting import Drifter
from gmconfig.automation.budget import CORRECTIONS, within_the_hour
from gmconfig.automation.drifted import Unacknowledged
from gmconfig.deploy.options import Options
from gmconfig.errors import GmconfigError, Refused
from gmconfig.path import KeyPath
from gmconfig.record.entry import State

if TYPE_CHECKING:
    from gmconfig.api.drift.drifting import Detected
    from gmconfig.api.workspace import Workspace
    from gmconfig.drift.standing import Standing


class Correcting:
    """Puts drift back on behalf of a rule."""

    def __init__(
        self, workspace: Workspace, user: str, rule: str, *, offline: bool = False, dry_run: bool = False
    ) -> None:
        self.drifter = Drifter(Deployer(workspace, user=user, offline=offline))
        self.rule = rule
        self.dry_run = dry_run

    def correct(self, words: Sequence[str], only: Sequence[str] = (), *, prune: bool = True) -> str:
        """Look at targets and put back what has drifted on them; say what was done.

        `only` are globs of paths; without `prune` what was never put there stays.

        Raises:
            Refused: a target's budget is used up.
            GmconfigError: a target cannot be looked at, or not be corrected.
        """
        found = self.drifter.detect(words)
        drifted = {one.target for one in found.counting}
        mine = [one for one in found.standings if one.target.name in drifted and not one.target.agent]
        exhausted = [one.target.name for one in mine if self._left(one) <= 0]
        going = [one.target.name for one in mine if one.target.name not in exhausted]
        paths = tuple(KeyPath.parse(text) for text in only)
        done = [name for name in going if self._is_put_back(name, found, paths, prune=prune)]
        self._complain(found, exhausted)
        said = "would put back" if self.dry_run else "put back"
        return f"{said} {', '.join(done)}" if done else "nothing to put back"

    def _is_put_back(self, name: str, found: Detected, only: tuple[KeyPath, ...], *, prune: bool) -> bool:
        """Put drift of one target back; give whether any of it was, or would be, for the rule to put back."""
        acknowledged = frozenset(one.id for one in found.detections if not one.counts(found.today))
        correction = Unacknowledged(only, prune, target=name, acknowledged=acknowledged)
        if self.dry_run:
            return any(plan.changing for plan in self.drifter.plan_correction([name], correction))
        done = self.drifter.correct([name], correction, Options(reason=f"rule {self.rule}"))
        records = [one.record for one in done if one.record is not None]
        for record in records:
            if record.state not in (State.SUCCEEDED, State.PARTIAL):
                why = record.error or str(record.state)
                raise GmconfigError(f"{name}: {why}", hint=f"gmconfig deploy show {record.id}")
        self.drifter.detect([name])
        return bool(records)

    def _left(self, standing: Standing) -> int:
        """Give how often a target may still be corrected within the hour, after what the records tell."""
        target = standing.target
        chain = self.drifter.deployer.ledger(target.environment).chain
        times = [
            one.started for one in chain.records() if one.action == "correct" and target.name in one.targets
        ]
        limit = int(target.budget.get("corrections", CORRECTIONS))
        return limit - len(within_the_hour(times, datetime.now(UTC)))

    def _complain(self, found: Detected, exhausted: Sequence[str]) -> None:
        if exhausted:
            raise Refused(
                f"{', '.join(exhausted)} was put back as often as its budget allows within an hour",
                hint="what keeps changing it? gmconfig drift list",
            )
        for one in found.unknown:
            raise GmconfigError(
                f"{one.target.name}: {one.error}", hint=f"gmconfig drift detect {one.target.name}"
            )
