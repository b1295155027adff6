"""The key that tells an inherited item of a list from the others: no overlay can give it another."""

from __future__ import annotations

from gmconfig.config.branch import child, put
from gmconfig.config.strategy import here, item_key, item_keys
from gmconfig.errors import Refused
from gmconfig.path import format_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.config.editing.standing import Standing
    from gmconfig.path import Keys


def check_name(at: Standing, keys: Keys, number: int, wanted: object) -> None:
    """Refuse a wish that renames an item of the list where a walk along `keys` stands, at their `number`.

    Another name would not change the item but add one beside it, or change whoever has that name already; and
    without one, the layer's items would replace all that lie below.

    Raises:
        Refused: it does; the message names the item.
    """
    way, index = here(at.rules), keys[number]
    names = item_keys(at.lower, way) if isinstance(way, tuple) and isinstance(at.lower, list) else None
    if names is None or not isinstance(way, tuple) or not isinstance(at.merged, list):
        return
    if isinstance(at.own, list) and item_keys(at.own, way) is None:
        return  # it replaces what lies below
    old = child(at.merged, index)
    before, after = item_key(old, way), item_key(put(old, keys[number + 1 :], wanted), way)
    if after == before:
        return
    if before in names or after is None or after in (item_key(item, way) for item in at.merged):
        where, name = format_keys(keys[: number + 1]), ".".join(way)
        raise Refused(
            f'"{where}" is told from the other items by its {name}, which cannot change here',
            hint="unset the item and set another, or change it in the layer that has it",
        )
