"""A rule: on an event or at a time, if a condition holds, do something, not too often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from gmconfig.project.span import WAIT
from gmconfig.validate.automation_rules import completed, matches

BEFORE = "deployment.before"
"""The event that a deployment waits for: what is done then is done before its first change."""

_COOLDOWN = timedelta(minutes=5)


class Maximum(NamedTuple):
    """How often at most within which time."""

    runs: int
    per: timedelta


_MAXIMUM = Maximum(12, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class AutomationRule:
    """A rule, in the words of gmconfig.yaml.

    Attributes:
        name: what it is called; that of a ready rule (`backup-nightly`, …) fills in what is not said.
        on: the kinds of events that it waits for, globs such as `drift.*` among them.
        schedule: when it runs, as cron says it (`30 2 * * *`), or `@daily` and the like.
        timezone: in which the schedule is meant; UTC unless given.
        if_: JsonLogic over the event; without it every event counts.
        do: an action's name, or a map of it to its arguments; in a program also a function of the event.
        cooldown: how long it rests after a run, for each subject by itself; 5m for events.
        maximum: how many runs there may be within which time: `{"runs": 12, "per": "1h"}`, for events.
        within: how late a time of its schedule may still be taken up; without it however late, once.
        dry_run: it says what it would do.
        enabled: it does anything at all.
    """

    name: str
    on: str | Sequence[str] | None = None
    schedule: str | None = None
    timezone: str | None = None
    if_: object = None
    do: str | Mapping[str, object] | Callable[[Mapping[str, Any]], object] | None = None
    cooldown: str | None = None
    maximum: Mapping[str, object] | None = None
    within: str | None = None
    dry_run: bool = False
    enabled: bool = True

    @property
    def entry(self) -> dict[str, Any]:
        """What stands in gmconfig.yaml below its name."""
        texts = {key: getattr(self, key) for key in _TEXTS if getattr(self, key) is not None}
        said = {**texts, **({"if": self.if_} if self.if_ is not None else {})}
        return {**said, **_list(self.on), **_switches(self)}

    @property
    def events(self) -> tuple[str, ...]:
        """The globs of the events that it waits for."""
        return (self.on,) if isinstance(self.on, str) else tuple(self.on or ())

    @property
    def action(self) -> str:
        """What it does."""
        if callable(self.do):
            return str(getattr(self.do, "__name__", "function"))
        return self.do if isinstance(self.do, str) else next(iter(self.do or ("",)))

    @property
    def arguments(self) -> object:
        """What its action is given: a map, or a command's words."""
        given = self.do.get(self.action) if isinstance(self.do, Mapping) else None
        return {} if given is None else given

    @property
    def trigger(self) -> str:
        """What makes it run, as people read it."""
        zone = f" {self.timezone}" if self.timezone else ""
        return f"{self.schedule}{zone}" if self.schedule else ", ".join(self.events)

    @property
    def rest(self) -> timedelta:
        """How long it rests after a run on the same subject."""
        if self.cooldown is not None:
            return timedelta(seconds=WAIT.seconds(self.cooldown))
        return timedelta() if self.schedule or self.is_before else _COOLDOWN

    @property
    def limit(self) -> Maximum | None:
        """How often it may run at most."""
        if self.maximum is not None:
            return Maximum(
                int(str(self.maximum["runs"])), timedelta(seconds=WAIT.seconds(str(self.maximum["per"])))
            )
        return None if self.schedule or self.is_before else _MAXIMUM

    @property
    def late(self) -> timedelta | None:
        """How late a time of its schedule may be taken up."""
        return timedelta(seconds=WAIT.seconds(self.within)) if self.within is not None else None

    @property
    def is_before(self) -> bool:
        """Whether deployments wait for it: it says so word by word, as a glob it would surprise."""
        return BEFORE in self.events

    def hears(self, kind: str) -> bool:
        """Whether it waits for a kind of event."""
        return any(matches(pattern, kind) for pattern in self.events)


_TEXTS = ("schedule", "timezone", "do", "cooldown", "maximum", "within")


def _list(on: str | Sequence[str] | None) -> dict[str, Any]:
    return {} if on is None else {"on": on if isinstance(on, str) else list(on)}


def _switches(rule: AutomationRule) -> dict[str, Any]:
    return {**({"dry_run": True} if rule.dry_run else {}), **({} if rule.enabled else {"enabled": False})}


def rule_of(name: str, entry: Mapping[str, Any] | None) -> AutomationRule:
    """Read a rule as gmconfig.yaml has it, completed by the ready one of its name."""
    said = {key: value for key, value in (entry or {}).items() if value is not None}
    whole = completed(name, said)
    return AutomationRule(name, if_=whole.pop("if", None), **whole)  # type: ignore[arg-type]
