"""From a wished value to edits of one layer's file: through lists, inheritance and seals."""

from __future__ import annotations

from gmconfig.config.branch import ABSENT, child, put
from gmconfig.config.editing.item_name import check_name
from gmconfig.config.editing.overlay import NOTHING, keyed, overlay, refuse_nulls
from gmconfig.config.editing.standing import Standing
from gmconfig.config.equal import same
from gmconfig.config.merge import REMOVE, patched
from gmconfig.config.strategy import APPEND, UNIQUE, below, here, item_key, item_keys
from gmconfig.errors import Refused
from gmconfig.path import KeyPath, Keys, format_keys
from gmconfig.storage.yaml.edit import Append, Insert, Set, Unset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.config.editing.own import Own
    from gmconfig.storage.yaml.edit import Edit


class Planner:
    """Collects the edits of one layer's file, one wish after the other, and keeps the tree that they give."""

    def __init__(self, own: Own, *, copy_list: bool = False) -> None:
        self.own = own
        self.tree = own.tree
        self.copy_list = copy_list
        self.edits: list[Edit] = []

    @property
    def merged(self) -> object:
        """What the layers make with the edits so far."""
        own = self.own
        return patched(own.lower, self.tree, own.rules) if own.has_lower else self.tree

    def wish(self, keys: Keys, wanted: object, *, reveal: bool = False) -> None:
        """Make a path of the merged tree have a value, or (`ABSENT`) be gone.

        With `reveal`, what this layer says is taken back instead, and what lies below shows.

        Raises:
            Refused: this layer cannot say so.
        """
        at = Standing(self.own, self.tree, self.merged)
        for number, key in enumerate(keys):
            if isinstance(key, int) and (wanted is not ABSENT or keys[number + 1 :]):
                check_name(at, keys, number, wanted)
            step = at.step(key)
            if step is None:
                self._into_list(at, keys, keys[number:], wanted)
                return
            if isinstance(at.own, list) and isinstance(step, int) and step >= len(at.own):
                self._note(Append(KeyPath(at.own_keys), put(ABSENT, keys[number + 1 :], wanted)))
                return
            at.descend(key, step)
        if wanted is ABSENT:
            self._take_away(at, keys, reveal)
        else:
            self._put(at, keys, wanted)

    def _put(self, at: Standing, keys: Keys, wanted: object) -> None:
        if not self.own.has_lower:
            self._note(Set(KeyPath(at.own_keys), wanted))
            return
        refuse_nulls(wanted, keys)
        said = wanted if at.lower is ABSENT else overlay(at.lower, wanted, at.rules, keys)
        way = here(at.list_rules) if keys and isinstance(keys[-1], int) and at.lower is not ABSENT else None
        if said is NOTHING and isinstance(wanted, dict | list):
            if at.own is not ABSENT:
                self._unset(at.own_keys, at.own, way)
            return
        if isinstance(way, tuple):  # without its key it would be another item
            said = keyed(way, wanted, said)
        self._note(Set(KeyPath(at.own_keys), wanted if said is NOTHING else said))

    def take_back(self, keys: Keys) -> None:
        """Unset what this layer says at a path of its own tree, such as a null that hides what lies below."""
        tree: object = self.tree
        rules = self.own.rules
        for key in keys[:-1]:
            tree, rules = child(tree, key), below(rules, key)
        self._unset(keys, child(tree, keys[-1]), here(rules) if isinstance(tree, list) else None)

    def _take_away(self, at: Standing, keys: Keys, reveal: bool) -> None:
        hidden = self.own.has_lower and at.lower is not ABSENT
        way = here(at.list_rules) if keys and isinstance(keys[-1], int) else None
        says = not isinstance(way, tuple) or not same(at.own, keyed(way, at.own, {}))
        if at.own is not ABSENT and (reveal and says or not hidden):
            self._unset(at.own_keys, at.own, way if hidden else None)
        elif keys and isinstance(keys[-1], int):
            if not isinstance(way, tuple):
                raise _inherited(keys[:-1])
            self._note(Set(KeyPath(at.own_keys), keyed(way, at.own, {REMOVE: True})))
        elif hidden and keys:
            self._note(Set(KeyPath(at.own_keys), None))

    def _unset(self, own_keys: Keys, own: object, way: object) -> None:
        """Unset it; an item of a list by key that holds others in their places is left with its key alone."""
        edit: Edit = Unset(KeyPath(own_keys))
        if isinstance(way, tuple) and self._moves_others(edit, item_key(own, way), way):
            edit = Set(KeyPath(own_keys), keyed(way, own, {}))
        self._note(edit)

    def _moves_others(self, edit: Edit, key: str | None, way: tuple[str, ...]) -> bool:
        """Whether the items of the merged list, one aside, would stand in another order after an edit."""
        parent: Keys = edit.path.segments[:-1]  # type: ignore[assignment]  # the planner makes concrete ones
        own, lower, rules = self.tree, self.own.lower, self.own.rules
        after = applied(own, edit)
        for step in parent:
            lower = _same_item(lower, own, step, here(rules))
            own, after, rules = child(own, step), child(after, step), below(rules, step)
        now, then = (_keys_of(patched(lower, items, rules), way, key) for items in (own, after))
        return now != then

    def _into_list(self, at: Standing, keys: Keys, rest: Keys, wanted: object) -> None:
        """Change an item of a list that this layer inherits, or does not yet name."""
        where = keys[: len(keys) - len(rest)]
        way = here(at.rules)
        if isinstance(way, tuple) and isinstance(at.lower, list) and item_keys(at.lower, way) is not None:
            self._name_item(at, way, rest, wanted)
        elif way in (APPEND, UNIQUE):
            self._add_item(at, where, rest, wanted)
        elif not self.copy_list:
            raise _inherited(where)
        else:
            copied = put(at.merged, rest, wanted)
            _refuse_sealed(at.merged, where)
            self._note(Set(KeyPath(at.own_keys), copied))

    def _name_item(self, at: Standing, way: tuple[str, ...], rest: Keys, wanted: object) -> None:
        """Write the least item that says the change, in the place that keeps the merged order."""
        assert isinstance(at.merged, list)  # noqa: S101  # a list's item is concerned
        position = rest[0]
        assert isinstance(position, int)  # noqa: S101
        old = at.merged[position] if position < len(at.merged) else ABSENT
        new = put(old, rest[1:], wanted) if len(rest) > 1 else wanted
        if new is ABSENT:
            item = keyed(way, old, {REMOVE: True})
        else:
            said = overlay({} if old is ABSENT else old, new, below(at.rules, position))
            item = keyed(way, new, {} if said is NOTHING else said)
        if isinstance(at.own, list):
            index = _index_in_order(at.own, at.merged, position, way)
            held = _held(at, index, position, way)
            self._note(Insert(KeyPath(at.own_keys), index, item))
            if held is not ABSENT:
                self._note(Insert(KeyPath(at.own_keys), index + 1, keyed(way, held, {})))
        else:
            self._note(Set(KeyPath(at.own_keys), [item]))

    def _add_item(self, at: Standing, where: Keys, rest: Keys, wanted: object) -> None:
        assert isinstance(at.merged, list)  # noqa: S101
        if len(rest) > 1 or rest[0] != len(at.merged) or wanted is ABSENT:
            hint = "change it in the layer that has it"
            raise Refused(f'overlays only add to "{format_keys(where)}"', hint=hint)
        if isinstance(at.own, list):
            self._note(Insert(KeyPath(at.own_keys), len(at.own), wanted))
        else:
            self._note(Set(KeyPath(at.own_keys), [wanted]))

    def _note(self, edit: Edit) -> None:
        self.edits.append(edit)
        self.tree = applied(self.tree, edit)


