"""The smallest overlay that turns one tree into another: the inverse of `merge`, and as pure."""

from __future__ import annotations

from gmconfig.config.equal import same
from gmconfig.config.merge import REMOVE, patched
from gmconfig.config.strategy import APPEND, UNIQUE, Rules, below, here, item_keys
from gmconfig.errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.path import Keys


class Nothing:
    """Stands for an overlay that changes nothing: None removes."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING = Nothing()


def overlay(lower: object, wanted: object, rules: Rules = (), keys: Keys = ()) -> object:
    """Give what an overlay must say so that `wanted` comes out over `lower`; `NOTHING` if it already does.

    Raises:
        Refused: no overlay can say it; the message names the path and the reason.
    """
    if same(lower, wanted):
        return NOTHING
    found = _overlay(lower, wanted, rules, keys)
    if not same(patched(lower, found, rules), wanted):
        raise _impossible(keys, "the lists below it merge in a way that cannot give this")
    return found


def _overlay(lower: object, wanted: object, rules: Rules, keys: Keys) -> object:
    if wanted is None:
        raise _impossible(keys, "null in an overlay takes the key away")
    if isinstance(wanted, dict):
        return _map(lower if isinstance(lower, dict) else {}, wanted, rules, keys)
    if isinstance(wanted, list):
        return _list(lower if isinstance(lower, list) else [], wanted, rules, keys)
    return wanted


def _map(lower: dict[str, object], wanted: dict[str, object], rules: Rules, keys: Keys) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in wanted.items():
        if key not in lower or not same(lower[key], value):
            found[key] = _overlay(lower.get(key), value, below(rules, key), (*keys, key))
    return found | {key: None for key in lower if key not in wanted}


def _list(lower: list[object], wanted: list[object], rules: Rules, keys: Keys) -> list[object]:
    strategy = here(rules)
    if strategy in (APPEND, UNIQUE):
        if not same(lower, wanted[: len(lower)]):
            raise _impossible(keys, "overlays only add to this list")
        return wanted[len(lower) :]
    if isinstance(strategy, tuple):
        found = _items(lower, wanted, strategy, rules, keys)
        return wanted if found is None else found
    return wanted


def _items(
    lower: list[object], wanted: list[object], way: tuple[str, ...], rules: Rules, keys: Keys
) -> list[object] | None:
    """Say only the items that change; if the order then differs, name them all. None: keys do not tell."""
    old_keys, new_keys = item_keys(lower, way), item_keys(wanted, way)
    if old_keys is None or new_keys is None:
        return None
    old = dict(zip(old_keys, lower, strict=True))
    removed = [keyed(way, old[key], {REMOVE: True}) for key in old_keys if key not in new_keys]
    said: list[tuple[bool, object]] = []
    for index, (key, item) in enumerate(zip(new_keys, wanted, strict=True)):
        changed = key not in old or not same(old[key], item)
        inner = _overlay(old.get(key), item, below(rules, index), (*keys, index)) if changed else {}
        said.append((changed, keyed(way, item, inner)))
    few = [*(item for changed, item in said if changed), *removed]
    if same(patched(lower, few, rules), wanted):
        return few
    return [*(item for _, item in said), *removed]


def keyed(way: tuple[str, ...], item: object, inner: object) -> object:
    """Put the key that names an item in front of what an overlay says about it."""
    for key in way:
        item = item[key] if isinstance(item, dict) else None
    named = item
    for key in reversed(way):
        named = {key: named}
    return _joined(named, inner)


def _joined(named: object, inner: object) -> object:
    """Lay one tree over another; unlike in a merge, a null stays one: it is there to take something away."""
    if not (isinstance(named, dict) and isinstance(inner, dict)):
        return inner
    return {**named, **{key: _joined(named.get(key), value) for key, value in inner.items()}}


def refuse_nulls(value: object, keys: Keys) -> None:
    """Refuse a value that only the lowest layer could hold: in an overlay, a map's null takes the key away.

    Raises:
        Refused: it does; the message names the path.
    """
    if value is None:
        raise _impossible(keys, "null in an overlay takes the key away")
    if isinstance(value, dict):
        for key, inner in value.items():
            refuse_nulls(inner, (*keys, key))


def _impossible(keys: Keys, reason: str) -> Refused:
    from gmconfig.path import format_keys

    where = f'"{format_keys(keys)}"' if keys else "the document"
    return Refused(
        f"{where} cannot be set in an overlay: {reason}", hint="change the layer below, or unset the key"
    )
