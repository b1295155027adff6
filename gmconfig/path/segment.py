"""The parts of a path: keys, positions, selectors and globs, and how each is printed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Keys = tuple[str | int, ...]
"""A concrete path: map keys as text, list positions as integers from 0."""

BARE_STOPS = frozenset('.[]"*#= \t\r\n\\')
"""What a key cannot hold without quotes."""


class Any_:
    """`*`: any one key or item."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "*"


class Deep:
    """`**`: any number of keys and items, none included."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "**"


class Selector:
    """`[name=account-api]`: the one list item that has this text at this path."""

    __slots__ = ("keys", "value")

    def __init__(self, keys: tuple[str, ...], value: str) -> None:
        self.keys = keys
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Selector) and (self.keys, self.value) == (other.keys, other.value)

    def __hash__(self) -> int:
        return hash((self.keys, self.value))

    def __repr__(self) -> str:
        return f"[{'.'.join(printed_key(key) for key in self.keys)}={printed_key(self.value)}]"

    def matches(self, item: object) -> bool:
        """Whether a list item is one that this selector means."""
        return self.text_of(item) == self.value

    def text_of(self, item: object) -> str | None:
        """Give the text that a list item has at this selector's path; None where it has none."""
        for key in self.keys:
            if not isinstance(item, dict) or key not in item:
                return None
            item = item[key]
        return None if isinstance(item, dict | list) else scalar_text(item)


ANY = Any_()
DEEP = Deep()
Segment = str | int | Selector | Any_ | Deep


def scalar_text(value: object) -> str:
    """Give a scalar as YAML's core schema writes it, so that `[port=80]` means the number 80."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value - value != 0:  # of all numbers, only .inf and .nan
        return str(value).replace("inf", ".inf").replace("nan", ".nan")
    return str(value)


def walk(tree: object, keys: Keys = ()) -> Iterator[tuple[Keys, object]]:
    """Yield every leaf with its concrete path: scalars, and empty maps and lists."""
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            yield from walk(value, (*keys, key))
    elif isinstance(tree, list) and tree:
        for index, value in enumerate(tree):
            yield from walk(value, (*keys, index))
    else:
        yield keys, tree


def under(tree: object, key: str | int) -> object:
    """Give what stands under a key of a map, or at a position of a list; None where nothing does."""
    if isinstance(tree, dict):
        return tree.get(key)
    return tree[key] if isinstance(tree, list) and isinstance(key, int) and key < len(tree) else None


def value_at(tree: object, keys: Keys) -> object:
    """Give what stands at a concrete path that is known to exist."""
    for key in keys:
        tree = tree[key]  # type: ignore[index]
    return tree


def printed_key(key: str) -> str:
    """Print a key, quoted where it holds what a path would read otherwise."""
    if key and not any(char in BARE_STOPS or ord(char) < 32 for char in key):
        return key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if ord(char) >= 32 else f"\\u{ord(char):04x}" for char in escaped) + '"'


def printed(segments: Sequence[Segment]) -> str:
    """Print a path so that the parser reads it back."""
    text = ""
    for segment in segments:
        if isinstance(segment, str):
            text += ("." if text else "") + printed_key(segment)
        elif isinstance(segment, int):
            text += f"[{segment}]"
        elif isinstance(segment, Selector):
            text += repr(segment)
        else:
            text += ("." if text else "") + repr(segment)
    return text
