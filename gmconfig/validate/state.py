"""Every document's result, and what was found in files that are not layers: taken over as far as it holds."""

from __future__ import annotations

from gmconfig.validate import listing
from gmconfig.validate.asking import SECRETS
from gmconfig.validate.document import checked
from gmconfig.validate.many import checked_many
from gmconfig.validate.plain import checked_to_plain, finding_from_plain, finding_to_plain
from gmconfig.validate.since import BESIDE
from gmconfig.validate.verdicts import Verdicts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gmconfig.finding import Finding
    from gmconfig.validate.since import Since
    from gmconfig.validate.subject import Subject


class State:
    """What is known of a working tree; `is_new` says that it is not what was kept."""

    def __init__(
        self,
        verdicts: Verdicts,
        findings: list[Finding],
        lines: dict[tuple[str, int], str],
        due: str | None,
        *,
        is_new: bool,
    ) -> None:
        self.verdicts = verdicts
        self.findings = findings
        self.lines = lines
        self.due = due
        self.is_new = is_new

    @classmethod
    def of(cls, since: Since) -> State:
        """Check what has to be checked, and take over the rest."""
        if since.kept is None or since.verdicts is None or since.is_fresh:
            return cls._fresh(since.subject)
        state = cls._kept(since.verdicts, since.kept["due"])
        if since.listed:
            state._list(since.subject, since.listed)
        if since.is_beside:
            state._judge_beside(since.subject)
        for document in state._stale(since):
            state._check(since.subject, document)
        if since.listed:
            state._judge_schemas(since.subject)
        return state

    @classmethod
    def _fresh(cls, subject: Subject) -> State:
        findings: list[Finding] = []
        lines: dict[tuple[str, int], str] = {}
        layers = listing.layers_of(subject, findings)
        documents = checked_many(subject, layers)
        findings.extend(listing.check(subject, layers, lines))
        return cls(Verdicts.of(documents.items()), findings, lines, listing.due(subject), is_new=True)

    @classmethod
    def _kept(cls, kept: dict[str, Any], due: str | None) -> State:
        findings = [finding_from_plain(plain) for plain in kept["findings"]]
        return cls(Verdicts(kept["quiet"], kept["telling"]), findings, kept["lines"], due, is_new=False)

    def _list(self, subject: Subject, listed: frozenset[str]) -> None:
        """Judge the files that came, and forget those that went."""
        self.is_new = True
        self.findings = [one for one in self.findings if one.place is None or one.place.file not in listed]
        come = [file for file in listed if file in subject.files]
        for file in come:
            listing.layer_of(subject, file, self.findings)
        self.findings.extend(listing.unused(subject, come))

    def _judge_schemas(self, subject: Subject) -> None:
        """Say which schemas no document has any more; a document came, perhaps, or went."""
        self.findings = [one for one in self.findings if one.rule != listing.UNUSED_SCHEMA]
        self.findings.extend(listing.unused_schemas(subject, frozenset(self.verdicts.documents())))

    def _judge_beside(self, subject: Subject) -> None:
        """Judge secrets and flags anew."""
        self.is_new = True
        self.findings = [one for one in self.findings if not listing.is_beside(one)]
        self.lines = {at: line for at, line in self.lines.items() if not at[0].startswith(BESIDE)}
        self.findings.extend(listing.beside(subject, self.lines))
        self.due = listing.due(subject)

    def _stale(self, since: Since) -> set[str]:
        """Give the documents that a change reaches."""
        found = self.verdicts.crossing() if since.changed else set()
        for file in since.changed:
            if file.startswith(SECRETS):
                found.update(self.verdicts.asking())
            else:
                found.update(document for document, _ in listing.affected_by(since.subject, file))
        return found

    def _check(self, subject: Subject, document: str) -> None:
        layers = listing.layers_of_document(subject, document)
        plain = checked_to_plain(checked(subject, document, layers)) if layers else None
        self.is_new |= self.verdicts.put(document, plain)

    def to_plain(self, stamp: str) -> dict[str, Any]:
        """Give what `_kept` takes, under a stamp of its own."""
        return {
            "stamp": stamp,
            "quiet": self.verdicts.quiet,
            "telling": self.verdicts.telling,
            "findings": [finding_to_plain(finding) for finding in self.findings],
            "lines": self.lines,
        }
