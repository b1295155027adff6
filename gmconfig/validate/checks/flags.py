"""Feature flags compile in every environment, and mean something."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from gmconfig.finding import Finding
    from gmconfig.storage.snapshot import Snapshot
    from gmconfig.validate.subject import Subject

    Lines = dict[tuple[str, int], str]

FOLDER = "flags/"
_YAML = (".yaml", ".yml")


def check(subject: Subject, lines: Lines) -> Iterator[Finding]:
    """Yield what is wrong with the flags; a repository without any loads nothing."""
    if not _has_flags(subject):
        return
    from gmconfig.flag.lint.findings import lint
    from gmconfig.validate.files import note_lines
    from gmconfig.validate.source import Source

    for finding in lint(subject.project, subject.snapshot, subject.today, _before(subject)):
        if finding.place is not None:
            raw = subject.snapshot.read(finding.place.file)
            note_lines(Source(finding.place.file, raw), finding, lines)
        yield finding


def until(subject: Subject) -> str | None:
    """Give the next day on which another flag is expired; None where none will be.

    What rests on git's history is today's answer only: another history may say otherwise.
    """
    if not _has_flags(subject):
        return None
    from datetime import date, timedelta

    from gmconfig.flag.lint.findings import expiries, rests_on_history

    if rests_on_history(subject.project, subject.snapshot):
        return subject.today
    days = (
        date.fromisoformat(day) + timedelta(days=1) for day in expiries(subject.project, subject.snapshot)
    )
    return min((day.isoformat() for day in days if day.isoformat() > subject.today), default=None)


def concerns(finding: Finding, files: set[str]) -> bool:
    """Whether a finding about flags may come from one of these files: flags require flags of other files."""
    return finding.check == "flag" and _are_meant(files)


def looked_at(subject: Subject, files: Collection[str] | None = None) -> list[str]:
    """Give the files of flags that are checked when these files are (None: all files): all of them, or none."""
    if files is not None and not _are_meant(files):
        return []
    return [file for file in subject.files if file.startswith(FOLDER) and file.endswith(_YAML)]


def _are_meant(files: Collection[str]) -> bool:
    """Whether flags depend on one of some files: their own, or the one that declares environments."""
    return any(file.startswith(FOLDER) or file == "gmconfig.yaml" for file in files)


def _before(subject: Subject) -> Snapshot | None:
    """Give what the index is to follow, so that staged changes which deal users out anew are told.

    A hook that runs because somebody allowed that has the variable set.
    """
    import os

    if subject.snapshot.label != "index" or os.environ.get("GMCONFIG_REBUCKET"):
        return None
    return subject.project.snapshot("HEAD") if subject.project.repository.head() else None


def _has_flags(subject: Subject) -> bool:
    return any(file.startswith(FOLDER) for file in subject.files)
