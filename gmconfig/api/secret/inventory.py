"""Everything that is sealed in a project: the values of all layers, and the named secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.secret.sealing import tokens_in
from gmconfig.secret.access.rule import COMMON
from gmconfig.secret.named.store import FOLDER, secrets_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.project import Project
    from gmconfig.secret.named.store import Named
    from gmconfig.secret.token import Sealed
    from gmconfig.storage.snapshot import Snapshot


def sealed_values(project: Project, snapshot: Snapshot) -> list[Sealed]:
    """Give every sealed value of a snapshot once, where it is written."""
    named = (one.sealed for one in named_secrets(snapshot) if one.sealed is not None)
    found = {one.context: one for one in (*inline_values(project, snapshot), *named)}
    return list(found.values())


def inline_values(project: Project, snapshot: Snapshot) -> Iterator[Sealed]:
    """Yield the sealed values inside configuration files."""
    project = project.at(snapshot)
    for layer in project.every_layer(snapshot):
        for _, sealed in tokens_in(project, snapshot, layer.file):
            yield sealed


def named_secrets(snapshot: Snapshot) -> Iterator[Named]:
    """Yield the named secrets of all files below `secrets/`, those of no declared environment too."""
    for environment in sorted(_environments(snapshot), key=lambda name: name or ""):
        yield from secrets_in(snapshot, environment).values()


def _environments(snapshot: Snapshot) -> Iterator[str | None]:
    for file in snapshot.files():
        name = file.removeprefix(FOLDER).removesuffix(".yaml")
        if file == f"{FOLDER}{name}.yaml" and "/" not in name:
            yield None if name == COMMON else name
