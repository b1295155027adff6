"""Which secrets on a target are the wanted ones; told without showing any, and without a key where possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gmconfig.config.branch import ABSENT, child
from gmconfig.config.diff import telling
from gmconfig.config.equal import same
from gmconfig.config.strategy import Rules, below, item_keys
from gmconfig.drift.known import Known, Place
from gmconfig.path import Keys, format_keys
from gmconfig.secret.token import Secret

if TYPE_CHECKING:
    from gmconfig.target.marker import Marker
    from gmconfig.target.rendering import Rendering
    from gmconfig.target.rendering.rendering import Part

_NOTHING: Mapping[str, object] = {}


class Veiled(Secret):
    """A secret on one side of a comparison; equal to the other side's where both are the same one."""

    __slots__ = ("_as",)

    def __init__(self, value: object, compared_as: object) -> None:
        super().__init__(value)
        self._as = Secret(compared_as)

    def __eq__(self, other: object) -> bool:
        return self._as == other._as if isinstance(other, Veiled) else NotImplemented

    __hash__ = None


class Veil:
    """Puts secrets on both sides of a comparison: equal ones where the live secret is the wanted one.

    A live value is the wanted one if the marker says that it is what was put there, sealed as it is wanted
    now; else if the key is at hand and the values are the same. Items of lists are told apart as `diff` does.

    Args:
        as_put: whether the rendering is what the release was made of: then the marker alone says whether a
            secret is still the one that was put there, whatever it was rotated to since.
    """

    def __init__(
        self,
        rendering: Rendering,
        part: Part,
        marker: Marker | None,
        rules: Rules = (),
        *,
        as_put: bool = False,
    ) -> None:
        self.rendering = rendering
        self.as_put = as_put
        self.part = part
        self.marker = marker
        self.rules = rules
        self._put = marker.secrets.get(part.document, {}) if marker else {}
        self._known = Known(rendering, part, marker)

    def over_wanted(self, tree: object, keys: Keys = ()) -> object:
        """Give the wanted tree with its tokens as secrets."""
        if keys in self.part.secret_paths:
            return Veiled(tree, tree)
        if isinstance(tree, dict):
            return {key: self.over_wanted(value, (*keys, key)) for key, value in tree.items()}
        if isinstance(tree, list):
            return [self.over_wanted(value, (*keys, index)) for index, value in enumerate(tree)]
        return tree

    def over_live(self, tree: object) -> object:
        """Give the live tree with what is, was or seems to be secret as secrets, which hold the live values."""
        return self._over(tree, self.part.tree, (), self.rules)

    def _over(self, tree: object, wanted: object, at: Place, rules: Rules) -> object:
        if at in self.part.secret_paths:
            return Veiled(tree, wanted if self._is_wanted(at, tree) else tree)  # type: ignore[arg-type]
        if type(tree) is not type(wanted) or not isinstance(tree, dict | list):
            if self._is_secret(tree, wanted, at):
                return Veiled(tree, tree)
            wanted = ABSENT
        if isinstance(tree, dict):
            return {
                key: self._over(value, child(wanted, key), (*at, key), below(rules, key))
                for key, value in tree.items()
            }
        if isinstance(tree, list):
            return [
                self._over(item, _item(wanted, place), (*at, place), below(rules, index))
                for index, (item, place) in enumerate(_placed(tree, wanted, rules))
            ]
        return tree

    def _is_secret(self, value: object, wanted: object, at: Place) -> bool:
        """Whether a value that has no secret of the configuration at its place is one all the same."""
        if same(value, wanted):
            return False
        is_above = wanted is not ABSENT and any(keys[: len(at)] == at for keys in self.part.secret_paths)
        was = None not in at and format_keys([key for key in at if key is not None]) in self._put
        return is_above or was or self._known.is_secret(value, wanted, at)

    def _is_wanted(self, keys: Keys, value: object) -> bool:
        path, token = format_keys(keys), self.part.secret_paths[keys]
        put_there = self._put_at(path, value) if self.as_put else self._put_as(path, token, value)
        if put_there is not None or self.rendering.files is None:
            return bool(put_there)
        values = self.rendering.secret_values().get(self.part.document, _NOTHING)
        return path in values and same(values[path], value)

    def _put_at(self, path: str, value: object) -> bool | None:
        """Whether a value is what the release put there; None if its marker does not know."""
        return self.marker.same_value(self.part.document, path, value) if self.marker else None

    def _put_as(self, path: str, token: str, value: object) -> bool | None:
        """Whether a value is what was put for a token, there or where its item stood then; None if unknown."""
        document = self.part.document
        for place in (path, *self._put):
            if self.marker and self.marker.same_token(document, place, token):
                found = self.marker.same_value(document, place, value)
                if found is not None:
                    return found
        return None


def _placed(items: list[object], wanted: object, rules: Rules) -> Iterator[tuple[object, int | None]]:
    """Yield live items with the place of the wanted item that each is compared with; None for a new one."""
    others = wanted if isinstance(wanted, list) else []
    way = telling(items, others, rules)
    names = (item_keys(items, way), item_keys(others, way)) if way else (None, None)
    if names[0] is None or names[1] is None:
        yield from ((item, index if index < len(others) else None) for index, item in enumerate(items))
        return
    places = {name: index for index, name in enumerate(names[1])}
    yield from ((item, places.get(name)) for item, name in zip(items, names[0], strict=True))


def _item(wanted: object, place: int | None) -> object:
    return ABSENT if place is None else child(wanted, place)
