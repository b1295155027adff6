"""Which repository a backup is of: the first commit of its history, and the project's folder in it."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gmconfig.backup.manifest import Manifest
    from gmconfig.project import Project


class Origin(NamedTuple):
    """What tells a project from others whose backups lie in the same place.

    Attributes:
        id: the same in every clone; empty where a shallow clone does not have the first commit.
        name: the repository's folder, which has to do where there is no id.
    """

    id: str
    name: str

    def has(self, made: Manifest) -> bool:
        """Whether a backup is of this project."""
        return made.origin == self.id if made.origin and self.id else made.repository == self.name


def origin_of(project: Project) -> Origin:
    """Give a project's origin."""
    repository = project.repository
    name = os.path.basename(repository.top).encode("utf-8", "replace").decode()
    if repository.head() is None or repository.is_shallow():
        return Origin("", name)
    first = repository.run("rev-list", "--first-parent", "--max-parents=0", "HEAD")
    return Origin(sha256(first + os.fsencode(project.prefix)).hexdigest(), name)
