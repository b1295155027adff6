"""Validating the working tree again: only documents that a changed file can reach are checked anew.

What is kept per document is a verdict, never a value that was opened, nor an environment variable's.
"""

from __future__ import annotations

import os

from gmconfig import __version__
from gmconfig.finding import Finding
from gmconfig.validate import exact, listing, run, shares, warm
from gmconfig.validate.collector import paused
from gmconfig.validate.document import checked
from gmconfig.validate.plain import checked_from_plain, checked_to_plain, finding_from_plain, finding_to_plain
from gmconfig.validate.reading import Reading
from gmconfig.validate.subject import Subject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from gmconfig.project.project import Project
    from gmconfig.secret.vault import Vault
    from gmconfig.validate.report.report import Report

# Whatever changes here may change the answer about every document.
_EVERYWHERE = ("gmconfig.yaml", "access.yaml", "policies/", "secrets/", "schemas/", "flags/")

_WORTH_A_SHARE = 100
"""How many layers are worth a process of their own: they take 30 ms, and it takes 5."""


def check(
    project: Project,
    *,
    vault: Vault | None = None,
    forms: Iterable[str] = ("text",),
    today: str | None = None,
) -> Report:
    """Check the whole working tree, reusing what is known about unchanged files.

    Args:
        project: what to check.
        vault: says where tokens belong; without one that is not checked.
        forms: formats (by `warm.text_key`) that `warm.answer` gives as long as nothing changes.
        today: the day (ISO 8601) that waivers are judged by.
    """
    from time import time_ns

    started = time_ns()
    with paused():
        snapshot = Reading(project.worktree(), warm.taken_scan(project.root))
        subject = Subject(project, snapshot, vault=vault, today=today or run.current_day())
        now = _Run.begun(subject, vault)
        state = _State.of(now)
        results = [checked_from_plain(plain) for plain in state.documents.values()]
        found = exact.remembered(subject, vault, now.kept and now.kept["exact"], now.changed)
        findings = [*state.findings, *found.findings]
        report = run.composed(subject, results, findings, state.lines, whole=True, found=found, due=state.due)
        unchanged = max(0, report.files - len(now.changed)) if now.kept else 0
        _keep(now, state, report, found, forms, started)
    return report.replaced(unchanged=unchanged)


def rendered(report: Report, form: str) -> str:
    """Write a report in a format, by its name in the cache."""
    if form == warm.text_key("text", True):
        from gmconfig.validate.report.text import render

        return render(report, colour=True)
    from gmconfig.validate.report.formats import FORMATS

    return FORMATS[form](report)


def _keep(
    now: _Run, state: _State, report: Report, found: exact.Matches, forms: Iterable[str], started: int
) -> None:
    """Keep the results, and the texts to answer with while nothing changes."""
    root = now.subject.project.root
    place = warm.cache_of(root)
    if place is None or any(name.startswith(warm.IDENTITIES) for name in os.environ):
        return
    files = now.subject.files
    if any(".local." in file for file in files):  # whether git ignores them is not written in any of them
        return
    whole = report.replaced(unchanged=report.files)
    known = now.kept["texts"] if now.kept and not now.changed and now.kept["until"] == report.until else {}
    place[0].store(
        place[1],
        {
            "made by": (warm.FORM, __version__, root),
            "config": warm.config_signature(root),
            "trusted": now.trusted,
            "files": files,
            "young": {file: _digest(now.subject, file) for file in warm.young_files(files, started)},
            "documents": state.documents,
            "findings": [finding_to_plain(finding) for finding in state.findings],
            "lines": state.lines,
            "until": report.until,
            "due": state.due,
            "exit": 0 if report.ok else 1,
            "exact": found.kept,
            # An answer that rests on opened values is given anew each time.
            "texts": {} if found.findings else {**known, **{form: rendered(whole, form) for form in forms}},
        },
    )


def _digest(subject: Subject, file: str) -> bytes:
    return warm.digest(subject.snapshot.read(file))


