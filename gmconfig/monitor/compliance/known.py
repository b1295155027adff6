"""Every document's counts in one state of the files, brought up to another state at the cost of what differs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Place
from gmconfig.monitor.compliance.count import Counted, counted, tallies_of
from gmconfig.project.settings import FILE
from gmconfig.storage import shares
from gmconfig.validate import listing
from gmconfig.validate.asking import SECRETS
from gmconfig.validate.policy.load import is_policy

if TYPE_CHECKING:
    from gmconfig.monitor.compliance.score import Tally
    from gmconfig.validate.subject import Subject

_WORTH_A_SHARE = 100
"""How many documents are worth a process of their own."""


class Known:
    """The files by their content keys, and each document's counts; not to be changed."""

    def __init__(self, files: Mapping[str, str], documents: Mapping[str, Counted]) -> None:
        self.files = files
        self.documents = documents

    @classmethod
    def of(cls, subject: Subject) -> Known:
        """Count everything."""
        layers = listing.layers_of(subject, [])
        found: dict[str, Counted] = shares.worked(
            list(layers),
            lambda name: counted(subject, name, layers[name]),
            shares=len(layers) // _WORTH_A_SHARE if subject.snapshot.commit is None else 1,
        )
        return cls(subject.files, found)

    def changed(self, files: Mapping[str, str]) -> set[str]:
        """Give the files that differ from other ones."""
        known = self.files.get
        differing = {file for file, key in files.items() if known(file) != key}
        return differing | (self.files.keys() - files.keys())

    def brought_up(self, subject: Subject, changed: Collection[str]) -> Known:
        """Give the counts of a subject that differs in some files."""
        if not changed:
            return Known(subject.files, self.documents)
        stale = self._stale(subject, set(changed))
        if stale is None:
            return Known.of(subject)
        layers = listing.layers_of_documents(subject, stale)
        documents = {name: one for name, one in self.documents.items() if name not in stale}
        documents.update((name, counted(subject, name, some)) for name, some in layers.items())
        return Known(subject.files, documents)

    def _stale(self, subject: Subject, changed: set[str]) -> set[str] | None:
        """Give the documents that may count otherwise; None: all of them."""
        if any(file == FILE or is_policy(file) for file in changed):
            return None
        found = {name for name, one in self.documents.items() if changed and one[1]}
        if any(file.startswith(SECRETS) for file in changed):
            found.update(name for name, one in self.documents.items() if one[2])
        layers = (listing.layer_of(subject, file, []) for file in changed)
        return found | {layer.document for layer in layers if layer is not None}

    def tallies(self, today: str) -> Iterator[Tally]:
        """Yield what they come to on a day, document by document in the order of their files.

        Raises:
            BrokenConfiguration: a file cannot be understood: what it says would be missing.
        """
        ordered = sorted(self.documents.items(), key=lambda one: one[1][0])
        for _, (*_, broken) in ordered:
            if broken is not None:
                place = Place(*broken[1]) if broken[1] else None
                raise BrokenConfiguration(broken[0], hint="gmconfig validate", place=place)
        for name, one in ordered:
            yield from tallies_of(name, one[3], today)
