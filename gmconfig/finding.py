"""Findings: what is wrong, how bad it is, and where it stands."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


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


class Place(NamedTuple):
    """A position in a file of the repository: path below the project's root; line and column from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    `check` is the kind (`yaml`, `schema`, `reference`, `parity`, `secret`, `policy`), `rule` its finer name.
    `place` is None where no line of a file is to blame; `width` is how many columns the culprit spans.
    `path` is the printed path in the resolved document, and never a secret's value.
    """

    check: str
    rule: str
    severity: Severity
    message: str
    place: Place | None = None
    width: int = 1
    document: str | None = None
    environments: tuple[str, ...] = ()
    path: str | None = None
    hint: str | None = None
    waived: str | None = None

    @property
    def fails(self) -> bool:
        """Whether this finding alone makes the answer no."""
        return self.severity.fails and self.waived is None
