"""Many targets looked at side by side; what they share (a commit, a rendering) is made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.drift.alike import Alike
from gmconfig.drift.lost import Deployed
from gmconfig.drift.made import Recorded, Wanted
from gmconfig.drift.standing import Standing, standing
from gmconfig.errors import GmconfigError
from gmconfig.log import debug
from gmconfig.target.host import is_here
from gmconfig.target.registry import LOCAL, kind_of
from gmconfig.target.rendering import Renderer
from gmconfig.target.together import side_by_side

if TYPE_CHECKING:
    from gmconfig.drift.made import Put
    from gmconfig.project import Project
    from gmconfig.secret.keyring.sources import Sources
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Access, Kind
    from gmconfig.target.marker import Marker
    from gmconfig.target.rendering import Rendering


class Survey:
    """Looks at targets for one project; renderers and kinds are kept until `close`."""

    def __init__(self, project: Project, access: Access, sources: Sources | None = None) -> None:
        self.project = project
        self.access = access
        self.sources = sources
        self.today = datetime.now(UTC).date()
        self._renderers: dict[Wanted, Renderer] = {}
        self._kinds: dict[str, Kind] = {}
        self._alike = Alike()
        self._deployed = Deployed(project)
        self._recorded = Recorded(project)

    def look(
        self, wanted: Sequence[tuple[Target, Wanted]], seen: Callable[[Standing], None] = lambda _: None
    ) -> list[Standing]:
        """Give how each target stands, in order; `seen` is told of each as it is done."""
        local = all(target.kind in LOCAL for target, _ in wanted)
        return side_by_side(lambda pair: self._told(*pair, seen), wanted, waiting=not local)

    def rendering(self, target: Target, wanted: Wanted) -> Rendering:
        """Give what a target should have, made once for all that should have the same."""
        return self._renderer(wanted).render(target)

    def made_of(self, target: Target, put: Put, wanted: Wanted) -> Wanted | None:
        """Give what a release was made of, where it can be made again just as it was; None where it cannot."""
        for found in self._recorded.candidates(target, put, wanted):
            with suppress(GmconfigError):
                if self.rendering(target, found).wanted == put.wanted:
                    return found
        return None

    def kind(self, target: Target) -> Kind:
        """Give a target, ready to be asked."""
        if target.name not in self._kinds:
            self._kinds[target.name] = kind_of(target, self.access)
        return self._kinds[target.name]

    def is_near(self, target: Target) -> bool:
        """Whether a target is bound to this very machine."""
        return target.host is not None and is_here(target.host, self.access.environ)

    def close(self) -> None:
        """Let go of connections."""
        for kind in self._kinds.values():
            kind.close()
        self._kinds.clear()

    def _told(self, target: Target, wanted: Wanted, seen: Callable[[Standing], None]) -> Standing:
        try:
            kind = self.kind(target)
        except GmconfigError as error:
            found = Standing(target, error=error)
        else:
            found = standing(
                target,
                kind,
                lambda: self.rendering(target, wanted),
                self._put(target, wanted),
                self.today,
                self._alike.differences,
                lambda: self._deployed.last(target),
            )
        debug("drift", "%s: %s", target.name, _described(found))
        seen(found)
        return found

    def _put(self, target: Target, wanted: Wanted) -> Callable[[Marker], Rendering | None]:
        def put(marker: Marker) -> Rendering | None:
            """Make a release's rendering again; None where its commit, or what it needs of it, is gone."""
            found = None
            for made_of in self._recorded.candidates(target, marker, wanted):
                with suppress(GmconfigError):
                    found = self.rendering(target, made_of)
                    if found.wanted == marker.wanted:
                        return found
            return found

        return put

    def _renderer(self, wanted: Wanted) -> Renderer:
        if wanted not in self._renderers:
            files = self.project.snapshot(wanted.commit)
            secrets = files if wanted.secrets == wanted.commit else self.project.snapshot(wanted.secrets)
            flags = self.project.snapshot(wanted.flags) if wanted.flags else None
            self._renderers[wanted] = Renderer(
                self.project, files, secrets=secrets, flags=flags, sources=self.sources
            )
        return self._renderers[wanted]


def _described(found: Standing) -> str:
    """Say in a few words how a target stands."""
    if found.error is not None:
        return f"cannot be compared: {found.error}"
    live = found.live.release if found.live else None
    words = f"{len(found.changes)} changes wanted, {len(found.drift)} drifted, {len(found.ignored)} ignored"
    return f"release {live or 'none'} is live, {words}"
