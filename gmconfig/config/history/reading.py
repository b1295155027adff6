"""Read one version of a file after the other, at the cost of what changed between them.

Each piece (`piece.py`) is read alone, once. Anchors reach across pieces: what an alias means is put in front
of a piece that uses it, and the meaning of an anchor is asked for at the end of a piece that defines it, so
that the one YAML reader decides everything. In any doubt the whole file is read, to say what is wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gmconfig.config.history.piece import Cutter, Uncuttable
from gmconfig.errors import BrokenConfiguration
from gmconfig.storage.yaml import load
from gmconfig.storage.yaml.events import events

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gmconfig.config.history.piece import Piece

_MANY = 50_000  # values in one file: half of what the reader allows; near a limit, it has the word
_DEEP = 150
_NO_VALUE = "\x01none"
_WRONG = object()
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]+")
_ALIAS_AS_KEY = re.compile(rb"\*[A-Za-z0-9_-]+[ \t]+:")


class Found:
    """What a piece holds: its map or list, what its anchors mean (as YAML text), its size and depth."""

    __slots__ = ("anchors", "depth", "size", "value")

    def __init__(self, value: object, size: int, depth: int, anchors: Mapping[bytes, bytes]) -> None:
        self.value = value
        self.size = size
        self.depth = depth
        self.anchors = anchors


class _Wrong(Exception):  # noqa: N818  # becomes an error where the file is known
    """A piece is complete YAML, and yet cannot be read (a key stands twice): so is the file that holds it."""


class VersionReader:
    """Reads the versions of one file, neighbours one after the other; the trees share their parts."""

    def __init__(self, cutter: Cutter | None = None) -> None:
        self._cutter = cutter or Cutter()
        self._before: Piece | None = None

    def read(self, raw: bytes, file: str = "") -> object:
        """Give the same data as `load`; the trees share what they have in common and must not be changed.

        Raises:
            BrokenConfiguration: this version cannot be read.
        """
        try:
            self._before = self._cutter.cut(raw, self._before)
            found = _evaluated(self._before, {})
        except (Uncuttable, BrokenConfiguration):
            return load(raw, file)
        except _Wrong as error:
            raise BrokenConfiguration(f'"{file}" is broken in this version') from error
        if found.size > _MANY or found.depth > _DEEP:
            return load(raw, file)
        return found.value


def _evaluated(piece: Piece, anchors: Mapping[bytes, bytes]) -> Found:
    meaning = tuple([anchors.get(name) for name in piece.used])
    found = piece.found.get(meaning)
    if found is _WRONG:
        raise _Wrong
    if found is None:
        if piece.parts:
            found = _joined(piece, dict(anchors))
        elif piece.body is not None:
            found = _wrapped(piece, _evaluated(piece.body, anchors))
        else:
            found = _read_or_judged(piece, meaning, anchors)
        piece.found[meaning] = found
        if not piece.used:
            piece.constant = found
    return found  # type: ignore[return-value]  # only this function fills `found`


def _read_or_judged(piece: Piece, meaning: tuple[bytes | None, ...], anchors: Mapping[bytes, bytes]) -> Found:
    try:
        return _read(piece, anchors)
    except BrokenConfiguration as error:
        if not _is_complete(piece.text):
            raise
        piece.found[meaning] = _WRONG
        raise _Wrong from error


def _is_complete(text: bytes) -> bool:
    """Whether a text is YAML as far as a parser goes, so that what follows it in the file cannot mend it."""
    try:
        found = events(text.decode(), "")
    except (BrokenConfiguration, UnicodeDecodeError):
        return False
    names = (getattr(event, "anchor", None) for event in found)
    return all(name is None or _PLAIN_NAME.fullmatch(name) for name in names)


def _wrapped(piece: Piece, inner: Found) -> Found:
    value = [inner.value] if piece.is_list else {piece.key: inner.value}
    return Found(value, inner.size + 1, inner.depth + 1, inner.anchors)


def _joined(piece: Piece, anchors: dict[bytes, bytes]) -> Found:
    parts: list[Found] = []
    for part in piece.parts:
        found: Found = part.constant or _evaluated(part, anchors)  # type: ignore[assignment]
        if found.anchors:
            anchors.update(found.anchors)
        parts.append(found)
    defined = {name: anchors[name] for name in piece.defined if name in anchors}
    return Found(
        _concatenated(parts) if piece.is_list else _united(parts),
        sum([found.size for found in parts]),
        max([found.depth for found in parts]),
        defined,
    )


def _concatenated(parts: Sequence[Found]) -> list[object]:
    return [item for found in parts for item in found.value]  # type: ignore[attr-defined]


def _united(parts: Sequence[Found]) -> dict[str, object]:
    whole: dict[str, object] = {}
    for found in parts:
        whole.update(found.value)  # type: ignore[call-overload]
    if len(whole) != sum(len(found.value) for found in parts):  # type: ignore[misc,arg-type]
        raise Uncuttable  # a key stands twice; the reader says where
    return whole


def _read(piece: Piece, anchors: Mapping[bytes, bytes]) -> Found:
    if not piece.used and not piece.defined:
        value = load(piece.text)
        return _measured(piece, value, {})
    if _ALIAS_AS_KEY.search(piece.text):
        raise Uncuttable
    before = {name: anchors.get(name) for name in (*piece.used, *piece.defined)}
    given = [(name, text) for name, text in before.items() if text is not None or name in piece.defined]
    lines = [
        _line(piece, i, b"&%s %s" % (name, text or _flow(_NO_VALUE))) for i, (name, text) in enumerate(given)
    ]
    asked = [_line(piece, -1 - i, b"*" + name) for i, name in enumerate(piece.defined)]
    whole = load(b"".join([*lines, piece.text, b"" if piece.text.endswith(b"\n") else b"\n", *asked]))
    value, means = _taken(piece, whole, len(given))
    texts = {name: _flow(mean) for name, mean in zip(piece.defined, means, strict=True) if mean != _NO_VALUE}
    return _measured(piece, value, texts)


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


def _measured(piece: Piece, value: object, anchors: Mapping[bytes, bytes]) -> Found:
    if type(value) is not (list if piece.is_list else dict):
        raise Uncuttable
    size, depth = _extent(value)
    return Found(value, size, depth, anchors)


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
