"""Cut a YAML text into pieces that can be read alone, reusing what an earlier version already cut.

A file's versions differ in a few lines. A *piece* is one entry of a map or one item of a list with the lines
below it, at any depth; pieces whose text stays are kept, so that a version costs what changed in it. Where to
cut is decided line by line, so that a cut that was right stays right when lines elsewhere change; a wrong
cut (through a quoted text, a bracket) leaves a piece that cannot be read alone, and the reader then takes the
whole file (`reading.py`). Comments before the first entry and after the last belong to their neighbour.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Names = tuple[tuple[bytes, ...], tuple[bytes, ...]]

_SMALL = 900  # below this many bytes, reading costs less than cutting further
_LASTING = 16_384  # longer pieces change with almost every version: not worth hashing and remembering
_BREAKS = (b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")  # NEL, LS and PS end lines for YAML 1.1 readers
_BLANKS = rb"(?:[ ]*(?:#[^\n]*)?\r?\n)*"
_KEY = rb"[A-Za-z_][A-Za-z0-9_.-]*"
_KEY_LINE = rb"(?:[A-Za-z0-9_./$(\x80-\xff]|[\"'](?!<))[^\n]*?:(?=[ \r\n]|\Z)"
_NAME = re.compile(rb"(?<![^\s\[,{])([&*])([A-Za-z0-9_-]+)(?=[\s,\]}]|\Z)")
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_PREAMBLE = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ ]*(?:#[ -~\t]*)?\r?\n)*---[ ]*\r?\n")
_FIRST = re.compile(_BLANKS + rb"( *)([^ #\r\n])")


class Uncuttable(Exception):  # noqa: N818  # not an error: the text is then read whole
    """The text has no lines at which it can be cut safely."""


class Piece:
    """A stretch of lines: a *leaf* that is read as it stands, or parts, or an entry or item with one body.

    `used` and `defined` are the names of aliases and anchors that may stand in it (too many do no harm).
    `found` keeps what evaluating gave, by what the used names meant; `constant` is it where none is used.
    """

    __slots__ = ("body", "column", "constant", "defined", "found", "is_list", "key", "parts", "text", "used")

    def __init__(self, text: bytes, column: int, is_list: bool) -> None:
        self.text = text
        self.column = column
        self.is_list = is_list
        self.parts: tuple[Piece, ...] = ()
        self.body: Piece | None = None
        self.key = ""
        self.used: tuple[bytes, ...] = ()
        self.defined: tuple[bytes, ...] = ()
        self.constant: object = None
        self.found: dict[tuple[bytes | None, ...], object] = {}


class Cutter:
    """Cuts one version after the other; pieces with the same text are the same object."""

    def __init__(self) -> None:
        self._known: dict[bytes, Piece] = {}

    def cut(self, raw: bytes, before: Piece | None) -> Piece:
        """Give the pieces of a file, taken from the version before where the text is the same.

        Raises:
            Uncuttable: the file is not a block map or block list of the plain kind.
        """
        start = _PREAMBLE.match(raw)
        return self._piece(raw[start.end() :] if start else raw.removeprefix(b"\xef\xbb\xbf"), before)

    def _piece(self, text: bytes, before: Piece | None) -> Piece:
        if before is not None and before.text == text:
            return before
        if len(text) >= _LASTING:
            return (before and self._again(text, before)) or self._fresh(text)
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = (before and self._again(text, before)) or self._fresh(text)
        return known

    def _again(self, text: bytes, before: Piece) -> Piece | None:
        if before.parts:
            return self._recut(text, before)
        return self._nested(text, before.column, before.is_list, before.body) if before.body else None

    def _fresh(self, text: bytes) -> Piece:
        first = _FIRST.match(text)
        if not first:
            raise Uncuttable
        column, is_list = len(first[1]), first[2] == b"-"
        nested = self._nested(text, column, is_list, None) if len(text) >= _SMALL else None
        if nested:
            return nested
        _check_breaks(text)
        cuts = _cuts(text, column, is_list)
        if len(cuts) == 1:
            return _leaf(text, column, is_list)
        parts = [self._piece(part, None) for part in _parts(text, cuts)]
        return _joined(Piece(text, column, is_list), parts, parts, ((), ()))

    def _nested(self, text: bytes, column: int, is_list: bool, inner: Piece | None) -> Piece | None:
        return self._item(text, column, inner) if is_list else self._entry(text, column, inner)

    def _recut(self, text: bytes, before: Piece) -> Piece | None:
        front, back, start, end = _same(text, before)
        olds = before.parts[front : len(before.parts) - back]
        try:
            new = self._between(text[start:end], before.column, before.is_list, olds)
        except Uncuttable:
            return None
        rest = before.parts[len(before.parts) - back :]
        parts = [*before.parts[:front], *new, *rest]
        names = (before.used, before.defined)
        return _joined(Piece(text, before.column, before.is_list), parts, new, names)

    def _between(self, text: bytes, column: int, is_list: bool, olds: Sequence[Piece]) -> list[Piece]:
        """Give the parts in the place of old ones; where one stayed one, not every line is looked at."""
        if not text:
            return []
        if len(olds) == 1 and olds[0].body:
            nested = self._nested(text, column, is_list, olds[0].body)
            if nested:
                return [nested]
        _check_breaks(text)
        texts = _parts(text, _cuts(text, column, is_list))
        pairs = olds if len(olds) == len(texts) else [None] * len(texts)
        return [self._piece(part, old) for part, old in zip(texts, pairs, strict=True)]

    def _entry(self, text: bytes, column: int, before: Piece | None) -> Piece | None:
        header = _header(column).match(text)
        if not header or header[1].lower() == b"null":
            return None
        body = self._body(text[header.end() :], column, before)
        return body and _wrapped(Piece(text, column, False), header[1].decode(), body)

    def _item(self, text: bytes, column: int, before: Piece | None) -> Piece | None:
        dash = _dash(column).match(text)
        if not dash:
            return None
        at = dash.end(1)
        body = self._body(text[:at] + b" " + text[at + 1 :], column, before)
        return body and _wrapped(Piece(text, column, True), "", body)

    def _body(self, text: bytes, column: int, before: Piece | None) -> Piece | None:
        try:
            body = self._piece(text, before)
        except Uncuttable:
            return None
        deeper = body.column > column or (body.column == column and body.is_list)
        return body if deeper and (body.parts or body.body) else None


def _joined(piece: Piece, parts: list[Piece], new: Sequence[Piece], names: Names) -> Piece:
    """Give a piece its parts; `names` are those of the parts that are not new."""
    if not parts or any([part.column != piece.column or part.is_list != piece.is_list for part in new]):  # noqa: C419
        raise Uncuttable
    piece.parts = tuple(parts)
    piece.used = _with(names[0], [part.used for part in new])
    piece.defined = _with(names[1], [part.defined for part in new])
    return piece


def _wrapped(piece: Piece, key: str, body: Piece) -> Piece:
    piece.key, piece.body, piece.used, piece.defined = key, body, body.used, body.defined
    return piece


def _leaf(text: bytes, column: int, is_list: bool) -> Piece:
    piece = Piece(text, column, is_list)
    names = _NAME.findall(text) if b"*" in text or b"&" in text else ()
    piece.used = _with((), [[name for sign, name in names if sign == b"*"]])
    piece.defined = _with((), [[name for sign, name in names if sign == b"&"]])
    return piece


def _with(names: tuple[bytes, ...], groups: Iterable[Sequence[bytes]]) -> tuple[bytes, ...]:
    """Add names to some; those that are gone may stay, for too many do no harm."""
    more = [name for group in groups if group for name in group if name not in names]
    return (*names, *dict.fromkeys(more)) if more else names


def _same(text: bytes, before: Piece) -> tuple[int, int, int, int]:
    """Give how many parts stay at the front and at the back, and what lies between them in the new text."""
    parts, front, start = before.parts, 0, 0
    while front < len(parts) and text.startswith(parts[front].text, start):
        start += len(parts[front].text)
        front += 1
    back, end = 0, len(text)
    while back < len(parts) - max(front, 1) and text.endswith(parts[-1 - back].text, start, end):
        back += 1
        end -= len(parts[-back].text)
    if front and start < end and not _begins(before)(text, start):
        front -= 1  # the new lines continue this part
        start -= len(parts[front].text)
    while back and end > 0 and text[end - 1 : end] != b"\n":
        end += len(parts[-back].text)
        back -= 1
    return front, back, start, end


def _begins(before: Piece) -> Callable[[bytes, int], bool]:
    line = _line(before.column, before.is_list)
    return lambda text, at: text[at - 1 : at] == b"\n" and line.match(text, at) is not None


def _cuts(text: bytes, column: int, is_list: bool) -> list[int]:
    """Give where the parts begin: every line of exactly this column must be an entry (or item)."""
    if _shallower(column).search(text):
        raise Uncuttable
    line, found = _line(column, is_list), []
    for hit in _level(column).finditer(text):
        if line.match(text, hit.start()):
            found.append(hit.start())
        elif is_list or not found or text[hit.end() : hit.end() + 2] not in (b"- ", b"-\n", b"-\r"):
            raise Uncuttable  # in a map, a list may stand in the column of its key
    if not found:
        raise Uncuttable
    return found


def _parts(text: bytes, cuts: list[int]) -> list[bytes]:
    bounds = [0, *cuts[1:], len(text)]
    return [text[a:b] for a, b in zip(bounds, bounds[1:], strict=False)] if text else []


def _check_breaks(text: bytes) -> None:
    odd = any(char in text for char in _BREAKS) or (b"\r" in text and _LONE_RETURN.search(text))
    if odd:
        raise Uncuttable


@lru_cache
def _level(column: int) -> re.Pattern[bytes]:
    return re.compile(rb"^ {%d}(?=[^ #\r\n])" % column, re.MULTILINE)


@lru_cache
def _shallower(column: int) -> re.Pattern[bytes]:
    return re.compile(rb"^ {0,%d}[^ #\r\n]" % (column - 1) if column else rb"(?!)", re.MULTILINE)


@lru_cache
def _line(column: int, is_list: bool) -> re.Pattern[bytes]:
    return re.compile(rb" {%d}" % column + (rb"-(?=[ \r\n]|\Z)" if is_list else _KEY_LINE))


@lru_cache
def _header(column: int) -> re.Pattern[bytes]:
    return re.compile(_BLANKS + rb" {%d}(%s):[ ]*(?:[ ]#[^\n]*)?\r?\n" % (column, _KEY))


@lru_cache
def _dash(column: int) -> re.Pattern[bytes]:
    return re.compile(_BLANKS + rb"( {%d})- +(?=%s)" % (column, _KEY_LINE))
