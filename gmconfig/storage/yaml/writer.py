"""Values as YAML text that readers of YAML 1.1 and 1.2 understand alike."""

from __future__ import annotations

import re
from math import isfinite
from typing import NamedTuple

from gmconfig.storage.yaml.comparison import plain
from gmconfig.storage.yaml.scalars import Tagged


class Layout(NamedTuple):
    """How a file indents: columns from a key to its map's keys, and to its list's dashes."""

    step: int = 2
    dashes: int = 2


DEFAULT = Layout()
_WORD = re.compile(r"[A-DF-Za-df-z][A-Za-z0-9_./=-]{5,}")
"""What is plain text to every reader: no word that means something else is as long, and no number begins so."""
_NOT_SINGLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_NOT_LITERAL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]|^\s|\t|[ ](?=\n|$)"
)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\x85": "\\N"}


def dump(value: object) -> bytes:
    r"""Give a new file's text in block style.

    >>> dump({"a": {"b": [1, "no"]}}).decode()
    'a:\n  b:\n    - 1\n    - "no"\n'
    """
    value = plain(value)
    lines = [scalar(value)] if isinstance(value, str) else block(value)
    return ("\n".join(lines) + "\n").encode()


def scalar(value: object, *, style: str = "", flow: bool = False) -> str:
    """Give one scalar on one line, quoted where a reader might take it for another type.

    `style` is the quote wished for; a string that it cannot hold gets another one.
    """
    if isinstance(value, Tagged):
        return f"{value.tag} {_text(str(value), style or _own_quote(str(value)), flow)}"
    if isinstance(value, str):
        return _text(value, style, flow)
    if isinstance(value, bytes):
        from base64 import b64encode

        return f'!!binary "{b64encode(value).decode()}"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _number(value)


def block(value: object, layout: Layout = DEFAULT) -> list[str]:
    """Give a value as lines of block style, the first one where the value may start.

    A map's or list's lines begin at column 0; for a scalar it is one line, or a literal block's.
    """
    if isinstance(value, dict) and value:
        return _entries(value, layout)
    if isinstance(value, list) and value:
        return [line for item in value for line in list_item(item, layout)]
    if isinstance(value, dict | list):
        return ["{}" if isinstance(value, dict) else "[]"]
    if is_literal(value):
        return literal(str(value))
    return [scalar(value)]


def _entries(entries: dict[str, object], layout: Layout) -> list[str]:
    found: list[str] = []
    word = _WORD.fullmatch
    for key, value in entries.items():
        name = key if word(key) else scalar(key)
        if type(value) is str and word(value):
            found.append(f"{name}: {value}")
        else:
            found.extend(entry(name, value, layout))
    return found


def entry(key: str, value: object, layout: Layout = DEFAULT) -> list[str]:
    """Give the lines of a map's entry, its key being text already."""
    lines = block(value, layout)
    if isinstance(value, dict | list) and value:
        return [f"{key}:", *indented(lines, layout.step if isinstance(value, dict) else layout.dashes)]
    return [f"{key}: {lines[0]}", *indented(lines[1:], layout.step)]


def list_item(value: object, layout: Layout = DEFAULT, gap: str = " ") -> list[str]:
    """Give the lines of a list's item; `gap` stands between the dash and the value."""
    first, *rest = block(value, layout)
    return [f"-{gap}{first}", *indented(rest, 1 + len(gap))]


def indented(lines: list[str], columns: int) -> list[str]:
    """Move lines to the right; blank ones stay empty."""
    return [" " * columns + line if line else line for line in lines]


def is_literal(value: object) -> bool:
    """Whether a value is best written as a literal block: several lines that it can hold unchanged."""
    if not isinstance(value, str) or isinstance(value, Tagged) or "\n" not in value[:-1]:
        return False
    return not value.endswith("\n\n") and not _NOT_LITERAL.search(value)


def literal(text: str) -> list[str]:
    """Give a literal block: the header, and the lines at column 0."""
    if text.endswith("\n"):
        return ["|", *text[:-1].split("\n")]
    return ["|-", *text.split("\n")]


def flow(value: object, style: str = "") -> str:
    """Give a value on one line."""
    if isinstance(value, dict):
        entries = (
            f"{scalar(key, style=style, flow=True)}: {flow(item, style)}" for key, item in value.items()
        )
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, style) for item in value) + "]"
    return scalar(value, style=style, flow=True)


def _text(text: str, style: str, in_flow: bool) -> str:
    if not style and _can_be_plain(text, in_flow):
        return text
    style = style or _own_quote(text)
    if style == "'" and not _NOT_SINGLE.search(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _own_quote(text: str) -> str:
    return "'" if ('"' in text or "\\" in text) and "'" not in text else '"'


def _can_be_plain(text: str, in_flow: bool) -> bool:
    if _WORD.fullmatch(text):
        return True
    from gmconfig.storage.yaml.quoting import can_be_plain

    return can_be_plain(text, in_flow)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    if _NOT_SINGLE.match(char) or code == 0xA0:
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return char


def _number(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    if not isfinite(value):
        return {"inf": ".inf", "-inf": "-.inf"}.get(repr(value), ".nan")
    text = repr(value)
    return text.replace("e", ".0e", 1) if "e" in text and "." not in text else text
