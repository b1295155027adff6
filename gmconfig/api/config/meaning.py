"""What a number that somebody wrote means where it goes: 010 may be an id, 1.10 a version."""

from __future__ import annotations

from gmconfig.config.schema.typed import typed
from gmconfig.config.schema.types import SchemaTypes
from gmconfig.path import KeyPath, scalar_text

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.path import Keys
    from gmconfig.storage.snapshot import Snapshot


def meant(
    snapshot: Snapshot, document: str, path: str, text: str, number: object, there: Callable[[], object]
) -> object:
    """Give the number that a text is as YAML, where it prints back identically or a number belongs; else text.

    One belongs where the schema wants it; if that says nothing, where one stands, as `there` tells.
    """
    written = _plain(text)
    if written is None or written == scalar_text(number):
        return number
    types = SchemaTypes(snapshot, document).at(_keys(KeyPath.parse(path)))
    if types is None and type(there()) in (int, float):
        return number
    return typed(written, types)


def _plain(text: str) -> str | None:
    """Give a scalar as it is written; None for one whose quotes or tag say what it is."""
    from gmconfig.storage.yaml import compose

    node = compose(text.encode("utf-8", "surrogateescape")).documents[0]
    return node.text if not node.style and node.tag is None else None


def _keys(path: KeyPath) -> Keys:
    """Give the keys by which a schema is asked; to it, all items of a list are alike."""
    return tuple(each if isinstance(each, str | int) else 0 for each in path.segments)