class _Run:
    """What is known from before, and which files are not as they were."""

    def __init__(self, subject: Subject, kept: dict[str, Any] | None, trusted: bool) -> None:
        self.subject = subject
        self.trusted = trusted
        self.kept = kept
        before = kept["files"] if kept else {}
        young = kept["young"] if kept else {}
        files = subject.files
        self.listed = (
            frozenset(before.keys() ^ files.keys()) if before.keys() != files.keys() else frozenset()
        )
        differing = (file for file, key in files.items() if before.get(file) != key or file in young)
        self.changed = self.listed | {file for file in differing if not self._is_same(file, young)}

    @classmethod
    def begun(cls, subject: Subject, vault: Vault | None) -> _Run:
        """Begin with what was kept, unless it was found under other conditions."""
        root = subject.project.root
        kept = warm.load(root)
        if kept and (kept["trusted"] != (vault is not None) or kept["config"] != warm.config_signature(root)):
            kept = None
        if kept and kept["due"] is not None and subject.today >= kept["due"]:
            kept = None
        if kept and kept["until"] is not None and subject.today >= kept["until"]:
            kept["texts"] = {}
        return cls(subject, kept, vault is not None)

    @property
    def is_fresh(self) -> bool:
        """Whether everything has to be looked at."""
        return self.kept is None or any(_is_everywhere(file) for file in self.changed)

    def _is_same(self, file: str, young: Mapping[str, bytes]) -> bool:
        """Whether a file that was too young when it was read still holds the same."""
        return file in young and file in self.subject.files and _digest(self.subject, file) == young[file]


class _State:
    """Every document's result as a plain tuple, and what was found in files that are no layers."""

    def __init__(
        self,
        documents: dict[str, Any],
        findings: list[Finding],
        lines: dict[tuple[str, int], str],
        due: str | None,
    ) -> None:
        self.documents = documents
        self.findings = findings
        self.lines = lines
        self.due = due

    @classmethod
    def of(cls, now: _Run) -> _State:
        """Check what has to be checked, and take over the rest."""
        if now.kept is None or now.is_fresh:
            return cls._fresh(now.subject)
        state = cls._kept(now.kept)
        if now.listed:
            state._list(now.subject, now.listed)
        for document in state._stale(now):
            state._check(now.subject, document)
        return state

    @classmethod
    def _fresh(cls, subject: Subject) -> _State:
        findings: list[Finding] = []
        lines: dict[tuple[str, int], str] = {}
        layers = listing.layers_of(subject, findings)
        documents = shares.worked(
            list(layers),
            lambda name: checked_to_plain(checked(subject, name, layers[name])),
            shares=sum(map(len, layers.values())) // _WORTH_A_SHARE,
        )
        findings.extend(listing.check(subject, layers, lines))
        return cls(documents, findings, lines, listing.due(subject))

    @classmethod
    def _kept(cls, kept: dict[str, Any]) -> _State:
        findings = [finding_from_plain(plain) for plain in kept["findings"]]
        return cls(dict(kept["documents"]), findings, kept["lines"], kept["due"])

    def _list(self, subject: Subject, listed: frozenset[str]) -> None:
        """Judge the files that came, and forget those that went."""
        self.findings = [one for one in self.findings if one.place is None or one.place.file not in listed]
        come = [file for file in listed if file in subject.files]
        self.findings.extend(listing.unused(subject, come))

    def _stale(self, now: _Run) -> set[str]:
        """Give the documents that a change reaches."""
        found = {name for name, plain in self.documents.items() if plain[-1]} if now.changed else set()
        for file in now.changed:
            found.update(
                document for document, _ in now.subject.project.affected_by(now.subject.snapshot, file)
            )
        return found

    def _check(self, subject: Subject, document: str) -> None:
        layers = listing.layers_of_document(subject, document)
        if layers:
            self.documents[document] = checked_to_plain(checked(subject, document, layers))
        else:
            self.documents.pop(document, None)


def _is_everywhere(file: str) -> bool:
    return file.startswith(_EVERYWHERE) or file.endswith(".gitignore")
