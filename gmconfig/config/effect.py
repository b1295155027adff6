"""What a planned change does to the resolved documents of every environment that it reaches."""

from __future__ import annotations

from gmconfig.config.diff import Change, diff
from gmconfig.config.resolve import Resolved, resolve
from gmconfig.errors import NotFound
from gmconfig.storage.snapshot import Proposed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.path import Keys
    from gmconfig.project import Layer
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.snapshot import Snapshot


def proposed(snapshot: Snapshot, edits: Mapping[str, FileEdit]) -> Proposed:
    """Lay edits over a snapshot."""
    changes = {
        file: edit.apply(snapshot.read(file) if snapshot.exists(file) else None)
        for file, edit in edits.items()
    }
    return Proposed(snapshot, changes)


def effects(
    resolved: Resolved, layer: Layer, edits: Mapping[str, FileEdit]
) -> dict[str | None, tuple[Change, ...]]:
    """Give what changes, before placeholders, in each environment that the layer reaches."""
    if not edits:
        return {}
    after = proposed(resolved.snapshot, edits)
    found: dict[str | None, tuple[Change, ...]] = {}
    for environment in resolved.project.environments_reached(layer.environment):
        old, new = (_merged(resolved, snapshot, environment) for snapshot in (resolved.snapshot, after))
        changes = diff(old, new, resolved.rules)
        if changes:
            found[environment] = tuple(changes)
    return found


def overriding(resolved: Resolved, layer: Layer, keys: Keys) -> tuple[str, ...]:
    """Give the environments that inherit from the layer, but set this path in a layer of their own."""
    found = []
    for environment in resolved.project.environments_reached(layer.environment):
        if environment in (None, layer.environment) or not _has_own(resolved, layer, environment):
            continue
        try:
            other = resolve(resolved.project, resolved.snapshot, resolved.document, environment)
        except NotFound:
            continue
        says = other.says(keys)
        if (
            says
            and says[0].layer is not None
            and says[0].layer.layer.environment not in (None, layer.environment)
        ):
            found.append(environment)
    return tuple(name for name in found if name is not None)


def _has_own(resolved: Resolved, layer: Layer, environment: str | None) -> bool:
    """Whether an environment has a file that could override the layer's; without one nothing need be read."""
    found = resolved.project.layers(resolved.snapshot, resolved.document, environment)
    return any(one.environment not in (None, layer.environment) for one in found)


def _merged(resolved: Resolved, snapshot: Snapshot, environment: str | None) -> object:
    """Give the merged tree; an environment where the document has no layer sees an empty one."""
    try:
        return resolve(
            resolved.project,
            snapshot,
            resolved.document,
            environment,
            variables=resolved.variables,
            yaml_document=resolved.yaml_document,
        ).merged
    except NotFound:
        return {}
