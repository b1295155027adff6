"""What a release was made of: the commits of its configuration, its secrets and its flags."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gmconfig.errors import GmconfigError
from gmconfig.record.chain import Chain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.project import Project
    from gmconfig.target.declared import Target


class Wanted(NamedTuple):
    """The commit whose configuration a target should have.

    `secrets` is the commit whose secrets and access count: the newest one, also for an older configuration.
    `flags` is the commit whose feature flags count, where that is another one: a kill switch passes a hold.
    """

    commit: str
    secrets: str
    flags: str = ""


class Put(Protocol):
    """What says of a release which it is: its marker, a record, an agent."""

    @property
    def record(self) -> str:
        """The deployment that put it there."""

    @property
    def commit(self) -> str:
        """The commit of its configuration."""

    @property
    def wanted(self) -> str:
        """Its digest."""


class Recorded:
    """What the records say that releases were made of; each is read once, and only if somebody asks."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._lock = Lock()
        self._known: dict[tuple[str, str], tuple[str, str]] = {}

    def candidates(self, target: Target, put: Put, wanted: Wanted) -> Iterator[Wanted]:
        """Yield what a release may have been made of, the likeliest first.

        Args:
            target: where it is.
            put: the release.
            wanted: what the target should have now: what was held had newer secrets, or newer flags.
        """
        commit, secrets, flags = put.commit, wanted.secrets, wanted.flags
        likely = Wanted(commit, commit), Wanted(commit, secrets, flags), Wanted(commit, secrets)
        yield from dict.fromkeys(likely)
        told = Wanted(commit, *self._told(target.environment, put.record))
        if told.secrets and told not in likely:
            yield told

    def _told(self, environment: str, record: str) -> tuple[str, str]:
        """Give the commits of the secrets and the flags of a deployment; empty where nobody knows."""
        with self._lock:
            if (environment, record) not in self._known:
                self._known[environment, record] = self._read(environment, record)
            return self._known[environment, record]

    def _read(self, environment: str, name: str) -> tuple[str, str]:
        try:
            found = Chain(self.project, environment).find(name)
        except GmconfigError:  # another clone made it, or it was pruned
            return "", ""
        return found.secrets_commit or found.commit, found.flags_commit or ""
