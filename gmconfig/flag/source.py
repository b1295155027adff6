"""Where a program's flags come from: the working tree, the commit of a branch, or a compiled file."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Protocol

from gmconfig.errors import BrokenConfiguration, NotFound
from gmconfig.flag.catalogue import FOLDER, Catalogue, sound
from gmconfig.flag.compiled import Compiled, compiled
from gmconfig.flag.flagd.bucketing import Bucketing, of_file
from gmconfig.project import Project
from gmconfig.project.settings import FILE
from gmconfig.storage.git.followed import Followed
from gmconfig.storage.given import read_given
from gmconfig.storage.snapshot import Snapshot

_YOUNG_SECONDS = 1.0
"""A file as young as this may change again without a new time stamp: its content counts too."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Flags as they were found, and the commit they are from; None where it is not a commit."""

    compiled: Compiled
    commit: str | None = None


class Source(Protocol):
    """Gives one environment's flags, as often as somebody asks."""

    def version(self) -> object:
        """Give, at little cost, what differs whenever the flags may.

        Raises:
            GmconfigError: there is nothing to look at.
        """

    def load(self) -> Loaded:
        """Compile the flags as they are now.

        Raises:
            GmconfigError: they cannot be used.
        """


class ProjectFlags:
    """A project's flags as an environment sees them: in the working tree, or at a revision, which may move."""

    def __init__(self, project: Project, environment: str | None, at: str | None = None) -> None:
        self.project = project
        self.environment = environment
        self.at = at

    def version(self) -> object:
        """Give the commit's id, or the signatures of the files."""
        return self._followed.commit() if self.at else signatures(_flag_files(self.project.root))

    def load(self) -> Loaded:
        """Compile the flags of the newest commit, or of the files."""
        snapshot = self._snapshot()
        project = self.project.at(snapshot)
        found = compiled(_read(project, snapshot), project.chain(self.environment))
        return Loaded(found, snapshot.commit)

    def catalogue(self) -> Catalogue:
        """Read the flags as they are written."""
        snapshot = self._snapshot()
        return _read(self.project.at(snapshot), snapshot)

    def _snapshot(self) -> Snapshot:
        return self.project.snapshot(self._followed.commit() if self.at else None)

    @cached_property
    def _followed(self) -> Followed:
        return Followed(self.project.repository, self.at or "HEAD")


class FlagdFile:
    """A file in flagd's format, JSON or YAML, such as `flag compile` writes and a target is given.

    `bucketing` speaks for a file that does not say which one it was made for.
    """

    def __init__(self, path: str, bucketing: str | None = None) -> None:
        self.path = path
        self.bucketing = bucketing and Bucketing(bucketing)

    def version(self) -> object:
        """Give the file's signature."""
        return signatures([self.path])

    def load(self) -> Loaded:
        """Read the file."""
        from gmconfig.storage.yaml import load

        try:
            content = load(read_given(self.path), self.path)  # YAML 1.2 reads JSON
        except OSError as error:
            raise _unreadable(self.path, error) from error
        if not isinstance(content, dict) or "flags" not in content:
            raise BrokenConfiguration(f'"{self.path}" is not a flagd file: it has no flags')
        return Loaded(Compiled(content, of_file(content, self.bucketing), {}))


def project_flags(
    environment: str | None = None, root: str | os.PathLike[str] | None = None, at: str | None = None
) -> ProjectFlags:
    """Give the flags of the project around a folder.

    Without an environment it is `GMCONFIG_ENVIRONMENT`'s, else the project's default, else no overrides.

    Raises:
        NotFound: there is no project.
        UnknownEnvironment: it does not declare the environment.
    """
    project = Project.find(None if root is None else os.fspath(root))
    usual = os.environ.get("GMCONFIG_ENVIRONMENT") or project.default_environment or None
    name = usual if environment is None else str(environment)
    return ProjectFlags(project, None if name is None else project.environment(name).name, at)


def signatures(files: Sequence[str]) -> tuple[object, ...]:
    """Give what differs once one of the files has changed."""
    return tuple(_signature(file) for file in files)


def _signature(file: str) -> tuple[object, ...]:
    try:
        status = os.stat(file)
        young = abs(time.time() - status.st_mtime) < _YOUNG_SECONDS
        return (file, status.st_mtime_ns, status.st_size, status.st_ino, _digest(file) if young else b"")
    except OSError:
        return (file,)


def _digest(file: str) -> bytes:
    return blake2b(read_given(file)).digest()


def _flag_files(root: str) -> list[str]:
    return [os.path.join(root, FILE), *_below(os.path.join(root, FOLDER))]


def _below(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (os.path.join(parent, name) for name in sorted(names))


def _read(project: Project, snapshot: Snapshot) -> Catalogue:
    try:
        return sound(project, snapshot)
    except OSError as error:  # a file went away between the look and the reading
        raise _unreadable(FOLDER, error) from error


def _unreadable(name: str, error: OSError) -> NotFound:
    return NotFound(f'"{name}" cannot be read: {(error.strerror or str(error)).lower()}')
