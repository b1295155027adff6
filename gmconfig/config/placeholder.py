"""Placeholders: `${NAME}`, `${NAME:default}`, `${SECRET:name}`, `${CONFIG:path}`; `$${` is a literal `${`.

Pure. A text is read once into parts, which nest; what a part stands for is never read again.
"""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VARIABLE, SECRET, CONFIG = "VARIABLE", "SECRET", "CONFIG"

_FIRST = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_NAME = _FIRST | frozenset("0123456789.-")
_DEEPEST = 100
_HINT = "write $${ for a literal ${"


class Reference:
    """One placeholder: what it names, the name's parts, and the default's (None without one)."""

    __slots__ = ("default", "kind", "name", "text")

    def __init__(self, text: str, kind: str, name: Parts, default: Parts | None) -> None:
        self.text = text
        self.kind = kind
        self.name = name
        self.default = default

    def __repr__(self) -> str:
        return f"Reference({self.text!r})"


Part = str | Reference
Parts = tuple[Part, ...]


def parse(text: str) -> Parts:
    """Read a text into literal pieces and references.

    Raises:
        BrokenConfiguration: a placeholder is never closed, or names nothing.

    >>> parse("a$${b}-${HOST:localhost}")
    ('a${b}-', Reference('${HOST:localhost}'))
    """
    return _Reader(text).top()


def escaped(text: str) -> str:
    """Give a text that reads as exactly this literal."""
    return text.replace("${", "$${")


def references(parts: Parts) -> Iterator[Reference]:
    """Yield every reference, the nested ones too."""
    for part in parts:
        if isinstance(part, Reference):
            yield part
            yield from references(part.name)
            yield from references(part.default or ())


def substitute(parts: Parts, lookup: Callable[[Reference, str], object | None]) -> object:
    """Put in what the references stand for.

    `lookup` is asked with a reference and its name (None: it has no value, the default counts). A text that
    is one reference becomes whatever `lookup` gave; in a longer text every value must print as text, which is
    what `join` sees to.
    """
    values = [part if isinstance(part, str) else _value(part, lookup) for part in parts]
    return values[0] if len(values) == 1 else join(values)


class Unknown:
    """A value that cannot be known here; `reason` is `sealed`, `kept` or `unresolved`.

    `text` is what stands in the file (a token, a placeholder). Checks on it say "not checked".
    """

    __slots__ = ("reason", "text")

    def __init__(self, reason: str, text: str = "") -> None:
        self.reason = reason
        self.text = text

    def __repr__(self) -> str:
        return f"<unknown: {self.reason}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and (self.reason, self.text) == (other.reason, other.text)

    def __hash__(self) -> int:
        return hash((self.reason, self.text))


def join(values: list[object]) -> object:
    """Make one text of texts and values; unknown if one is unknown, secret if one is secret.

    Raises:
        BrokenConfiguration: one of them is a map or a list.
    """
    for value in values:
        if isinstance(value, Unknown):
            return value
    texts = [_text(value) for value in values]
    if any(hasattr(value, "reveal") for value in values):
        from gmconfig.secret.token import Secret

        return Secret("".join(texts))
    return "".join(texts)


def _text(value: object) -> str:
    from gmconfig.path import scalar_text

    if hasattr(value, "reveal"):
        value = value.reveal()
    if isinstance(value, dict | list | bytes):
        kind = {dict: "a map", list: "a list"}.get(type(value), "binary")
        raise BrokenConfiguration(
            f"{kind} cannot stand inside a text", hint="let the placeholder be the whole value"
        )
    return scalar_text(value)


def _value(reference: Reference, lookup: Callable[[Reference, str], object | None]) -> object:
    name = substitute(reference.name, lookup) if reference.name else ""
    if isinstance(name, Unknown):
        return name
    found = lookup(reference, _name_text(name))
    if found is None and reference.default is not None:
        return substitute(reference.default, lookup) if reference.default else ""
    return found


def _name_text(name: object) -> str:
    if hasattr(name, "reveal"):
        raise BrokenConfiguration("a secret cannot be part of a placeholder's name")
    return _text(name)


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._open = 0

    def top(self) -> Parts:
        parts, end = self._parts("")
        assert end == ""  # noqa: S101  # nothing stops the top but the end of the text
        return parts

    def _parts(self, stops: str) -> tuple[Parts, str]:
        """Read up to one of the characters that end this piece; braces in between pair up."""
        parts: list[Part] = []
        literal: list[str] = []
        depth = 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if self.text.startswith("$${", self.at):
                literal.append("${")
                self.at += 3
                depth += 1
            elif self.text.startswith("${", self.at):
                parts.extend(["".join(literal)] if literal else [])
                literal = []
                parts.append(self._reference())
            elif depth == 0 and char in stops:
                self.at += 1
                return (*parts, *(["".join(literal)] if literal else [])), char
            else:
                depth += (char == "{") - (char == "}" and depth > 0)
                literal.append(char)
                self.at += 1
        return (*parts, *(["".join(literal)] if literal else [])), ""

    def _reference(self) -> Reference:
        start = self.at
        self.at += 2
        self._open += 1
        if self._open > _DEEPEST:
            raise BrokenConfiguration(f"placeholders nest more than {_DEEPEST} levels deep", hint=_HINT)
        kind = self._kind()
        name, end = self._parts("}" if kind == CONFIG else ":}")
        default = None
        if end == ":":
            default, end = self._parts("}")
        text = self.text[start : self.at]
        if end != "}":
            raise BrokenConfiguration(f'"{_short(text)}" is never closed', hint=_HINT)
        self._check(text, kind, name, default)
        self._open -= 1
        return Reference(text, kind, name, default)

    def _kind(self) -> str:
        for kind in (SECRET, CONFIG):
            if self.text.startswith(f"{kind}:", self.at):
                self.at += len(kind) + 1
                return kind
        return VARIABLE

    def _check(self, text: str, kind: str, name: Parts, default: Parts | None) -> None:
        if kind == SECRET and default is not None:
            raise BrokenConfiguration(
                f'"{_short(text)}": a secret has no default', hint="write ${SECRET:name}"
            )
        if not name or (kind == VARIABLE and not _could_name(name)):
            raise BrokenConfiguration(f'"{_short(text)}" is not a placeholder', hint=_HINT)


def _could_name(parts: Parts) -> bool:
    first = parts[0]
    if isinstance(first, str) and first[0] not in _FIRST:
        return False
    return all(_NAME.issuperset(part) for part in parts if isinstance(part, str))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
