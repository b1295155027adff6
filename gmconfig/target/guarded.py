"""Another package's kind, whose mistakes are a failure of that target and cut no deployment short."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.target.kind import Live

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Access, Kind, Release

T = TypeVar("T")


class Guarded:
    """One target of such a kind."""

    def __init__(self, target: Target, access: Access, maker: Callable[[Target, Access], Kind]) -> None:
        self.target = target
        self.kind: Kind = self._asked("open", lambda: maker(target, access))

    def read(self) -> Live:
        """Give what is live."""
        live = self._asked("read", lambda: self.kind.read())  # noqa: PLW0108  # a kind may lack it
        if not isinstance(live, Live):
            raise self._failed("read", live)
        return live

    def check(self, size: int) -> list[str]:
        """Say what applying lacks."""
        return self._asked("check", lambda: [str(one) for one in self.kind.check(size)])

    def stage(self, release: Release) -> None:
        """Put a release beside what is live."""
        self._asked("stage", lambda: self.kind.stage(release))

    def activate(self, release: Release, *, expected: str | None) -> str:
        """Make a staged release live."""
        name = self._asked("activate", lambda: self.kind.activate(release, expected=expected))
        if not isinstance(name, str):
            raise self._failed("activate", name)
        return name

    def revert(self, to: str | None, *, expected: str | None, fencing: int) -> None:
        """Put back what was live before."""
        self._asked("revert", lambda: self.kind.revert(to, expected=expected, fencing=fencing))

    def prune(self) -> list[str]:
        """Remove old releases."""
        return self._asked("prune", lambda: [str(one) for one in self.kind.prune()])

    def close(self) -> None:
        """Let go of connections; what was done there is done, whatever becomes of them."""
        with suppress(BrokenConfiguration):
            self._asked("close", lambda: self.kind.close())  # noqa: PLW0108  # as above

    def _asked(self, what: str, work: Callable[[], T]) -> T:
        """Let the kind work; its exceptions' texts may hold what it was given, so they are told by type alone."""
        try:
            return work()
        except GmconfigError:
            raise
        except (Exception, SystemExit) as error:  # nobody knows what another package raises
            raise self._failed(what, error) from None

    def _failed(self, what: str, found: Any) -> BrokenConfiguration:
        """Say which kind broke its word."""
        did = "raised" if isinstance(found, BaseException) else "gave"
        name = f'target "{self.target.name}": the kind "{self.target.kind}"'
        return BrokenConfiguration(
            f"{name} {did} {type(found).__name__} ({what})", hint="tell those who wrote that kind"
        )
