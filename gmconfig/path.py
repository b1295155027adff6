"""Paths into a document: `database.pool.size`, `hosts[-1]`, `apps[name=api].image`, `#2:a."b.c"`, `db.**`.

One parser and one printer: `str(KeyPath.parse(text))` parses back to the same path, and every concrete
path (a tuple of keys and indices) prints to a text that parses to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gmconfig.errors import UnknownPath, UsageError

Keys = tuple[str | int, ...]
"""A concrete path: map keys as text, list positions as integers from 0."""

_BARE_STOPS = frozenset('.[]"*#= \t\r\n\\')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


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
        return f"[{'.'.join(_printed_key(key) for key in self.keys)}={_printed_key(self.value)}]"

    def matches(self, item: object) -> bool:
        """Whether a list item is one that this selector means."""
        for key in self.keys:
            if not isinstance(item, dict) or key not in item:
                return False
            item = item[key]
        return not isinstance(item, dict | list) and scalar_text(item) == self.value


ANY = Any_()
DEEP = Deep()
Segment = str | int | Selector | Any_ | Deep


class KeyPath:
    """A path as a user writes it: keys, indices, selectors and globs; immutable.

    `document` is the number of the YAML document in a multi-document file, from 1; 0 when none was named.
    """

    __slots__ = ("document", "segments")

    def __init__(self, segments: Sequence[Segment], document: int = 0) -> None:
        self.segments = tuple(segments)
        self.document = document

    @classmethod
    def parse(cls, text: str) -> KeyPath:
        """Read a path; the empty text is the whole document.

        Raises:
            UsageError: the text is not a path.
        """
        return _Parser(text).path()

    def __str__(self) -> str:
        prefix = f"#{self.document}:" if self.document else ""
        return prefix + _printed(self.segments)

    def __repr__(self) -> str:
        return f"KeyPath({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyPath) and (self.segments, self.document) == (
            other.segments,
            other.document,
        )

    def __hash__(self) -> int:
        return hash((self.segments, self.document))

    @property
    def is_glob(self) -> bool:
        """Whether the path may mean several places."""
        return any(segment is ANY or segment is DEEP for segment in self.segments)

    def matches(self, keys: Keys, tree: object = None) -> bool:
        """Whether a concrete path is one that this path means; `tree` is needed for selectors only."""
        return _matches(self.segments, keys, tree)

    def resolve(self, tree: object) -> Keys:
        """Give the concrete path in this tree: selectors and negative indices become positions.

        Raises:
            UnknownPath: nothing stands there; the hint names the nearest path that exists.
        """
        keys: Keys = ()
        node = tree
        for segment in self.segments:
            key = _step(node, segment, self, keys)
            node = node[key]  # type: ignore[index]  # _step proved that it is a container that holds the key
            keys = (*keys, key)
        return keys

    def find(self, tree: object) -> Iterator[Keys]:
        """Yield every concrete path in the tree that this path means, in the tree's order."""
        return _find(self.segments, tree, ())


