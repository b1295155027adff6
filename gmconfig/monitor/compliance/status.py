"""The answer to "do we keep to our rules?": the score with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from gmconfig.finding import Severity
from gmconfig.monitor.alert import Kind
from gmconfig.monitor.compliance.score import Score, Tally, by, score
from gmconfig.monitor.compliance.trend import Point
from gmconfig.monitor.condition import Condition

RULE = "compliance"


@dataclass(frozen=True, slots=True)
class ComplianceStatus:
    """How well the configuration keeps to its rules.

    Attributes:
        tallies: what each rule came to, by document and environment.
        trend: the score of the last commits, the oldest first; empty unless it was asked for.
    """

    tallies: tuple[Tally, ...]
    trend: tuple[Point, ...] = ()

    @property
    def total(self) -> Score:
        """Everything together."""
        return score(self.tallies)

    @property
    def score(self) -> float | None:
        """The score, of 100; None where nothing was checked."""
        return self.total.value

    @property
    def compliant(self) -> bool:
        """Whether no rule is broken."""
        return not self.total.failed

    @property
    def rules(self) -> dict[str, Score]:
        """Each rule's score."""
        return by(self.tallies, lambda one: one.rule)

    @property
    def environments(self) -> dict[str, Score]:
        """Each environment's score; the base alone is the empty name."""
        return by(self.tallies, lambda one: one.environment or "")

    @property
    def violations(self) -> list[Tally]:
        """The tallies that say no, the worst first."""
        rank = {severity: number for number, severity in enumerate(Severity)}
        return sorted(
            (one for one in self.tallies if one.failed), key=lambda one: (rank[one.severity], one.rule)
        )

    def only(self, document: str | None = None, environment: str | None = None) -> ComplianceStatus:
        """Give what concerns one document or one environment."""
        kept = (
            one
            for one in self.tallies
            if document in (None, one.document) and environment in (None, one.environment)
        )
        return ComplianceStatus(tuple(kept), self.trend)

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {
            "score": self.score,
            "compliant": self.compliant,
            "total": asdict(self.total),
            "environments": {name: asdict(one) for name, one in self.environments.items()},
            "rules": {name: asdict(one) for name, one in self.rules.items()},
            "violations": [_violation(one) for one in self.violations],
            "trend": [asdict(one) for one in self.trend],
        }


def _violation(one: Tally) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "severity": str(one.severity),
        "document": one.document,
        "environment": one.environment,
        "values": [{"path": path, "message": message} for path, message in one.failing],
    }


def conditions(tallies: Iterable[Tally]) -> Iterator[Condition]:
    """Yield what breaks a rule, one for each rule, document and environment."""
    for one in tallies:
        if one.failed:
            _, message = one.failing[0]
            more = f" and {one.failed - 1:,} more" if one.failed > 1 else ""
            where = f" in {one.environment}" if one.environment else ""
            yield Condition(
                RULE, f"{one.rule}/{one.document}/{one.environment or 'common'}", Kind.COMPLIANCE, one.severity,
                f"{one.rule}: {message}{more} ({one.document}{where})",
                hint="gmconfig validate",
                environment=one.environment,
                config_name=one.document,
                occurrence="+".join(sorted(path for path, _ in one.failing)),
            )  # fmt: skip
