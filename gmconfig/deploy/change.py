"""One target, changed: its hooks, the flip, its health; and put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from gmconfig.deploy import fault, health
from gmconfig.errors import GmconfigError
from gmconfig.log import logger
from gmconfig.target import command
from gmconfig.target.errors import ReloadFailed

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Kind, Live, Release


log = logger("deploy")


class ChangeFailed(GmconfigError):
    """A target did not take its release, or is not well with it."""


class Unwell(ChangeFailed):
    """A target has its release and is not well with it: that content is not tried there again by itself."""


def is_unwell(error: GmconfigError) -> bool:
    """Whether the content is to blame: a health check, an after hook or the reload says no."""
    return isinstance(error, Unwell | ReloadFailed)


class Change(Protocol):
    """What a deployment does to one target, by itself or through the target's agent."""

    by_agent: ClassVar[bool]

    @property
    def target(self) -> Target:
        """Which target."""

    def stage(self) -> None:
        """Get it ready."""

    def activate(self) -> str | None:
        """Make it live, and give what names it from now on."""

    def verify(self) -> None:
        """Look whether it is live and well."""

    def revert(self, live: str | None, fencing: int) -> None:
        """Put back what was there before."""

    def prune(self) -> None:
        """Remove what is not needed any more."""


@dataclass(frozen=True, slots=True)
class TargetChange:
    """What one target is to get, and what it has.

    Attributes:
        target, kind: which.
        record: the id of the deployment.
        name: the release's.
        before: the name of what is live until then; None for nothing.
        root: where the project's commands run.
        release: what it is to get; None where it is only to be put back.
    """

    target: Target
    kind: Kind
    record: str
    name: str
    before: str | None
    root: str
    release: Release | None = None
    by_agent: ClassVar[bool] = False

    def stage(self) -> None:
        """Put the release beside what is live."""
        self.kind.stage(self._release())

    def activate(self) -> str:
        """Make it live, between the target's own commands; give what names it from now on.

        Raises:
            ChangeFailed: a command failed before.
            Unwell: a command failed after.
            GmconfigError: the target refused.
        """
        self._run(self.target.before, "before", ChangeFailed)
        fault.point(f"before:{self.target.name}")
        live = self.kind.activate(self._release(), expected=self.before)
        fault.point(f"activated:{self.target.name}")
        self._run(self.target.after, "after", Unwell)
        return live

    def verify(self) -> None:
        """Look whether it is live and well.

        Raises:
            ChangeFailed: something else is live.
            Unwell: a health check says no.
        """
        live = self.kind.read()
        if live.marker is not None and not (live.marker.release == self.name and self._is_whole(live)):
            raise ChangeFailed("what is live is not what was put there")
        problem = health.unwell(self.target, cwd=self.root, env=self._environ())
        if problem:
            raise Unwell(problem)

    def revert(self, live: str | None, fencing: int) -> None:
        """Put back what was there before, unless it is there still.

        Args:
            live: what names the new release on the target, where that is known.
            fencing: of the lock that is held.

        Raises:
            GmconfigError: the target refused, or somebody else's release is there by now.
        """
        found = self.kind.read()
        if found.release == self.before:
            return
        ours = found.release in (live, self.name) or (
            found.marker is not None and found.marker.record == self.record
        )
        if not ours:
            raise ChangeFailed(
                f"release {found.release or 'none'} is there by now, which is not of this deployment"
            )
        try:
            self.kind.revert(self.before, expected=found.release, fencing=fencing)
        except GmconfigError as error:
            if self.kind.read().release != self.before:
                raise
            log.warning("%s: what was there is back, but: %s", self.target.name, error)

    def prune(self) -> None:
        """Remove old releases, and what was staged and never made live."""
        self.kind.prune()

    def _is_whole(self, live: Live) -> bool:
        """Whether every byte is as it was put; a correction may have kept some of the drift."""
        return live.untouched or (self.release is not None and live.files == self.release.files)

    def _run(self, commands: tuple[tuple[str, ...], ...], when: str, failure: type[ChangeFailed]) -> None:
        for words in commands:
            problem = command.run(words, cwd=self.root, env=self._environ(), timeout=self.target.timeout)
            if problem:
                raise failure(f"{when}: {problem}")

    def _environ(self) -> Mapping[str, str]:
        return {
            "GMCONFIG_TARGET": self.target.name,
            "GMCONFIG_TARGET_ENVIRONMENT": self.target.environment,
            "GMCONFIG_RELEASE": self.name,
        }

    def _release(self) -> Release:
        assert self.release is not None  # noqa: S101  # only what is put back has none
        return self.release
