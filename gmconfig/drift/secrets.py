"""Which secrets on a target are the wanted ones; told without showing any, and without a key where possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gmconfig.config.equal import same
from gmconfig.path import Keys, format_keys
from gmconfig.secret.scan.names import is_telling
from gmconfig.secret.token import Secret

if TYPE_CHECKING:
    from gmconfig.target.marker import Marker
    from gmconfig.target.rendering import Rendering
    from gmconfig.target.rendering.rendering import Part

_NOTHING: Mapping[str, object] = {}


class Veil:
    """Puts `Secret` on both sides of a comparison: equal ones where the live secret is the wanted one.

    A live value is the wanted one if the marker says that it is what was put there, sealed as it is wanted
    now; else if the key is at hand and the values are the same.
    """

    def __init__(self, rendering: Rendering, part: Part, marker: Marker | None) -> None:
        self.rendering = rendering
        self.part = part
        self.marker = marker
        self._put = marker.secrets.get(part.document, {}) if marker else {}

    def over_wanted(self, tree: object, keys: Keys = ()) -> object:
        """Give the wanted tree with its tokens as secrets."""
        if keys in self.part.secret_paths:
            return Secret(tree)
        return _mapped(tree, keys, self.over_wanted)

    def over_live(self, tree: object, keys: Keys = ()) -> object:
        """Give the live tree with what is, was or seems to be secret as secrets."""
        if keys in self.part.secret_paths:
            return Secret(self._token(keys)) if self._is_wanted(keys, tree) else Secret(tree)
        if keys and (format_keys(keys) in self._put or self._seems_secret(keys, tree)):
            return Secret(tree)
        return _mapped(tree, keys, self.over_live)

    def _is_wanted(self, keys: Keys, value: object) -> bool:
        path, token = format_keys(keys), self.part.secret_paths[keys]
        if self.marker and self.marker.same_token(self.part.document, path, token):
            return bool(self.marker.same_value(self.part.document, path, value))
        if self.rendering.files is None:
            return False
        values = self.rendering.secret_values().get(self.part.document, _NOTHING)
        return path in values and same(values[path], value)

    def _token(self, keys: Keys) -> object:
        found = self.part.tree
        for key in keys:
            found = found[key]  # type: ignore[index]
        return found

    def _seems_secret(self, keys: Keys, value: object) -> bool:
        """Whether a text that gmconfig did not put there has a telling name, and is not wanted in plain."""
        if self.marker or not isinstance(value, str) or not is_telling(str(keys[-1])):
            return False
        try:
            return bool(self._token(keys) != value)
        except (LookupError, TypeError):
            return True


def _mapped(tree: object, keys: Keys, each: Callable[[object, Keys], object]) -> object:
    if isinstance(tree, dict):
        return {key: each(value, (*keys, key)) for key, value in tree.items()}
    if isinstance(tree, list):
        return [each(value, (*keys, index)) for index, value in enumerate(tree)]
    return tree
