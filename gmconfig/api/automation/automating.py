"""Automation rules as a user asks about them: how they stand, what is due, what they did."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gmconfig.api.automation.rule_actions import Actions
from gmconfig.api.whose import whose
from gmconfig.automation.rules.claims import Memory, Shared
from gmconfig.automation.rules.declared import chosen, declared
from gmconfig.automation.rules.happenings import Happenings
from gmconfig.automation.rules.run import Run, runs_of
from gmconfig.automation.rules.runner import Runner, always
from gmconfig.automation.rules.schedule import Schedule
from gmconfig.errors import GmconfigError
from gmconfig.log import logger
from gmconfig.record import journal
from gmconfig.storage.git.calling_off import called_off_by

if TYPE_CHECKING:
    from gmconfig.api.automation.own_rules import OwnRules
    from gmconfig.api.workspace import Workspace
    from gmconfig.automation.rules.past import Past
    from gmconfig.automation.rules.rule import AutomationRule

_LOOKED_AT = ("drift.detected", "drift.resolved", "alert.firing", "alert.resolved")


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """How a rule stands.

    Attributes:
        rule: what it says.
        next: the next time of its schedule; None for events, and where it is off.
        last: its last run; None where it never ran.
        running: who runs it now, in words.
    """

    rule: AutomationRule
    next: datetime | None
    last: Mapping[str, Any] | None
    running: str | None

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        rule = self.rule
        return {
            "name": rule.name,
            "enabled": rule.enabled,
            "on": list(rule.events),
            "schedule": rule.schedule,
            "timezone": rule.timezone or "UTC" if rule.schedule else None,
            "if": rule.if_,
            "action": rule.action,
            "arguments": rule.arguments,
            "cooldown_seconds": rule.rest.total_seconds(),
            "maximum": _limit(rule),
            "within_seconds": rule.late.total_seconds() if rule.late is not None else None,
            "dry_run": rule.dry_run,
            "next": self.next.isoformat().replace("+00:00", "Z") if self.next else None,
            "last": dict(self.last) if self.last else None,
            "running": self.running,
        }


class Automation:
    """The rules of one workspace: those that gmconfig.yaml declares, unless others are given.

    Args:
        workspace: whose repository, keys and environment.
        user: on whose behalf; git's identity by default.
        offline: leave the remote alone: rules are claimed here only.
        rules: these, instead of the declared ones.
        memory: where what they did is kept; refs by default.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        user: str | None = None,
        offline: bool = False,
        rules: Mapping[str, AutomationRule] | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.workspace = workspace
        self.project = workspace.project
        self.offline = offline
        self.user = whose(self.project.repository, user, os.environ)
        self.rules = dict(declared(self.project) if rules is None else rules)
        self.memory: Memory = memory or Shared(self.project, offline=offline)
        self.is_shared = memory is None
        self.actions = Actions(workspace, self.user, offline=offline)
        self.runner = self._runner(self.rules)
        self.stops: Callable[[], bool] = lambda: False
        """Whether somebody asked to stop: nobody waits for what others did then."""

    def standings(self, names: Sequence[str] = (), now: datetime | None = None) -> list[RuleStanding]:
        """Say how rules stand; all where none is named.

        Raises:
            NotFound: there is no rule of a name.
        """
        moment = now or datetime.now(UTC)
        self._learn()
        return [self._standing(rule, moment) for rule in chosen(self.rules, names).values()]

    def history(self, names: Sequence[str] = ()) -> list[Run]:
        """Give the runs that the journal tells of, the newest first; of rules that are gone, too.

        Raises:
            NotFound: there is no rule of a name, and there was none.
        """
        from gmconfig.monitor.register import Register

        self._learn()
        found = runs_of(Register(self.project).events())
        chosen({**dict.fromkeys(one.rule for one in found), **self.rules}, names)
        return [one for one in found if not names or one.rule in names]

    def run(
        self, names: Sequence[str] = (), now: datetime | None = None, *, dry_run: bool = False
    ) -> Iterator[Run]:
        """Run what is due, each cause once for all who run; look at what rules wait for before.

        Args:
            names: only these rules.
            now: the moment that schedules are asked for; this one by default.
            dry_run: do nothing and note nothing, only say what would be done.

        Raises:
            NotFound: there is no rule of a name.
            GitTrouble: the remote cannot be reached, so that nobody knows what others have claimed.
        """
        rules, moment = chosen(self.rules, names), now or datetime.now(UTC)
        with called_off_by(self.stops):
            self.memory.refresh()
        runner = self._runner(rules)
        happenings = Happenings(self.project, rules.values(), moment, offline=self.offline)
        if not dry_run:
            for name in rules:
                self.memory.catch_up(name)
                self.memory.meet(name, moment)
            self._look(rules)
        any_run = False
        for run in runner.run(happenings.events, moment, dry_run=dry_run):
            any_run = True
            yield run
        if any_run and not dry_run:
            self._raise_alerts()

    def _runner(self, rules: Mapping[str, AutomationRule]) -> Runner:
        """Give who runs rules; what this clone may not do is left to others, where there are others."""
        may = self.actions.may if self.is_shared else always
        return Runner(rules, self.memory, self.actions.act, self._tell, self.user, may=may)

    def _look(self, rules: Mapping[str, AutomationRule]) -> None:
        """Look at targets and what else is watched, where a rule waits for what is found."""
        heard = {kind for rule in rules.values() if rule.enabled for kind in _LOOKED_AT if rule.hears(kind)}
        try:
            if any(kind.startswith("alert.") for kind in heard):
                self._watching().check()
            elif heard:
                self._detect()
        except GmconfigError as error:
            logger("automation").warning("not looked at: %s", error)

    def _detect(self) -> None:
        from gmconfig.api.deploy.deploying import Deployer
        from gmconfig.api.drift.drifting import Drifter

        deployer = Deployer(self.workspace, user=self.user, offline=self.offline)
        if deployer.declared():
            Drifter(deployer).detect()

    def _raise_alerts(self) -> None:
        """Raise what rules came to right away, and have it told."""
        from gmconfig.monitor import automated, sender
        from gmconfig.monitor.register import Register

        register, now = Register(self.project), datetime.now(UTC)
        try:
            found = automated.conditions(self.project, register.events(), now)
            known, moved = register.settle(list(found), automated.RULES)
            sender.enqueue(self.project, moved, known.values())
            sender.leave_behind(self.project)
        except GmconfigError as error:
            logger("automation").warning("alerts cannot be told: %s", error)

    def _watching(self) -> Any:
        from gmconfig.api.monitor.watching import Watching
        from gmconfig.monitor.register import Register

        return Watching(Register(self.project), offline=self.offline)

    def _standing(self, rule: AutomationRule, now: datetime) -> RuleStanding:
        past: Past = self.memory.past(rule.name, now)
        is_timed = rule.schedule is not None and rule.enabled
        following = Schedule(str(rule.schedule), rule.timezone).next(now) if is_timed else None
        holder = past.claim.holder if past.claim else None
        running = str(holder) if holder and holder.is_active(now) else None
        return RuleStanding(rule, following, past.last, running)

    def _learn(self) -> None:
        """Get what others did; who only looks is told of what is known here, if the remote does not answer."""
        try:
            self.memory.refresh()
        except GmconfigError as error:
            logger("automation").warning("what others did is not known: %s", error)

    def _tell(self, run: Run) -> None:
        journal.noted(self.project, run.as_event())


def run_rules(
    workspace: Workspace,
    own: OwnRules | None,
    names: Sequence[str],
    now: datetime | None,
    user: str | None,
    offline: bool,
    dry_run: bool,
) -> Iterator[Run]:
    """Run what is due of the declared rules, and of a program's own; the own ones see all that happened."""
    automation, moment = Automation(workspace, user=user, offline=offline), now or datetime.now(UTC)
    mine = own.rules if own is not None else {}
    chosen({**automation.rules, **mine}, names)
    shared = [name for name in automation.rules if name in names or not names]
    if shared:
        yield from automation.run(shared, moment, dry_run=dry_run)
    if own is not None:
        happenings = Happenings(workspace.project, mine.values(), moment, offline=offline)
        yield from own.run(names, happenings.events(), moment, dry_run=dry_run)


def _limit(rule: AutomationRule) -> dict[str, Any] | None:
    limit = rule.limit
    return {"runs": limit.runs, "per_seconds": limit.per.total_seconds()} if limit else None
