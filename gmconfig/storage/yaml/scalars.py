"""What one scalar means: YAML 1.2's core schema, with timestamps as text and unknown tags kept."""

from __future__ import annotations

_PREFIX = "tag:yaml.org,2002:"
MERGE_TAG = _PREFIX + "merge"
_CACHE_LIMIT = 20_000
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_WORDS: dict[str, object] = {
    **dict.fromkeys(_NULLS),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_SPECIAL: dict[str, float] = {
    f"{sign}.{word}": float(f"{sign}inf") for sign in ("", "+", "-") for word in ("inf", "Inf", "INF")
} | dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan"))
_NUMBER_CHARACTERS = frozenset("0123456789.eE+-")
_OCTAL_DIGITS = frozenset("01234567")
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_NUMBER_STARTS = frozenset("0123456789-+.")
_LONGEST_INTEGER = 4_000
_LONGEST_BASED = 3_500
"""Sixteen's powers have more digits in decimal, which is how Python would have to show them."""


class Tagged(str):
    """A scalar with a tag that the core schema does not know, such as `!vault`; its text is the value."""

    __slots__ = ("tag",)
    tag: str

    def __new__(cls, text: str, tag: str) -> Tagged:
        """Make one of the text and the tag as events give it (`!vault`)."""
        made = super().__new__(cls, text)
        made.tag = tag
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tagged) and self.tag == other.tag and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.tag, str(self)))

    def __repr__(self) -> str:
        return f"Tagged({str(self)!r}, {self.tag!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return Tagged, (str(self), self.tag)


class BadScalar(ValueError):
    """A scalar that its own tag forbids; the caller knows where it stands."""


def resolve(text: str) -> object:
    """Give the value of a plain scalar.

    >>> [resolve(text) for text in ("1.10", "0o10", "010", "no", "~", "2024-01-01")]
    [1.1, 8, 10, 'no', None, '2024-01-01']
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    digits = text[1:] if text[0] in "+-" else text
    if digits.isdigit() and digits.isascii():
        return _integer(text)
    if text.startswith(("0o", "0x")):
        return _based(text)
    if _NUMBER_CHARACTERS.issuperset(text):
        return _float(text)
    return _SPECIAL.get(text, text)


class Plain(dict[str, object]):
    """The values of plain scalars, each worked out once: `PLAIN["8080"]` is 8080."""

    def __missing__(self, text: str) -> object:
        if text == "-":
            raise BadScalar('a lone "-" is not a value: quote it')
        value = resolve(text)
        if len(text) <= 64:
            if len(self) >= _CACHE_LIMIT:
                self.clear()
            self[text] = value
        return value


PLAIN = Plain()


def tagged(tag: str, text: str) -> object:
    """Give the value of a scalar with an explicit tag.

    Raises:
        BadScalar: the text is none of that type.
    """
    kind = tag.removeprefix(_PREFIX) if tag.startswith(_PREFIX) else ""
    if tag == "!" or kind in ("str", "timestamp", "value", "merge"):
        return text
    if kind == "binary":
        return _binary(text)
    if kind in ("null", "bool", "int", "float"):
        return _typed(kind, text)
    return Tagged(text, short_tag(tag))


def short_tag(tag: str) -> str:
    """Give a tag as a file writes it: `!!set` for YAML's own, `!vault`, `!<tag:example.com,2000:x>`."""
    if tag.startswith(_PREFIX):
        return "!!" + tag.removeprefix(_PREFIX)
    return tag if tag.startswith("!") else f"!<{tag}>"


def key_text(value: object) -> str:
    """Give the text that stands for a map's key which is not a scalar: its flow form."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {key_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(key_text(item) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def scalar_key(text: str, plain: bool) -> str:
    """Give the key that a scalar stands for: its text, and `null` for every way to write null."""
    return "null" if plain and text in _NULLS else text


def _integer(text: str) -> object:
    if len(text) > _LONGEST_INTEGER:
        raise BadScalar(f"a number of {len(text)} digits is not supported")
    return int(text)


def _based(text: str) -> object:
    """Read octal and hexadecimal numbers, which Python's `int` reads more freely than YAML does."""
    digits, base = (_OCTAL_DIGITS, 8) if text[1] == "o" else (_HEX_DIGITS, 16)
    if len(text) > _LONGEST_BASED and digits.issuperset(text[2:]):
        raise BadScalar(f"a number of {len(text) - 2} digits is not supported")
    return int(text[2:], base) if text[2:] and digits.issuperset(text[2:]) else text


def _float(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text  # such as 1.2.3, or 2024-01-01


def _as_float(value: int) -> float:
    """Give the nearest number; as with decimal points, what is beyond all of them has no end."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _binary(text: str) -> bytes:
    from base64 import b64decode

    try:
        return b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise BadScalar("the text after !!binary is not base64") from None


def _typed(kind: str, text: str) -> object:
    value = resolve(text)
    if kind == "float" and type(value) is int:
        return _as_float(value)
    if type(value).__name__.removesuffix("Type") != {"null": "None"}.get(kind, kind):
        raise BadScalar(f"the text after !!{kind} is not one")
    return value
