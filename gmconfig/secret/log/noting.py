"""What one command says about places, gathered as its signed event holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.secret.log.place import Layer, layer_tree, path_tree
from gmconfig.secret.log.standing import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gmconfig.secret.access.generation import NewGeneration
    from gmconfig.secret.token import Context

Group = tuple[Layer, str, str]


class Notes:
    """The changes of one event, by layer and key; `same` pairs a new token with one of the same plaintext."""

    def __init__(self) -> None:
        self._groups: dict[Group, list[object]] = {}
        self.same: list[list[str]] = []

    def __bool__(self) -> bool:
        return bool(self._groups)

    def note(
        self,
        context: Context,
        key_name: tuple[str, str],
        token: str | None,
        predecessors: list[str],
        metadata: str | None = None,
    ) -> None:
        """Say what stands at a place now; None says that nothing does."""
        entry: list[object] = [path_tree(context.path), token and fingerprint(token), predecessors]
        values = self._groups.setdefault((context.layer, *key_name), [])
        values.append([*entry, metadata] if metadata else entry)

    def changes(self) -> list[dict[str, object]]:
        """Give the part of the event that says what changed."""
        return [
            {**layer_tree(layer), "scope": scope, "generation": generation, "values": values}
            for (layer, scope, generation), values in self._groups.items()
        ]


def generations_tree(made: Iterable[NewGeneration]) -> list[dict[str, str]]:
    """Give the part of an event that vouches for new keys."""
    records = [new.record for new in made]
    return [
        {"scope": record.scope, "generation": record.generation, "record": record.digest}
        for record in records
    ]
