"""Agents that have gone silent: what they look after is looked after by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.finding import Severity
from gmconfig.monitor.alert import Kind
from gmconfig.monitor.condition import Condition
from gmconfig.record import status
from gmconfig.target.declared import targets

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.record.status import Status

RULE = "agent-silent"


def conditions(project: Project, intervals: float, now: datetime) -> Iterator[Condition]:
    """Yield the agents that have said nothing for so many of their intervals, while they have targets.

    Raises:
        GmconfigError: the targets cannot be understood.
    """
    led = {name: one.environment for name, one in targets(project).items() if one.agent}
    for environment in dict.fromkeys(led.values()):
        for one in status.read_all(project, environment):
            mine = [name for name in one.targets if led.get(name) == environment]
            if mine and one.is_silent(now, intervals):
                yield _silent(one, mine, now)


def _silent(one: Status, mine: list[str], now: datetime) -> Condition:
    what = mine[0] if len(mine) == 1 else f"{len(mine):,} targets"
    silence = f"has said nothing {_since(one, now)}: nobody looks after {what}"
    return Condition(
        RULE, f"{one.environment}/{one.host}", Kind.PERFORMANCE, Severity.ERROR,
        f"the agent of {one.environment} on {one.host} {silence}",
        hint=f"gmconfig deploy status {one.environment}",
        environment=one.environment,
        target=mine[0] if len(mine) == 1 else None,
        occurrence=one.time,
    )  # fmt: skip


def _since(one: Status, now: datetime) -> str:
    try:
        minutes = (now - datetime.fromisoformat(one.time).astimezone(UTC)).total_seconds() / 60
    except (ValueError, OverflowError):
        return "that has a time"
    return f"for {minutes:,.0f} minutes" if minutes < 180 else f"for {minutes / 60:,.0f} hours"
