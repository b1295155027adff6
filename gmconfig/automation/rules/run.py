"""What came of a rule's run, as the journal keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from gmconfig.errors import ExitCode

EVENT = "automation"


class State(StrEnum):
    """How a run ended: done, not done, said only, or a time that was too long ago."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DRY_RUN = "dry run"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a rule.

    Attributes:
        rule, action: which, and what it did.
        state: how it ended.
        cause: the time of its schedule, or the event.
        subject: what it was about.
        message: what came of it, in one line.
        code: the exit code that a failure means.
        by, host: who ran it, and where.
        time: when it ended; ISO 8601.
    """

    rule: str
    action: str
    state: State
    cause: str = ""
    subject: str = ""
    message: str = ""
    code: int = 0
    by: str = ""
    host: str = ""
    time: str = ""

    @property
    def failed(self) -> bool:
        """Whether it did not do what it should."""
        return self.state is State.FAILED

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {**asdict(self), "state": str(self.state)}

    def as_event(self) -> dict[str, Any]:
        """Give it as the journal has it."""
        return {"kind": EVENT, **{key: value for key, value in self.as_json().items() if key != "time"}}


def runs_of(events: Iterable[Mapping[str, Any]]) -> list[Run]:
    """Give the runs that the journal tells of, the newest first; what makes no sense is passed over."""
    found = [_run(event) for event in events if event.get("kind") == EVENT]
    return [one for one in reversed(found) if one is not None]


def worst(runs: Iterable[Run]) -> ExitCode:
    """Give the exit code of several runs."""
    return ExitCode(max((one.code for one in runs if one.failed), default=0))


def _run(event: Mapping[str, Any]) -> Run | None:
    try:
        texts = {key: str(event.get(key) or "") for key in _TEXTS}
        return Run(state=State(event["state"]), code=int(event.get("code", 0)), **texts)
    except (KeyError, ValueError, TypeError):
        return None


_TEXTS = ("rule", "action", "cause", "subject", "message", "by", "host", "time")
