"""Waivers: a finding that is known and accepted, with a reason, until a day."""

from __future__ import annotations

from gmconfig.errors import UsageError
from gmconfig.finding import Finding, Place, Severity
from gmconfig.immutable import Immutable
from gmconfig.path import KeyPath
from gmconfig.path.name_glob import is_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Waiver(Immutable):
    """Excuses findings of one rule (or of a whole check) at a path; globs are allowed, no path means all.

    `files` are globs over files, for findings in files that are not documents.
    """

    __slots__ = ("rule", "reason", "expires", "place", "path", "environments", "documents", "files")

    def __init__(
        self,
        rule: str,
        reason: str,
        expires: str,
        place: Place,
        path: str = "",
        environments: tuple[str, ...] = (),
        documents: tuple[str, ...] = (),
        files: tuple[str, ...] = (),
    ) -> None:
        self.rule = rule
        self.reason = reason
        self.expires = expires
        self.place = place
        self.path = path
        self.environments = environments
        self.documents = documents
        self.files = files

    def excuses(self, finding: Finding) -> bool:
        """Whether the waiver means a finding, its date aside."""
        if self.rule not in (finding.rule, finding.check):
            return False
        if self.documents and finding.document not in self.documents:
            return False
        if self.environments and not set(finding.environments) <= set(self.environments):
            return False
        if self.files and not (finding.place and is_named(finding.place.file, self.files)):
            return False
        return not self.path or (finding.path is not None and self._matches(finding.path))

    def _matches(self, path: str) -> bool:
        if self.path == path:
            return True
        try:
            keys = KeyPath.parse(path).segments
            return KeyPath.parse(self.path).matches(tuple(key for key in keys if isinstance(key, str | int)))
        except UsageError:
            return False


def waived(
    findings: Iterable[Finding], waivers: Sequence[Waiver], today: str
) -> tuple[list[Finding], set[Waiver]]:
    """Mark the findings that a waiver excuses today; gives them all, and the waivers that meant one."""
    marked, used = [], set()
    narrow = [waiver for waiver in waivers if waiver.environments]
    for finding in (part for whole in findings for part in _apart(whole, narrow)):
        meant = [waiver for waiver in waivers if waiver.excuses(finding)]
        used.update(meant)
        excuse = next((waiver for waiver in meant if today <= waiver.expires), None)
        marked.append(
            finding.replaced(waived=f"until {excuse.expires}: {excuse.reason}") if excuse else finding
        )
    return marked, used


def _apart(finding: Finding, narrow: Sequence[Waiver]) -> Iterator[Finding]:
    """Yield what was found in several environments in pieces, where waivers mean only some of these."""
    groups: dict[tuple[bool, ...], list[str]] = {}
    for environment in finding.environments if narrow else ():
        alone = finding.replaced(environments=(environment,))
        groups.setdefault(tuple(waiver.excuses(alone) for waiver in narrow), []).append(environment)
    if len(groups) < 2:
        yield finding
    else:
        yield from (finding.replaced(environments=tuple(names)) for names in groups.values())


def about(waivers: Sequence[Waiver], used: set[Waiver], today: str, *, whole: bool) -> Iterator[Finding]:
    """Yield waivers that are expired or, if the whole project was checked, meant nothing."""
    for waiver in waivers:
        subject = f'the waiver of "{waiver.rule}"' + (f" at {waiver.path}" if waiver.path else "")
        if waiver.expires < today:
            hint = "mend what it excuses, or give it a new date and reason"
            yield _finding("waiver-expired", f"{subject} expired on {waiver.expires}", waiver, hint)
        elif (
            whole and waiver not in used and not waiver.files
        ):  # `secret scan` reads files that this does not
            yield _finding("waiver-unmatched", f"{subject} excuses nothing", waiver, "remove it")


def _finding(rule: str, message: str, waiver: Waiver, hint: str) -> Finding:
    return Finding("policy", rule, Severity.WARNING, message, waiver.place, hint=hint)
