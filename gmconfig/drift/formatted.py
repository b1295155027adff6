"""Lists and maps that a flat form holds as one line of JSON: how that is formatted makes no difference. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.branch import child
from gmconfig.config.equal import same
from gmconfig.storage.bounds import read_json

if TYPE_CHECKING:
    from gmconfig.target.rendering.rendering import Part


def as_formatted(part: Part, live: object) -> object:
    """Give live names and texts; JSON that means what is wanted comes formatted as the wanted text is."""
    if not isinstance(live, dict):
        return live
    return {name: _one(text, child(part.tree, name)) for name, text in live.items()}


def _one(text: object, wanted: object) -> object:
    if (
        text == wanted
        or not isinstance(text, str)
        or not isinstance(wanted, str)
        or wanted[:1] not in ("[", "{")
    ):
        return text
    try:
        return wanted if same(read_json(text), read_json(wanted)) else text
    except (ValueError, RecursionError):
        return text
