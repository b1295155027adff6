"""The difference between two trees, by path. Pure; secrets are compared and never shown."""

from __future__ import annotations

from gmconfig.config.branch import ABSENT
from gmconfig.config.equal import same
from gmconfig.config.placeholder import Unknown
from gmconfig.config.strategy import Rules, below, here, item_keys
from gmconfig.immutable import Immutable
from gmconfig.path import Segment, Selector, format_keys, under

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Path = tuple[Segment, ...]
    Written = tuple[object, object]

__all__ = ["ABSENT", "ADDED", "CHANGED", "REMOVED", "Change", "diff"]

ADDED, REMOVED, CHANGED = "+", "-", "~"
_USUAL_KEYS = ("name", "id", "key")


class Change(Immutable):
    """One path whose value differs.

    `kind` is `+`, `-` or `~`. `before` and `after` may be `Secret` or `Unknown`; `ABSENT` where there is
    none. `secret` says about secrets what may be said: `changed`, `re-sealed` (a new token, the same value)
    or `unknown` (other tokens, and no key to compare the values); None where no secret is concerned. Items
    of a list that merges by key, and of one whose items have names and came, went or moved, are named by
    their key; if they only stand in another order, `before` and `after` are lists of their keys, and `order`
    is the way from an item to its key.
    """

    __slots__ = ("path", "before", "after", "kind", "secret", "order")

    def __init__(
        self,
        path: tuple[Segment, ...],
        before: object,
        after: object,
        kind: str,
        secret: str | None = None,
        order: tuple[str, ...] | None = None,
    ) -> None:
        self.path = path
        self.before = before
        self.after = after
        self.kind = kind
        self.secret = secret
        self.order = order

    def __str__(self) -> str:
        return f"{self.kind} {format_keys(self.path)}"


def diff(
    before: object, after: object, rules: Rules = (), *, written: tuple[object, object] | None = None
) -> list[Change]:
    """Give what differs, in the order of `after` with what was removed at the end of each map.

    `written` are the same trees before placeholders and opening; with them, a token that was renewed around
    an unchanged value is reported as re-sealed.
    """
    return list(_differences(before, after, written or (None, None), rules, ()))


def _differences(
    before: object, after: object, written: Written, rules: Rules, path: Path
) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_maps(before, after, written, rules, path)
    elif isinstance(before, list) and isinstance(after, list) and not same(before, after):
        yield from _of_lists(before, after, written, rules, path)
    elif isinstance(before, list) and isinstance(after, list):
        for index, pair in enumerate(zip(before, after, strict=True)):
            inner = _inside(written, index)
            yield from _differences(*pair, inner, below(rules, index), (*path, index))
    elif not same(before, after):
        yield from _replaced(before, after, path)
    elif _is_secret(after) and None not in written and not same(*written):
        yield Change(path, before, after, CHANGED, "re-sealed")


def _of_maps(
    before: dict[str, object], after: dict[str, object], written: Written, rules: Rules, path: Path
) -> Iterator[Change]:
    for key, value in after.items():
        inner = _inside(written, key)
        yield from _differences(before.get(key, ABSENT), value, inner, below(rules, key), (*path, key))
    for key, value in before.items():
        if key not in after:
            yield from _replaced(value, ABSENT, (*path, key))


def _of_lists(
    before: list[object], after: list[object], written: Written, rules: Rules, path: Path
) -> Iterator[Change]:
    way = telling(before, after, rules)
    if way is not None:
        old_keys, new_keys = item_keys(before, way), item_keys(after, way)
        if old_keys is not None and new_keys is not None:
            yield from _of_items(
                (before, old_keys, written[0]), (after, new_keys, written[1]), way, rules, path
            )
            return
    if len(before) != len(after):
        yield Change(path, before, after, CHANGED, _about(before, after))
        return
    for index, pair in enumerate(zip(before, after, strict=True)):
        inner = _inside(written, index)
        yield from _differences(*pair, inner, below(rules, index), (*path, index))


def telling(before: list[object], after: list[object], rules: Rules) -> tuple[str, ...] | None:
    """Give the key that tells items apart, declared or a usual one; None where their positions do as well."""
    way = here(rules)
    if isinstance(way, tuple):
        return way
    for name in _USUAL_KEYS:
        keys = item_keys(before, (name,)), item_keys(after, (name,))
        if None not in keys:
            return (name,) if before and after and keys[0] != keys[1] else None
    return None


def _of_items(
    before: tuple[list[object], list[str], object],
    after: tuple[list[object], list[str], object],
    way: tuple[str, ...],
    rules: Rules,
    path: Path,
) -> Iterator[Change]:
    """Compare items under the same key, then the order of those that both lists have."""
    (old_items, old_keys, old), (new_items, new_keys, new) = before, after
    places = {key: index for index, key in enumerate(old_keys)}
    for index, key in enumerate(new_keys):
        at = (*path, Selector(way, key))
        if key in places:
            inner = (under(old, places[key]), under(new, index))
            yield from _differences(old_items[places[key]], new_items[index], inner, below(rules, index), at)
        else:
            yield Change(at, ABSENT, new_items[index], ADDED, _about(new_items[index]))
    for index, key in enumerate(old_keys):
        if key not in new_keys:
            item = old_items[index]
            yield Change((*path, Selector(way, key)), item, ABSENT, REMOVED, _about(item))
    if [key for key in old_keys if key in new_keys] != [key for key in new_keys if key in places]:
        yield Change(path, list(old_keys), list(new_keys), CHANGED, order=way)


def _replaced(before: object, after: object, path: Path) -> Iterator[Change]:
    """Report a value that came, went or changed its kind; whole maps by their leaves."""
    if isinstance(before, dict) and before and after is ABSENT:
        for key, value in before.items():
            yield from _replaced(value, ABSENT, (*path, key))
    elif isinstance(after, dict) and after and before is ABSENT:
        for key, value in after.items():
            yield from _replaced(ABSENT, value, (*path, key))
    else:
        kind = ADDED if before is ABSENT else REMOVED if after is ABSENT else CHANGED
        yield Change(path, before, after, kind, _about(before, after))


def _about(*values: object) -> str | None:
    """Say what may be said about secrets in a change."""
    if len(values) == 2 and all(isinstance(value, Unknown) for value in values):
        return "unknown"
    return "changed" if any(_holds_secret(value) for value in values) else None


def _holds_secret(value: object) -> bool:
    if isinstance(value, dict | list):
        return any(_holds_secret(item) for item in (value.values() if isinstance(value, dict) else value))
    return _is_secret(value)


def _is_secret(value: object) -> bool:
    sealed = isinstance(value, Unknown) and value.reason == "sealed"
    return sealed or hasattr(value, "reveal") or hasattr(value, "context")


def _inside(written: Written, key: str | int) -> Written:
    return under(written[0], key), under(written[1], key)
