"""Differences that somebody takes the responsibility for: `ignore:` rules of a target, each until its day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from gmconfig.drift.difference import Difference
from gmconfig.errors import BrokenConfiguration
from gmconfig.immutable import Data
from gmconfig.path import KeyPath


class Rule(Data):
    """Differences that do not count: at paths that a glob matches, in one document or in all, until a day."""

    path: KeyPath
    document: str | None
    owner: str
    reason: str
    until: date | None

    def covers(self, difference: Difference, today: date) -> bool:
        """Whether a difference does not count today."""
        if self.document not in (None, difference.document) or (self.until and today > self.until):
            return False
        return difference.is_at(self.path)


def rules(target: str, declared: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """Read a target's `ignore:`.

    Raises:
        BrokenConfiguration: a rule has no owner or no reason, or its day is none.
    """
    return [_rule(target, entry) for entry in declared]


def counted(found: Sequence[Difference], ignoring: Sequence[Rule], today: date) -> tuple[Difference, ...]:
    """Give the differences that no rule covers."""
    return tuple(one for one in found if not any(rule.covers(one, today) for rule in ignoring))


def set_aside(found: Sequence[Difference], ignoring: Sequence[Rule], today: date) -> tuple[Difference, ...]:
    """Give the differences that a rule covers."""
    return tuple(one for one in found if any(rule.covers(one, today) for rule in ignoring))


def _rule(target: str, entry: Mapping[str, Any]) -> Rule:
    try:
        until = date.fromisoformat(str(entry["until"])) if "until" in entry else None
        return Rule(
            KeyPath.parse(str(entry["path"])), entry.get("document"), entry["owner"], entry["reason"], until
        )
    except (KeyError, ValueError) as error:
        missing = f"needs {error}" if isinstance(error, KeyError) else str(error)
        raise BrokenConfiguration(
            f'target "{target}": a rule under ignore: {missing}',
            hint="{path: metrics.**, owner: ops, reason: set by the scaler, until: 2027-01-31}",
        ) from error
