"""Where an agent stands: which clone, which host, which environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gmconfig.storage.lock import Lock
from gmconfig.target.declared import Target, targets
from gmconfig.target.host import is_here

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.secret.keyring.sources import Sources
    from gmconfig.target.kind import Access


@dataclass(frozen=True, slots=True)
class Post:
    """One host's post in one environment.

    Attributes:
        project: the clone's.
        environment: whose targets are looked after.
        host: this machine, as targets name it under `host:`.
        access: what the agent brings along to targets.
        sources: where the identity is that opens secrets.
        interval: how many seconds pass between two looks; 0 for an agent that is called.
        version: of gmconfig.
    """

    project: Project
    environment: str
    host: str
    access: Access
    sources: Sources | None = None
    interval: float = 0.0
    version: str = ""

    def lock(self) -> Lock:
        """Give what keeps a second agent out of the same clone and environment."""
        below = self.project.prefix.replace("/", "-") or "root"
        folder = Path(self.project.repository.common_dir) / "gmconfig" / "agents"
        return Lock(str(folder / f"{below}-{self.environment}.lock"), timeout_seconds=0)

    def declared(self, project: Project) -> dict[str, Target]:
        """Give every target of the environment, as a commit's project declares them."""
        found = targets(project)
        return {name: one for name, one in found.items() if one.environment == self.environment}

    def own(self, declared: dict[str, Target]) -> list[Target]:
        """Give those of them that this host's agent looks after, the first wave first."""
        found = (one for one in declared.values() if one.agent and self._is_here(one))
        return sorted(found, key=lambda one: one.wave)

    def _is_here(self, target: Target) -> bool:
        return target.host is None or is_here(target.host, {"GMCONFIG_HOST": self.host})
