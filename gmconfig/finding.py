"""Findings: what is wrong, how bad it is, and where it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from gmconfig.immutable import Immutable


class Severity(StrEnum):
    """How bad a finding or an alert is, worst first; exported as `AlertSeverity` too."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def fails(self) -> bool:
        """Whether a check that finds this says no."""
        return self in (Severity.CRITICAL, Severity.ERROR)


RANK = {severity: rank for rank, severity in enumerate(Severity)}
"""How bad each is in numbers: 0 is the worst."""


class Place(NamedTuple):
    """A position in a file of the repository: path below the project's root; line and column from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Finding(Immutable):
    """One thing that a check found.

    Attributes:
        check: the kind: `yaml`, `schema`, `reference`, `parity`, `secret`, `flag`, `policy`.
        rule: its finer name.
        severity, message: how bad it is, and what is wrong; never a secret's value.
        place: where it stands; None where no line of a file is to blame.
        width: how many columns the culprit spans.
        document, environments: what it was found in.
        path: the printed path in the resolved document.
        hint: what to do about it.
        waived: until when and why somebody accepts it; None where nobody does.
    """

    __slots__ = (
        "check", "rule", "severity", "message", "place", "width", "document", "environments", "path", "hint",
        "waived",
    )  # fmt: skip

    def __init__(
        self,
        check: str,
        rule: str,
        severity: Severity,
        message: str,
        place: Place | None = None,
        width: int = 1,
        document: str | None = None,
        environments: tuple[str, ...] = (),
        path: str | None = None,
        hint: str | None = None,
        waived: str | None = None,
    ) -> None:
        self.check = check
        self.rule = rule
        self.severity = severity
        self.message = message
        self.place = place
        self.width = width
        self.document = document
        self.environments = environments
        self.path = path
        self.hint = hint
        self.waived = waived

    @property
    def fails(self) -> bool:
        """Whether this finding alone makes the answer no."""
        return self.severity.fails and self.waived is None
