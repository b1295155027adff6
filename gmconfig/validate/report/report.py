"""The answer of a check: findings, what was looked at, and the source lines to show beside them."""

from __future__ import annotations

from gmconfig.finding import RANK, Finding, Place, Severity
from gmconfig.immutable import Immutable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Report(Immutable):
    """What a check found and what it looked at.

    Attributes:
        findings: what is wrong, by place.
        environments, documents: what was looked at.
        files: how many files that were.
        unchanged: how many of them nobody had to read again.
        unchecked: how many values nobody can know here.
        lines: the source lines to show, by file and line number; a secret's line is not among them.
        until: the day (ISO 8601) from which the answer may differ though no file does.
        remarks: what was not looked for.
    """

    __slots__ = (
        "findings", "environments", "documents", "files", "unchanged", "unchecked", "lines", "until", "remarks",
    )  # fmt: skip

    def __init__(
        self,
        findings: tuple[Finding, ...] = (),
        environments: tuple[str, ...] = (),
        documents: tuple[str, ...] = (),
        files: int = 0,
        unchanged: int = 0,
        unchecked: int = 0,
        lines: Mapping[tuple[str, int], str] | None = None,
        until: str | None = None,
        remarks: tuple[str, ...] = (),
    ) -> None:
        self.findings = findings
        self.environments = environments
        self.documents = documents
        self.files = files
        self.unchanged = unchanged
        self.unchecked = unchecked
        self.lines = {} if lines is None else lines
        self.until = until
        self.remarks = remarks

    @property
    def ok(self) -> bool:
        """Whether nothing was found that makes the answer no."""
        return not any(finding.fails for finding in self.findings)

    def count(self, *severities: Severity) -> int:
        """Count the findings of these severities that nobody waived."""
        return sum(finding.severity in severities and finding.waived is None for finding in self.findings)


def rank(finding: Finding) -> tuple[object, ...]:
    """Give the key that sorts findings for reading: by place, those without one last."""
    place = finding.place or Place("\U0010ffff")
    return (place.file, place.line, place.column, RANK[finding.severity], finding.check, finding.message)


def gravity(finding: Finding) -> tuple[object, ...]:
    """Give the key that sorts findings from the worst, for readers who see only some."""
    return (not finding.fails, RANK[finding.severity], *rank(finding))


def merged(findings: list[Finding]) -> tuple[Finding, ...]:
    """Make one finding of those that differ only in their environments (and their hints), and sort them."""
    firsts: dict[Finding, Finding] = {}
    groups: dict[Finding, dict[str, None]] = {}
    for finding in findings:
        same = finding.replaced(environments=(), hint=None)
        firsts.setdefault(same, finding)
        groups.setdefault(same, {}).update(dict.fromkeys(finding.environments))
    joined = (firsts[same].replaced(environments=tuple(found)) for same, found in groups.items())
    return tuple(sorted(joined, key=rank))


def label(finding: Finding) -> str:
    """Give the word that names a finding's kind: a policy's own name, else the check's."""
    return finding.rule if finding.check == "policy" else finding.check


def where(finding: Finding) -> str:
    """Name the value that a finding is about, as `settings.server.port in staging`."""
    named = ".".join(filter(None, (finding.document, finding.path)))
    return " in ".join(filter(None, (named, listed(finding.environments))))


def listed(words: tuple[str, ...]) -> str:
    """Join words with commas and a last "and"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1] if words else "")))
