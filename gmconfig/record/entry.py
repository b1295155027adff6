"""A deployment as its record has it: what was to go where, how far it came, and what was there before."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import cast

from gmconfig.errors import BrokenConfiguration
from gmconfig.immutable import EMPTY, Data

_FORMAT = 1


class State(StrEnum):
    """How far a deployment is; design/delivery has the order."""

    PENDING = "pending"
    PLANNED = "planned"
    STAGING = "staging"
    STAGED = "staged"
    ACTIVATING = "activating"
    VERIFYING = "verifying"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    RESTORING = "restoring"
    RESTORED = "restored"
    RESTORE_FAILED = "restore_failed"
    SUPERSEDED = "superseded"
    ABORTED = "aborted"

    @property
    def is_over(self) -> bool:
        """Whether nobody works on it any more."""
        return self in _OVER


_OVER = frozenset(
    (
        State.SUCCEEDED,
        State.PARTIAL,
        State.FAILED,
        State.RESTORED,
        State.RESTORE_FAILED,
        State.SUPERSEDED,
        State.ABORTED,
    )
)


class Step(StrEnum):
    """How far one target of a deployment is."""

    WAITING = "waiting"
    UNCHANGED = "unchanged"
    STAGED = "staged"
    ACTIVATING = "activating"
    ACTIVE = "active"
    HEALTHY = "healthy"
    FAILED = "failed"
    RESTORED = "restored"
    RESTORE_FAILED = "restore_failed"
    SKIPPED = "skipped"


THERE = (Step.ACTIVE, Step.HEALTHY, Step.UNCHANGED)
"""Steps after which a target has what the record was to bring."""


class Outcome(Data):
    """One target's part of a deployment.

    Attributes:
        step: how far it came.
        release: the name of the release that it was to get.
        wanted: the digest of that release's content.
        before: what named the live release until then; None for nothing.
        live: what names the new release on the target, once it is live.
        error: what went wrong, in one line.
        unwell: whether the target had it and was not well with it, so that it is not tried again by itself.
        commit: of its configuration, where that is another one than the record's: what is held beside it.
    """

    step: Step = Step.WAITING
    release: str = ""
    wanted: str = ""
    before: str | None = None
    live: str | None = None
    error: str | None = None
    unwell: bool = False
    commit: str = ""

    def as_json(self) -> dict[str, object]:
        """Give it as the record's file has it."""
        return {
            "step": str(self.step),
            "release": self.release,
            "wanted": self.wanted,
            "before": self.before,
            "live": self.live,
            "error": self.error,
            "unwell": self.unwell,
            "commit": self.commit or None,
        }


class Record(Data):
    """A deployment into one environment; its id is `<environment>-<number>`.

    Attributes:
        environment: where it went.
        number: its place among the records of that environment, from 1.
        commit: the full id of the configuration's commit, but for targets whose outcome names another one.
        secrets_commit: the commit whose secrets and access were used, where that is another one (rollback).
        action: what asked for it: apply, rollback, promote or correct.
        flags_commit: the commit whose feature flags were used, where that is another one (a kill switch).
        state: how far it is.
        user, host, reason: who asked for it, on which machine, and why.
        started, changed: when it began and when it last moved, ISO 8601 in UTC.
        targets: the outcome by the target's name.
        pull: whether agents carry it out instead of this process.
        fencing: the number of the lock under which it ran.
        error: why it failed, in one line.
    """

    environment: str
    number: int
    commit: str
    action: str = "apply"
    state: State = State.PENDING
    user: str = ""
    host: str = ""
    reason: str = ""
    started: str = ""
    changed: str = ""
    secrets_commit: str | None = None
    flags_commit: str | None = None
    targets: Mapping[str, Outcome] = EMPTY
    pull: bool = False
    fencing: int = 0
    error: str | None = None

    @property
    def id(self) -> str:
        """What people call it: `production-42`."""
        return f"{self.environment}-{self.number}"

    @property
    def brought_all(self) -> bool:
        """Whether it fully succeeded; a correction brings to some targets again what others may never have had."""
        return self.state is State.SUCCEEDED and self.action != "correct"

    def commit_of(self, target: str) -> str:
        """Give the commit whose configuration a target was to get."""
        outcome = self.targets.get(target)
        return outcome.commit if outcome and outcome.commit else self.commit

    def with_outcome(self, target: str, outcome: Outcome) -> Record:
        """Give the record with another outcome for one target."""
        return self.replaced(targets={**self.targets, target: outcome})

    def as_json(self) -> dict[str, object]:
        """Give it as the record's file has it."""
        plain = {name: getattr(self, name) for name in _TEXTS}
        return {
            **plain,
            "format": _FORMAT,
            "id": self.id,
            "number": self.number,
            "state": str(self.state),
            "secrets_commit": self.secrets_commit,
            "flags_commit": self.flags_commit,
            "targets": {name: outcome.as_json() for name, outcome in self.targets.items()},
            "pull": self.pull,
            "fencing": self.fencing,
            "error": self.error,
        }


_TEXTS = ("environment", "commit", "action", "user", "host", "reason", "started", "changed")


def record_of(content: Mapping[str, object], where: str) -> Record:
    """Read a record as its file has it.

    Raises:
        BrokenConfiguration: it is not one, or a newer gmconfig wrote it.
    """
    if content.get("format") != _FORMAT:
        raise BrokenConfiguration(f"the record on {where} was written by a newer gmconfig", hint="upgrade it")
    try:
        return _record(content)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise damaged(where) from error


def damaged(where: str) -> BrokenConfiguration:
    """Say that what stands on a chain is not a record of it: whoever may push can put anything there."""
    return BrokenConfiguration(f"a record on {where} is damaged", hint=f"look at it with: git log -p {where}")


def _record(content: Mapping[str, object]) -> Record:
    targets = cast("Mapping[str, Mapping[str, object]]", content["targets"])
    return Record(
        **{name: _text(content, name) for name in _TEXTS},
        number=int(cast("int", content["number"])),
        state=State(_text(content, "state")),
        secrets_commit=_text_or_none(content, "secrets_commit"),
        flags_commit=_text_or_none(content, "flags_commit"),
        targets={name: _outcome(one) for name, one in targets.items()},
        pull=bool(content.get("pull")),
        fencing=int(cast("int", content["fencing"])),
        error=_text_or_none(content, "error"),
    )


def _outcome(content: Mapping[str, object]) -> Outcome:
    return Outcome(
        Step(_text(content, "step")),
        _text(content, "release"),
        _text(content, "wanted"),
        **{name: _text_or_none(content, name) for name in ("before", "live", "error")},
        unwell=content.get("unwell") is True,
        commit=_text_or_none(content, "commit") or "",
    )


def _text_or_none(content: Mapping[str, object], key: str) -> str | None:
    return None if content.get(key) is None else _text(content, key)


def _text(content: Mapping[str, object], key: str) -> str:
    value = content[key]
    if not isinstance(value, str):
        raise TypeError(key)
    return value