def scalar_text(value: object) -> str:
    """Give a scalar as YAML's core schema writes it, so that `[port=80]` means the number 80."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def format_keys(keys: Sequence[Segment], document: int = 0) -> str:
    """Print a concrete path so that `KeyPath.parse` reads it back."""
    return str(KeyPath(keys, document))


def value_at(tree: object, keys: Keys) -> object:
    """Give what stands at a concrete path that is known to exist."""
    for key in keys:
        tree = tree[key]  # type: ignore[index]
    return tree


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


def nearest(wanted: str, known: Sequence[str]) -> str | None:
    """Give the known word that a mistyped one most likely means, or None."""
    from difflib import get_close_matches  # costs 5 ms, and only a mistake needs it

    return next(iter(get_close_matches(wanted, known, n=1, cutoff=0.6)), None)


def _printed_key(key: str) -> str:
    if key and not any(char in _BARE_STOPS or ord(char) < 32 for char in key):
        return key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if ord(char) >= 32 else f"\\u{ord(char):04x}" for char in escaped) + '"'


def _printed(segments: Sequence[Segment]) -> str:
    text = ""
    for segment in segments:
        if isinstance(segment, str):
            text += ("." if text else "") + _printed_key(segment)
        elif isinstance(segment, int):
            text += f"[{segment}]"
        elif isinstance(segment, Selector):
            text += repr(segment)
        else:
            text += ("." if text else "") + repr(segment)
    return text


def _step(node: object, segment: Segment, path: KeyPath, keys: Keys) -> str | int:
    if isinstance(segment, str) and isinstance(node, dict) and segment in node:
        return segment
    if isinstance(segment, int) and isinstance(node, list) and -len(node) <= segment < len(node):
        return segment % len(node)
    if isinstance(segment, Selector) and isinstance(node, list):
        found = [index for index, item in enumerate(node) if segment.matches(item)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownPath(f'"{path}" is ambiguous: {len(found)} items match {segment!r}')
    if segment is ANY or segment is DEEP:
        raise UsageError(f'"{path}" may mean several places', hint="name one path, without * or **")
    raise UnknownPath(f'"{path}" does not exist', hint=_suggestion(node, segment, keys, path))


def _suggestion(node: object, segment: Segment, keys: Keys, path: KeyPath) -> str | None:
    if isinstance(node, dict) and isinstance(segment, str):
        near = nearest(segment, list(node))
        return f'did you mean "{_mended(node, near, keys, path)}"?' if near else None
    if isinstance(node, list):
        return f"{format_keys(keys) or 'the document'} is a list of {len(node)}, counted from [0]"
    return None


def _mended(node: object, near: str, keys: Keys, path: KeyPath) -> str:
    """Give the whole path with the mistyped key replaced; only up to it where the rest is not there either."""
    rest = path.segments[len(keys) + 1 :]
    exists = any(True for _ in _find((near, *rest), node, ()))
    return format_keys((*keys, near, *rest) if exists else (*keys, near))


def _matches(segments: tuple[Segment, ...], keys: Keys, tree: object) -> bool:
    if not segments:
        return not keys
    head, rest = segments[0], segments[1:]
    if head is DEEP:
        return any(_matches(rest, keys[i:], _descend(tree, keys[:i])) for i in range(len(keys) + 1))
    if not keys or not _accepts(head, keys[0], tree):
        return False
    return _matches(rest, keys[1:], _descend(tree, keys[:1]))


def _accepts(segment: Segment, key: str | int, tree: object) -> bool:
    if segment is ANY:
        return True
    if isinstance(segment, Selector):
        return isinstance(tree, list) and isinstance(key, int) and segment.matches(tree[key])
    if isinstance(segment, int) and segment < 0 and isinstance(tree, list):
        return key == len(tree) + segment
    return type(segment) is type(key) and segment == key


def _descend(tree: object, keys: Keys) -> object:
    for key in keys:
        if isinstance(tree, dict):
            tree = tree.get(key)
        elif isinstance(tree, list) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
        else:
            return None
    return tree


def _find(segments: tuple[Segment, ...], tree: object, keys: Keys) -> Iterator[Keys]:
    if not segments:
        yield keys
        return
    head, rest = segments[0], segments[1:]
    if head is DEEP:
        seen = dict.fromkeys(_find(rest, tree, keys))
        yield from seen
        for key, child in _children(tree):
            yield from (found for found in _find(segments, child, (*keys, key)) if found not in seen)
        return
    for key, child in _children(tree):
        if _accepts(head, key, tree):
            yield from _find(rest, child, (*keys, key))


def _children(tree: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(tree, dict):
        yield from tree.items()
    elif isinstance(tree, list):
        yield from enumerate(tree)


class _Parser:
    """Reads one path from left to right; every mistake names the column."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def path(self) -> KeyPath:
        document = self._document()
        segments: list[Segment] = []
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                segments.append(self._bracket())
            else:
                if segments:
                    self._expect(".")
                segments.append(self._name())
        return KeyPath(segments, document)

    def _document(self) -> int:
        if not self.text.startswith("#"):
            return 0
        number, colon, _ = self.text[1:].partition(":")
        if not colon or not (number.isascii() and number.isdigit()) or int(number) < 1:
            raise self._error('expected "#2:" to name a YAML document')
        self.at = len(number) + 2
        return int(number)

    def _name(self) -> Segment:
        if self.text.startswith('"', self.at):
            return self._quoted()
        for glob in (DEEP, ANY):
            if self.text.startswith(repr(glob), self.at):
                self.at += len(repr(glob))
                return glob
        return self._bare(_BARE_STOPS)

    def _bare(self, stops: frozenset[str]) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in stops:
            self.at += 1
        if start == self.at:
            raise self._error("expected a key")
        return self.text[start : self.at]

    def _quoted(self) -> str:
        start, self.at = self.at, self.at + 1
        parts: list[str] = []
        while not self.text.startswith('"', self.at):
            if self.at >= len(self.text):
                self.at = start
                raise self._error("the quote is never closed")
            parts.append(self._character())
        self.at += 1
        return "".join(parts)

    def _character(self) -> str:
        char = self.text[self.at]
        self.at += 1
        if char != "\\":
            return char
        escape, self.at = self.text[self.at : self.at + 1], self.at + 1
        if escape == "u":
            digits, self.at = self.text[self.at : self.at + 4], self.at + 4
            try:
                return chr(int(digits, 16))
            except ValueError:
                raise self._error("expected four hexadecimal digits after \\u") from None
        if escape not in _ESCAPES:
            raise self._error(f'"\\{escape}" is not an escape')
        return _ESCAPES[escape]

    def _bracket(self) -> Segment:
        self.at += 1
        inside = self.text[self.at :].partition("]")[0]
        if inside == "*":
            self.at += 2
            return ANY
        if inside.removeprefix("-").isascii() and inside.removeprefix("-").isdigit():
            self.at += len(inside) + 1
            return int(inside)
        return self._selector()

    def _selector(self) -> Selector:
        keys = [self._selector_key()]
        while self.text.startswith(".", self.at):
            self.at += 1
            keys.append(self._selector_key())
        self._expect("=")
        quoted = self.text.startswith('"', self.at)
        value = self._quoted() if quoted else self._bare(frozenset("]"))
        self._expect("]")
        return Selector(tuple(keys), value)

    def _selector_key(self) -> str:
        return self._quoted() if self.text.startswith('"', self.at) else self._bare(_BARE_STOPS)

    def _expect(self, char: str) -> None:
        if not self.text.startswith(char, self.at):
            raise self._error(f'expected "{char}"')
        self.at += 1

    def _error(self, what: str) -> UsageError:
        return UsageError(
            f'"{self.text}" is not a path: {what} at column {self.at + 1}',
            hint='a path reads like database.pool.size, hosts[0], apps[name=api].image or annotations."a.b/c"',
        )
