"""The shape of plain data, checked without a schema library: a start-up pays nothing for it.

A shape is called with a value, its path and a list that takes the problems. A key whose value is null counts
as not given, as in `documents:` with every entry commented out.
"""

from __future__ import annotations

from gmconfig.path import Keys, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Shape = Callable[[object, Keys, "list[Problem]"], None]


class Problem:
    """What is wrong with a value (or, with `at_key`, with its key), in words."""

    __slots__ = ("at_key", "hint", "keys", "message")

    def __init__(self, keys: Keys, message: str, *, hint: str | None = None, at_key: bool = False) -> None:
        self.keys = keys
        self.message = message
        self.hint = hint
        self.at_key = at_key


def said(value: object) -> str:
    """Say what kind of value this is, as the author of a YAML file would."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "a map" if isinstance(value, dict) else "a list"
    return f'"{value}"' if isinstance(value, str) else f"the number {value}"


class Scalar:
    """A single value of some types, of some words, or of some form."""

    __slots__ = ("accepts", "noun", "types")

    def __init__(
        self, noun: str, types: tuple[type, ...], accepts: Callable[[str], bool] | None = None
    ) -> None:
        self.noun = noun
        self.types = types
        self.accepts = accepts

    def __call__(self, value: object, keys: Keys, problems: list[Problem]) -> None:
        """Report a value of another type, or of none of the accepted forms."""
        if type(value) not in self.types or (self.accepts and not self.accepts(str(value))):
            problems.append(Problem(keys, f"expected {self.noun}, found {said(value)}"))


TEXT = Scalar("text", (str,))
SWITCH = Scalar("true or false", (bool,))
VALUE = Scalar("text, a number, true or false", (str, int, float, bool))


class Words:
    """One of a few words; a mistyped one is told the nearest."""

    __slots__ = ("words",)

    def __init__(self, *words: str) -> None:
        self.words = words

    def __call__(self, value: object, keys: Keys, problems: list[Problem]) -> None:
        """Report a value that is none of the words."""
        if value not in self.words or not isinstance(value, str):
            hint = did_you_mean(value, self.words) if isinstance(value, str) else None
            problems.append(
                Problem(keys, f"expected {' or '.join(self.words)}, found {said(value)}", hint=hint)
            )


class ListOf:
    """A list whose items have one shape."""

    __slots__ = ("item",)

    def __init__(self, item: Shape) -> None:
        self.item = item

    def __call__(self, value: object, keys: Keys, problems: list[Problem]) -> None:
        """Report what is not a list, and every item of another shape."""
        if not isinstance(value, list):
            problems.append(Problem(keys, f"expected a list, found {said(value)}"))
            return
        for index, item in enumerate(value):
            self.item(item, (*keys, index), problems)


class MapOf:
    """A map from names that the author chooses to values of one shape."""

    __slots__ = ("check_key", "value")

    def __init__(self, value: Shape, check_key: Callable[[str], str | None] | None = None) -> None:
        self.value = value
        self.check_key = check_key

    def __call__(self, value: object, keys: Keys, problems: list[Problem]) -> None:
        """Report what is not a map, and every entry of another shape."""
        if not isinstance(value, dict):
            problems.append(Problem(keys, f"expected a map, found {said(value)}"))
            return
        for key, item in value.items():
            wrong = self.check_key(key) if self.check_key else None
            if wrong:
                problems.append(Problem((*keys, key), wrong, at_key=True))
            self.value(item, (*keys, key), problems)


class Record:
    """A map with known keys, each optional unless required."""

    __slots__ = ("fields", "more", "required")

    def __init__(
        self, fields: Mapping[str, Shape], *, required: tuple[str, ...] = (), more: bool = False
    ) -> None:
        self.fields = fields
        self.required = required
        self.more = more

    def __call__(self, value: object, keys: Keys, problems: list[Problem]) -> None:
        """Report what is not a map, unknown keys, missing ones, and values of another shape."""
        if not isinstance(value, dict):
            problems.append(Problem(keys, f"expected a map, found {said(value)}"))
            return
        problems.extend(
            Problem(keys, f'"{name}" is missing') for name in self.required if value.get(name) is None
        )
        for key, item in value.items():
            if key in self.fields:
                optional(self.fields[key])(item, (*keys, key), problems)
            elif not self.more:
                problems.append(self._unknown((*keys, key), key))

    def _unknown(self, keys: Keys, key: str) -> Problem:
        hint = did_you_mean(key, tuple(self.fields), f"known keys: {', '.join(self.fields)}")
        return Problem(keys, f'unknown key "{key}"', hint=hint, at_key=True)


class Either:
    """The shape that fits the value's kind: one for maps, one for lists, one for everything else."""

    __slots__ = ("items", "one", "record")

    def __init__(self, one: Shape, *, items: Shape | None = None, record: Shape | None = None) -> None:
        self.one = one
        self.items = items
        self.record = record

    def __call__(self, value: object, keys: Keys, problems: list[Problem]) -> None:
        """Report what the fitting shape reports."""
        shape = self.one
        if isinstance(value, dict) and self.record:
            shape = self.record
        elif isinstance(value, list) and self.items:
            shape = self.items
        shape(value, keys, problems)


def optional(shape: Shape) -> Shape:
    """Accept null too."""

    def check(value: object, keys: Keys, problems: list[Problem]) -> None:
        if value is not None:
            shape(value, keys, problems)

    return check
