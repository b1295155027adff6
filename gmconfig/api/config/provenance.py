"""Who made a wanted value what it is: asked for few values only, as each is a walk through its file's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError

if TYPE_CHECKING:
    from gmconfig.config.origin import Origin
    from gmconfig.path import Keys
    from gmconfig.project import Project
    from gmconfig.storage.git import Revision


class Provenance:
    """The authors of values, as commits have them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._known: dict[tuple[str, Keys, str], Revision | None] = {}

    def of(self, origin: Origin, commit: str) -> Revision | None:
        """Give the commit that made a value what it is; None where that cannot be told, as in a shallow clone."""
        if origin.layer is None:
            return None
        key = (origin.layer.file, origin.keys, commit)
        if key not in self._known:
            self._known[key] = self._asked(*key)
        return self._known[key]

    def _asked(self, file: str, keys: Keys, commit: str) -> Revision | None:
        from gmconfig.config.history.change import last_change

        try:
            return last_change(self.project, file, keys, yaml_document=1, revision=commit)
        except GmconfigError:
            return None
