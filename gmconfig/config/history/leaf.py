"""Read one piece of a file alone, as it reads in its place.

Anchors reach across pieces: what an alias means is put in front of a piece that uses it, and the meaning of
an anchor is asked for at the end of a piece that defines it, so that the one YAML reader decides everything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gmconfig.config.history.found import NO_ANCHORS, Read
from gmconfig.config.history.lines import Uncuttable
from gmconfig.config.history.meanings import Meaning
from gmconfig.storage.yaml import load
from gmconfig.storage.yaml.everyday import everyday

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.config.history.piece import Piece

_NO_VALUE = "\x01none"
_ALIAS_AS_KEY = re.compile(rb"\*[A-Za-z0-9_-]+[ \t]+:")


def read_alone(piece: Piece, anchors: Mapping[bytes, Meaning]) -> Read:
    """Give what a piece holds behind these anchors.

    Raises:
        BrokenConfiguration: it cannot be read.
        Uncuttable: it cannot be read alone.
    """
    if not piece.used and not piece.defined:
        return _measured(piece, everyday(piece.text) or load(piece.text), NO_ANCHORS)
    return _by_lines(piece, anchors) or _by_the_parser(piece, anchors)


def _by_lines(piece: Piece, anchors: Mapping[bytes, Meaning]) -> Read | None:
    """Read an ordinary piece; None for one that the parser has to read."""
    names = {name.decode(): anchors[name].value for name in (*piece.used, *piece.defined) if name in anchors}
    value = everyday(piece.text, names)
    if value is None:
        return None
    means = [(name, names[own]) for name in piece.defined if (own := name.decode()) in names]
    return _measured(piece, value, {name: _meaning(mean, anchors.get(name)) for name, mean in means})


def _by_the_parser(piece: Piece, anchors: Mapping[bytes, Meaning]) -> Read:
    """Read a piece with the meaning of its names put around it as lines."""
    if _ALIAS_AS_KEY.search(piece.text) or _ends_in_a_text(piece.text):
        raise Uncuttable
    before = {name: anchors.get(name) for name in (*piece.used, *piece.defined)}
    given = [(name, text) for name, text in before.items() if text is not None or name in piece.defined]
    lines = [
        _line(piece, i, b"&%s %s" % (name, text or _flow(_NO_VALUE))) for i, (name, text) in enumerate(given)
    ]
    asked = [_line(piece, -1 - i, b"*" + name) for i, name in enumerate(piece.defined)]
    end = b"" if piece.text.endswith(b"\n") else b"\n"
    whole = load(b"".join([*lines, piece.text, end, *asked]))
    value, means = _taken(piece, whole, len(given))
    found = {
        name: _meaning(mean) for name, mean in zip(piece.defined, means, strict=True) if mean != _NO_VALUE
    }
    return _measured(piece, value, found)


def _ends_in_a_text(text: bytes) -> bool:
    """Whether lines put behind a text might give it the end of line that it lacks at the end of the file."""
    return not text.endswith(b"\n") and (b"|" in text or b">" in text)


def _meaning(value: object, before: Meaning | None = None) -> Meaning:
    return before if before is not None and before.value is value else Meaning.of(value, _flow(value))


def _line(piece: Piece, number: int, text: bytes) -> bytes:
    lead = b"-" if piece.is_list else b'"\\x01%d":' % number
    return b" " * piece.column + lead + b" " + text + b"\n"


def _taken(piece: Piece, whole: object, given: int) -> tuple[object, list[object]]:
    """Take apart what was read: the piece's own value, and what its anchors mean at its end."""
    count = len(piece.defined)
    if isinstance(whole, list):
        end = len(whole) - count
        return whole[given:end], whole[end:]
    if not isinstance(whole, dict):
        raise Uncuttable
    own = {key: value for key, value in whole.items() if not key.startswith("\x01")}
    if len(own) + given + count != len(whole):
        raise Uncuttable
    return own, [whole[f"\x01{-1 - i}"] for i in range(count)]


def _measured(piece: Piece, value: object, anchors: Mapping[bytes, Meaning]) -> Read:
    if type(value) is not (list if piece.is_list else dict):
        raise Uncuttable
    size, depth = _extent(value)
    return Read(value, size, depth, anchors)


def _extent(value: object) -> tuple[int, int]:
    children = value.values() if type(value) is dict else value if type(value) is list else None
    if children is None:
        return 1, 0
    size, depth = 1, 0
    for child in children:
        if type(child) is dict or type(child) is list:
            more, deep = _extent(child)
            size += more
            depth = max(depth, deep)
        else:
            size += 1
    return size, depth + 1


def _flow(value: object) -> bytes:
    """Write a value on one line, so that reading it gives the same value and type."""
    if type(value) is str:
        text = value.encode("unicode_escape").replace(b'"', b'\\"')
        return b'"' + text + b'"'
    if type(value) is dict:
        return b"{" + b", ".join([_flow(key) + b": " + _flow(each) for key, each in value.items()]) + b"}"
    if type(value) is list:
        return b"[" + b", ".join([_flow(each) for each in value]) + b"]"
    if value is None or type(value) is bool:
        return b"null" if value is None else b"true" if value else b"false"
    if type(value) is int or (type(value) is float and value - value == 0):
        return repr(value).encode()
    raise Uncuttable  # a tagged scalar, binary, infinity: rare enough to read the whole file
