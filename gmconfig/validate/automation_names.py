"""Names of environments and targets that automation rules give to what they do: whether they exist. Pure."""

from __future__ import annotations

from gmconfig.path import Keys, did_you_mean
from gmconfig.project.shape import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


def unknown_names(
    do: object, keys: Keys, environments: Collection[str], targets: Collection[str]
) -> Iterator[Problem]:
    """Yield the names below an action, which stands at a path, that nobody declared."""
    if not isinstance(do, dict):
        return
    for action, given in do.items():
        said = given if isinstance(given, dict) else {}
        for at, name in _listed((*keys, action, "environment"), said.get("environment")):
            yield from _unknown(at, name, "environment", environments)
        for at, name in _listed((*keys, action, "targets"), said.get("targets")):
            yield from _unknown(at, name, "target", (*targets, *environments))


def _listed(keys: Keys, value: object) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, list):
        yield from (((*keys, index), str(one)) for index, one in enumerate(value))
    elif value is not None:
        yield keys, str(value)


def _unknown(keys: Keys, name: str, what: str, known: Collection[str]) -> Iterator[Problem]:
    if name in known:
        return
    hint = did_you_mean(name, tuple(known), f"declared: {', '.join(known) or 'none'}")
    yield Problem(keys, f'no {what} named "{name}"', hint=hint)