def applied(tree: object, edit: Edit) -> object:
    """Give the tree that an edit's file will have."""
    keys: Keys = edit.path.segments  # type: ignore[assignment]  # the planner makes concrete ones
    if isinstance(edit, Set):
        return put(tree, keys, edit.value)
    if isinstance(edit, Unset):
        return put(tree, keys, ABSENT)
    items = tree
    for key in keys:
        items = child(items, key)
    assert isinstance(items, list)  # noqa: S101  # the planner saw it
    index = edit.index if isinstance(edit, Insert) else len(items)
    return put(tree, keys, [*items[:index], edit.value, *items[index:]])


def _index_in_order(own: list[object], merged: list[object], position: int, way: tuple[str, ...]) -> int:
    """Give the index in the own list before the first item that comes later in the merged one."""
    places = {item_key(item, way): index for index, item in enumerate(merged)}
    later = (index for index, item in enumerate(own) if places.get(item_key(item, way), -1) > position)
    return next(later, len(own))


def _held(at: Standing, index: int, position: int, way: tuple[str, ...]) -> object:
    """Give the inherited item that must be named too, lest new items move behind the one put before them.

    New items that begin a layer's list stand before the first item that it names, or at the end. `ABSENT`
    where none are there, or they stand behind the one that is put there anyway.
    """
    assert isinstance(at.own, list)  # noqa: S101  # the item is put there
    assert isinstance(at.merged, list)  # noqa: S101
    lower = item_keys(at.lower, way) if isinstance(at.lower, list) else None
    first = item_key(at.own[0], way) if at.own else None
    if index > 0 or first is None or lower is None or first in lower or position >= len(at.merged):
        return ABSENT
    before = [item_key(item, way) for item in at.merged].index(first) - 1
    return ABSENT if before == position else at.merged[before]


def _same_item(lower: object, own: object, step: str | int, way: object) -> object:
    """Give what lies below one step down, where items of a list by key are told by their key."""
    if isinstance(way, tuple) and isinstance(lower, list):
        wanted = item_key(child(own, step), way)
        return next((item for item in lower if item_key(item, way) == wanted), ABSENT)
    return child(lower, step)


def _keys_of(items: object, way: tuple[str, ...], but: str | None) -> list[str | None]:
    found = [item_key(item, way) for item in items] if isinstance(items, list) else []
    return [key for key in found if key != but]


def _inherited(keys: Keys) -> Refused:
    message = f'"{format_keys(keys)}" is inherited: changing one item would replace the whole list here'
    return Refused(
        message, hint="--copy-list copies it, or declare a key for it under merge: in gmconfig.yaml"
    )


def _refuse_sealed(tree: object, keys: Keys) -> None:
    from gmconfig.path import walk
    from gmconfig.secret.token import Sealed

    if any(isinstance(value, Sealed) for _, value in walk(tree)):
        message = f'"{format_keys(keys)}" holds sealed values, which open only where they were sealed'
        raise Refused(message, hint="change the item in the layer that has it")
