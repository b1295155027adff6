"""Whom a change of a layer does not reach: the environments that say something else themselves."""

from __future__ import annotations

from gmconfig.config.resolve import Resolved, resolve
from gmconfig.errors import NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.path import Keys
    from gmconfig.project import Layer


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
