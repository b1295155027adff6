"""A document's versions: `v7` is the seventh commit of HEAD's first-parent line that touches its files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gmconfig.config.history.moment import Counting, mapped_line, moments
from gmconfig.config.history.remembered import remembered
from gmconfig.config.history.value import ABSENT, Unknown, changes
from gmconfig.errors import UnknownPath, UnknownVersion, UsageError
from gmconfig.path import KeyPath

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.config.history.line import Commit
    from gmconfig.project import Project

_ORDINAL = re.compile(r"v([1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document.

    `ordinal` is 0 for a commit that changed only what gmconfig.yaml says about the document. `value` is that
    of the path that was asked for, None too where nothing stood there (`present`); `unknown` says why this
    version cannot be read.
    """

    revision: Commit
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
        return self.revision.reason


@dataclass(frozen=True, slots=True)
class History:
    """Versions, newest first; `unknown` are those that could not be read and were skipped."""

    versions: tuple[Version, ...]
    unknown: tuple[Version, ...] = field(default=())


def versions(project: Project, document: str, revision: str = "HEAD") -> tuple[Version, ...]:
    """Give every version of a document, newest first.

    Raises:
        GitTrouble: the clone is shallow.
    """
    counts, found = Counting(document), list[Version]()
    for commit, mapping in mapped_line(project, revision):
        if counts.touches(mapping, commit):
            found.append(Version(commit, len(found) + 1))
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
    rows = [
        Version(moment.commit, moment.ordinal or 0, True, value is not ABSENT, None if value is ABSENT else value)
        for moment, value, changed in zip(found, values, changes(values), strict=True)
        if changed
    ]
    unknown = [
        Version(moment.commit, moment.ordinal or 0, unknown=value.message)
        for moment, value in zip(found, values, strict=True)
        if isinstance(value, Unknown)
    ]
    if not rows and not unknown:
        raise UnknownPath(f'no version of "{document}" has "{path}"', hint=f"gmconfig config get {document}")
    return History(tuple(reversed(rows)), tuple(reversed(unknown)))


def commit_of(project: Project, document: str, name: str) -> str:
    """Give the commit that a version's name means: `v7`, a commit, a tag, `HEAD~3`.

    A tag or branch that is called `v7` is reached by its full name, `refs/tags/v7`.

    Raises:
        UnknownVersion: nothing answers to it.
        GitTrouble: a number was given and the clone is shallow.
    """
    numbered = _ORDINAL.fullmatch(name)
    if not numbered:
        return _resolved(project, document, name)
    known = versions(project, document)
    number = int(numbered[1])
    if number > len(known):
        names = f"v1 to v{len(known)}" if known else "no versions yet"
        hint = f"gmconfig config history {document}"
        raise UnknownVersion(f'"{document}" has no version "{name}": there are {names}', hint=hint)
    return known[-number].revision.commit


def ordinal_of(project: Project, document: str, commit: str) -> int:
    """Give the number of the version that a commit stands at or after; 0 before the first one.

    Raises:
        GitTrouble: the clone is shallow.
    """
    counts, number = Counting(document), 0
    for each, mapping in mapped_line(project):
        number += counts.touches(mapping, each)
        if each.commit == commit:
            return number
    return 0


def _resolved(project: Project, document: str, name: str) -> str:
    try:
        return project.repository.resolve(name)
    except UnknownVersion as error:
        hint = f"gmconfig config history {document}"
        raise UnknownVersion(f'no version answers to "{name}"', hint=hint) from error
