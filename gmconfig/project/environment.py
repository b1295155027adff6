"""Environments: what each declares, and from whom it inherits."""

from __future__ import annotations

from gmconfig.errors import UnknownEnvironment
from gmconfig.path import Keys, did_you_mean
from gmconfig.project.shape import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

USUAL = ("production", "staging", "development", "testing")
"""The environments of a project that declares none."""


class Environment:
    """One declared environment; immutable. `extends` is None where it inherits from the base alone."""

    __slots__ = ("extends", "name", "protected", "variables")

    def __init__(
        self,
        name: str,
        extends: str | None = None,
        variables: Mapping[str, str | int | float | bool] | None = None,
        protected: bool = False,
    ) -> None:
        self.name = name
        self.extends = extends
        self.variables = dict(variables or {})
        self.protected = protected

    def __repr__(self) -> str:
        return f"Environment({self.name!r})"


def environments_of(declared: Mapping[str, object] | None) -> dict[str, Environment]:
    """Read the `environments:` of gmconfig.yaml, whose shape is known to be right."""
    if declared is None:
        return {name: Environment(name) for name in USUAL}
    return {name: _environment(name, entry or {}) for name, entry in declared.items()}


def chain(environments: Mapping[str, Environment], name: str) -> tuple[str, ...]:
    """Give an environment's ancestors and itself, the root first.

    Raises:
        UnknownEnvironment: none has that name.
    """
    found: list[str] = []
    at: str | None = name
    while at is not None:
        found.append(known(environments, at).name)
        at = environments[at].extends
    return tuple(reversed(found))


def known(environments: Mapping[str, Environment], name: str) -> Environment:
    """Give the environment of that name.

    Raises:
        UnknownEnvironment: none has it; the hint names the nearest.
    """
    if name in environments:
        return environments[name]
    names = ", ".join(environments) or "none, see environments: in gmconfig.yaml"
    hint = did_you_mean(name, tuple(environments), f"declared environments: {names}")
    raise UnknownEnvironment(f'no environment named "{name}"', hint=hint)


def inheritance_problems(environments: Mapping[str, Environment]) -> Iterator[Problem]:
    """Yield what is wrong with `extends:`: an unknown name, or a circle."""
    for environment in environments.values():
        keys: Keys = ("environments", environment.name, "extends")
        if environment.extends is not None and environment.extends not in environments:
            hint = did_you_mean(
                environment.extends, tuple(environments), f"declared environments: {', '.join(environments)}"
            )
            yield Problem(keys, f'no environment named "{environment.extends}"', hint=hint)
        elif circle := _circle(environments, environment.name):
            yield Problem(keys, f"{' extends '.join(circle)}: a circle", hint="remove one of these extends:")


def _environment(name: str, entry: object) -> Environment:
    assert isinstance(entry, dict)  # noqa: S101  # the shape was checked
    return Environment(name, entry.get("extends"), entry.get("variables"), bool(entry.get("protected")))


def _circle(environments: Mapping[str, Environment], name: str) -> list[str]:
    """Give the way from an environment back to itself; empty where there is none."""
    way = [name]
    at = environments[name].extends
    while at is not None and at in environments:
        way.append(at)
        if at == name:
            return way
        if at in way[1:-1]:
            return []
        at = environments[at].extends
    return []
