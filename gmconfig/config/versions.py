"""A document's versions: `v7` is the seventh commit of HEAD's first-parent line that touches its files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.config.history.absence import ABSENT, Unknown
from gmconfig.config.history.moment import Counting, mapped_line, moments
from gmconfig.config.history.remembered import remembered
from gmconfig.config.history.value import changes
from gmconfig.errors import GmconfigError, UnknownPath, UnknownVersion, UsageError
from gmconfig.path import KeyPath

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gmconfig.config.history.moment import Files, Moment
    from gmconfig.project import Project
    from gmconfig.storage.git import Revision

_ORDINAL = re.compile(r"v([1-9][0-9]{0,8})")


class Version(NamedTuple):
    """One version of a document.

    `ordinal` is 0 for a commit that changed only what gmconfig.yaml says about the document. `value` is that
    of the path that was asked for, None too where nothing stood there (`present`); `unknown` says why this
    version cannot be read.
    """

    revision: Revision
    ordinal: int
    has_value: bool = False
    present: bool = False
    value: object = None
    unknown: str | None = None

    @property
    def name(self) -> str:
        """How people call it: `v7`, or the short commit where it has no number."""
        return f"v{self.ordinal}" if self.ordinal else self.revision.commit[:7]

    @property
    def reason(self) -> str:
        """Why it was made."""
        return self.revision.trailers.get("Gmconfig-Reason") or self.revision.subject


class History(NamedTuple):
    """What happened to a path, newest first: the versions that changed it, and those that cannot be read."""

    entries: tuple[Version, ...]

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions that changed the value."""
        return tuple(entry for entry in self.entries if entry.unknown is None)

    @property
    def unknown(self) -> tuple[Version, ...]:
        """The versions that could not be read and were skipped."""
        return tuple(entry for entry in self.entries if entry.unknown is not None)


def versions(project: Project, document: str) -> tuple[Version, ...]:
    """Give every version of a document, newest first.

    Raises:
        GitTrouble: the clone is shallow.
    """
    counts, found = Counting(document), list[Version]()
    for commit, mapping in mapped_line(project, "HEAD"):
        if counts.touches(mapping, commit):
            found.append(Version(commit.revision(), len(found) + 1))
    return tuple(reversed(found))


def environment_versions(
    project: Project,
    document: str,
    environment: str,
    *,
    variables: Mapping[str, str] | None = None,
) -> tuple[Version, ...]:
    """Give the versions that changed a layer of one environment, or how they are merged; newest first.

    Raises:
        GitTrouble: the clone is shallow.
    """
    found: list[Version] = []
    before: tuple[Files, object] = ((), None)
    for moment in moments(project, document, environment, variables=variables):
        now = moment.files, moment.project.settings.merge if moment.files else None
        if now != before:
            found.append(Version(moment.commit.revision(), moment.ordinal or 0))
        before = now
    return tuple(reversed(found))


def history(
    project: Project,
    document: str,
    path: KeyPath,
    environment: str | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    revision: str = "HEAD",
) -> History:
    """Give the versions that changed a path's value: merged, before placeholders, in one environment.

    Raises:
        UnknownPath: no version ever had a value there.
        GitTrouble: the clone is shallow.
    """
    if path.is_glob:
        raise UsageError(f'"{path}" may mean several places', hint="name one path, without * or **")
    found = list(moments(project, document, environment, variables=variables, revision=revision))
    values = remembered(project, path, found)
    entries = list(_entries(found, values))
    if not entries:
        hint = _nearest_path(project, document, path, environment)
        raise UnknownPath(f'no version of "{document}" has "{path}"', hint=hint)
    return History(tuple(reversed(entries)))


def commit_of(project: Project, document: str, name: str) -> str:
    """Give the commit that a version's name means: `v7`, a commit, a tag, `HEAD~3`.

    A tag or branch that is called `v7` is reached by its full name, `refs/tags/v7`.

    Raises:
        UnknownVersion: nothing answers to it.
        UnknownDocument: there is no such document, and never was one.
        GitTrouble: a number was given and the clone is shallow.
    """
    numbered = _ORDINAL.fullmatch(name)
    if not numbered:
        return _resolved(project, document, name)
    known = versions(project, document)
    number = int(numbered[1])
    if number > len(known):
        if not known:
            project.check_document(project.worktree(), document)
        names = f"v1 to v{len(known)}" if known else "no versions yet"
        hint = f"gmconfig config history {document}"
        raise UnknownVersion(f'"{document}" has no version "{name}": there are {names}', hint=hint)
    return known[-number].revision.commit


def _nearest_path(project: Project, document: str, path: KeyPath, environment: str | None) -> str:
    """Give the hint that names the path of today that was meant; where none is near, how to see them all."""
    from gmconfig.config.resolve import resolve

    try:
        resolve(project, project.worktree(), document, environment).keys(path)
    except GmconfigError as error:
        if error.hint:
            return error.hint
    where = f" -e {environment}" if environment else ""
    return f"gmconfig config get {document}{where}"


def _entries(found: Sequence[Moment], values: Sequence[object]) -> Iterator[Version]:
    """Yield what is worth telling: another value, or files that a version left unreadable."""
    files: Files = ()
    for moment, value, changed in zip(found, values, changes(values), strict=True):
        ordinal = moment.ordinal or 0
        if isinstance(value, Unknown):
            if moment.files != files:
                yield Version(moment.commit.revision(), ordinal, unknown=value.message)
        elif changed:
            present = value is not ABSENT
            yield Version(moment.commit.revision(), ordinal, True, present, value if present else None)
        files = moment.files


def _resolved(project: Project, document: str, name: str) -> str:
    try:
        return project.repository.resolve(name)
    except UnknownVersion as error:
        meant = error.hint if error.hint and error.hint.startswith("did you mean") else None
        hint = meant or f"gmconfig config history {document}"
        raise UnknownVersion(f'no version answers to "{name}"', hint=hint) from error
