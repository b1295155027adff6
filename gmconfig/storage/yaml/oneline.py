"""Setting a one-line value of an everyday file: found, replaced and proved without nodes of the whole file.

What is not that plain is left to the planner, which gives the same bytes for what is.
"""

from __future__ import annotations

from gmconfig.storage.yaml.reader import load_everyday

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.path import Keys
    from gmconfig.storage.yaml.operations import Edit
    from gmconfig.storage.yaml.spot import Spot

_SCALARS = (str, int, float, bool, type(None))


def set_in_line(raw: bytes, wanted: Edit) -> bytes | None:
    """Give the file's bytes after a value was set; None if somebody who knows more of YAML has to do it."""
    from gmconfig.storage.yaml.operations import Set

    if not isinstance(wanted, Set) or type(wanted.value) not in _SCALARS or wanted.path.document > 1:
        return None
    keys = tuple(key for key in wanted.path.segments if isinstance(key, str))
    tree = load_everyday(raw) if 0 < len(keys) == len(wanted.path.segments) else None
    new = None if tree is None else _replaced(raw.decode("ascii").split("\n"), keys, wanted.value)
    return new if new is not None and _is_proved(tree, keys, wanted.value, new) else None


def changed_line(before: bytes, after: bytes, keys: Sequence[object]) -> tuple[Spot, Spot] | None:
    """Give where the one-line value at a path stood and stands, if nothing else of an everyday file changed."""
    if load_everyday(before) is None or load_everyday(after) is None:
        return None
    from gmconfig.storage.yaml.comparison import same
    from gmconfig.storage.yaml.spot import spot

    lines = before.decode("ascii").split("\n"), after.decode("ascii").split("\n")
    old, new = spot(lines[0], keys), spot(lines[1], keys)
    if old is None or new is None or same(old.value, new.value):
        return None
    for side, found in zip(lines, (old, new), strict=True):
        del side[found.line]
    return (old, new) if old.line == new.line and lines[0] == lines[1] else None


def _replaced(lines: Sequence[str], keys: Keys, value: object) -> bytes | None:
    from gmconfig.storage.yaml.spot import spot
    from gmconfig.storage.yaml.writer import is_literal, scalar

    found = spot(lines, keys)
    if found is None or is_literal(value):
        return None
    line = lines[found.line]
    quote = found.quote if isinstance(value, str) else ""
    new = line[: found.start] + scalar(value, style=quote) + line[found.end :]
    return "\n".join((*lines[: found.line], new, *lines[found.line + 1 :])).encode()


def _is_proved(tree: object, keys: Keys, value: object, new: bytes) -> bool:
    """Whether the new bytes are read as the old tree with that one value changed, and it did change."""
    from gmconfig.path import value_at
    from gmconfig.storage.yaml.comparison import same, with_value

    try:
        old = value_at(tree, keys)
    except (KeyError, TypeError):
        return False
    return not same(old, value) and same(load_everyday(new), with_value(tree, keys, value))
