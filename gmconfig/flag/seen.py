"""The flags of a catalogue as one environment sees them, each put together when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.flag.requirement import asked

if TYPE_CHECKING:
    from gmconfig.flag.catalogue import Catalogue


class Seen(Mapping[str, Mapping[str, Any]]):
    """Flags by name, with the overrides along an environment's ancestors."""

    def __init__(self, catalogue: Catalogue, chain: Sequence[str]) -> None:
        self._catalogue = catalogue
        self._chain = chain
        self._found: dict[str, Mapping[str, Any]] = {}

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        if name not in self._found:
            self._found[name] = self._catalogue.flag(name, self._chain)
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._catalogue.flags

    def __iter__(self) -> Iterator[str]:
        return iter(self._catalogue.flags)

    def __len__(self) -> int:
        return len(self._catalogue.flags)


def overridden(catalogue: Catalogue, chain: Sequence[str]) -> set[str]:
    """Give the flags that differ in an environment from the base: by what it says, or by what they require."""
    written = {name: file.section("flags")[name] for name, file in catalogue.flags.items()}
    found = {
        name
        for name, flag in written.items()
        if (said := flag.get("environments")) and any(said.get(environment) for environment in chain)
    }
    requiring = {
        name: {needed.flag for needed in asked(flag)} for name, flag in written.items() if "requires" in flag
    }
    while new := {name for name, needed in requiring.items() if needed & found} - found:
        found |= new
    return found
