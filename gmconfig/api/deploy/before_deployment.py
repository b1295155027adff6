"""What rules do before a deployment changes anything; a rule that fails refuses it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.automation.rules.condition import holds
from gmconfig.automation.rules.declared import declared
from gmconfig.automation.rules.due import is_limited
from gmconfig.automation.rules.event import Event
from gmconfig.automation.rules.past import Cause
from gmconfig.automation.rules.rule import BEFORE
from gmconfig.errors import Refused
from gmconfig.storage.cause import rules as causes

if TYPE_CHECKING:
    from gmconfig.api.automation.automating import Automation
    from gmconfig.api.deploy.deployments import Deployments
    from gmconfig.automation.rules.claims import Change, Memory
    from gmconfig.automation.rules.rule import AutomationRule
    from gmconfig.automation.rules.run import Run
    from gmconfig.deploy.options import Options
    from gmconfig.deploy.plan import Plan


def before(deployments: Deployments, options: Options) -> Callable[[Plan], None]:
    """Give what a deployment calls with its plan before its first change."""

    def called(plan: Plan) -> None:
        event = _event(plan, options, deployments.user)
        _prepare(deployments, event, declared(deployments.project))
        own = deployments.own_rules
        if own is not None:
            _prepare(deployments, event, own.rules, own.memory)

    return called


def _prepare(
    deployments: Deployments,
    event: Event,
    rules: Mapping[str, AutomationRule],
    memory: Memory | None = None,
) -> None:
    waiting = {name: one for name, one in rules.items() if one.is_before and one.enabled}
    waiting = {
        name: one for name, one in waiting.items() if name not in event.because_of and holds(one, event)
    }
    if not waiting:
        return
    from gmconfig.api.automation.automating import Automation

    automation = Automation(
        deployments.workspace,
        user=deployments.user,
        offline=deployments.offline,
        rules=waiting,
        memory=memory,
    )
    for rule in waiting.values():
        _perform(automation, rule, event, datetime.now(UTC))


def _perform(automation: Automation, rule: AutomationRule, event: Event, now: datetime) -> None:
    past = automation.memory.past(rule.name, now)
    if is_limited(rule, past, event.subject, now):
        return
    run = automation.runner.perform(rule, Cause(event.subject, events=(event.id,)), event)
    automation.memory.change(rule.name, now, _after(run, now), must=False)
    if run.failed:
        raise Refused(
            f'nothing was deployed, rule "{rule.name}" failed before it: {run.message}',
            hint=f"gmconfig automation history {rule.name}",
        )


def _after(run: Run, now: datetime) -> Change:
    return lambda past: past.ran(run.subject, now, run.as_json())


def _event(plan: Plan, options: Options, user: str) -> Event:
    content = {
        "environment": plan.environment,
        "commit": plan.commit,
        "targets": [one.name for one in plan.changing],
        "action": options.action,
        "by": user,
        "reason": options.reason,
    }
    return Event(f"{plan.environment}@{os.urandom(6).hex()}", BEFORE, datetime.now(UTC), content, causes())
