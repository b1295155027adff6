"""Cut a YAML text into pieces that can be read alone, reusing what an earlier version already cut.

A file's versions differ in a few lines. A *piece* is one entry of a map or one item of a list with the lines
below it, at any depth; pieces whose text stays are kept, so that a version costs what changed in it. Where to
cut is decided line by line (`lines.py`), so that a cut that was right stays right when lines elsewhere
change; a wrong cut (through a quoted text, a bracket) leaves a piece that cannot be read alone, and the
reader then takes the whole file (`reading.py`). Comments before the first entry and after the last belong to
their neighbour.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gmconfig.config.history.alignment import Gap, aligned
from gmconfig.config.history.lines import (
    Uncuttable,
    begins_as,
    header_of,
    inside_item,
    parts_of,
    without_preamble,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.config.history.found import Found
    from gmconfig.config.history.meanings import Meanings

    Names = tuple[tuple[bytes, ...], tuple[bytes, ...]]

_SMALL = 900  # below this many bytes, reading costs less than cutting further
_LASTING = 16_384  # longer pieces change with almost every version: not worth hashing and remembering
_NAME = re.compile(rb"(?<![^\s\[,{])([&*])([A-Za-z0-9_-]+)(?=[\s,\]}]|\Z)")


class Piece:
    """A stretch of lines: a *leaf* that is read as it stands, or parts, or an entry or item with one body.

    `used` and `defined` are the names of aliases and anchors that may stand in it (too many do no harm).
    `found` keeps what reading a leaf gave, by what those names meant then. `last` is the result of the last
    reading: with the meanings `ahead` of the piece it gave those `behind` it. `constant` is the result of a piece
    without such names, which is the same every time.
    """

    __slots__ = (
        "ahead",
        "behind",
        "body",
        "column",
        "constant",
        "defined",
        "found",
        "is_list",
        "key",
        "last",
        "parts",
        "text",
        "used",
    )

    def __init__(self, text: bytes, column: int, is_list: bool) -> None:
        self.text = text
        self.column = column
        self.is_list = is_list
        self.parts: tuple[Piece, ...] = ()
        self.body: Piece | None = None
        self.key = ""
        self.used: tuple[bytes, ...] = ()
        self.defined: tuple[bytes, ...] = ()
        self.constant: Found | None = None
        self.last: Found | None = None
        self.behind: Meanings | None = None
        self.ahead: Meanings | None = None
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
        return self._piece(without_preamble(raw), before)

    def _piece(self, text: bytes, before: Piece | None) -> Piece:
        """Give a whole file, or what stands below a key or behind a dash."""
        if before is not None:
            if before.text == text:
                return before
            again = self._again(text, before)
            if again:
                return again
        return self._fresh(text)

    def _part(self, text: bytes, column: int, is_list: bool, before: Piece | None) -> Piece:
        """Give one entry or item, of which it is known where it begins."""
        if len(text) >= _LASTING:
            return self._new_part(text, column, is_list, before)
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._new_part(text, column, is_list, before)
        return known

    def _new_part(self, text: bytes, column: int, is_list: bool, before: Piece | None) -> Piece:
        inner = before.body if before else None
        found = self._nested(text, column, is_list, inner) if inner or len(text) >= _SMALL else None
        return found or _leaf(text, column, is_list)

    def _again(self, text: bytes, before: Piece) -> Piece | None:
        if before.parts:
            return self._recut(text, before)
        return self._nested(text, before.column, before.is_list, before.body) if before.body else None

    def _fresh(self, text: bytes) -> Piece:
        column, is_list = begins_as(text)
        texts = parts_of(text, column, is_list)
        parts = [self._part(part, column, is_list, None) for part in texts]
        if len(parts) == 1:
            return parts[0]
        return _joined(Piece(text, column, is_list), parts, parts, ((), ()))

    def _nested(self, text: bytes, column: int, is_list: bool, inner: Piece | None) -> Piece | None:
        return self._item(text, column, inner) if is_list else self._entry(text, column, inner)

    def _recut(self, text: bytes, before: Piece) -> Piece | None:
        parts: list[Piece] = []
        new: list[Piece] = []
        try:
            for run in aligned(text, before):
                if type(run) is Gap:
                    found = self._between(run, before)
                    new += found
                    parts += found
                else:
                    parts += run  # type: ignore[arg-type]  # what is not a gap is parts
        except Uncuttable:
            return None
        names = (before.used, before.defined)
        return _joined(Piece(text, before.column, before.is_list), parts, new, names)

    def _between(self, gap: Gap, before: Piece) -> Sequence[Piece]:
        """Give the parts in the place of old ones; where one stayed one, not every line is looked at."""
        olds, text, column, is_list = gap.olds, gap.text, before.column, before.is_list
        if len(olds) == 1 and olds[0].body and text:
            nested = self._nested(text, column, is_list, olds[0].body)
            if nested:
                return [nested]
        texts = parts_of(text, column, is_list)
        pairs = olds if len(olds) == len(texts) else [None] * len(texts)
        return [self._part(part, column, is_list, old) for part, old in zip(texts, pairs, strict=True)]

    def _entry(self, text: bytes, column: int, before: Piece | None) -> Piece | None:
        header = header_of(text, column)
        body = header and self._body(header[1], column, before)
        return _wrapped(Piece(text, column, False), header[0], body) if header and body else None

    def _item(self, text: bytes, column: int, before: Piece | None) -> Piece | None:
        inside = inside_item(text, column)
        body = inside and self._body(inside, column, before)
        return _wrapped(Piece(text, column, True), "", body) if body else None

    def _body(self, text: bytes, column: int, before: Piece | None) -> Piece | None:
        try:
            body = self._piece(text, before)
        except Uncuttable:
            return None
        deeper = body.column > column or (body.column == column and body.is_list)
        return body if deeper and (body.parts or body.body) else None


def _joined(piece: Piece, parts: Sequence[Piece], new: Sequence[Piece], names: Names) -> Piece:
    """Give a piece its parts; `names` are those of the parts that are not new."""
    if not parts:
        raise Uncuttable
    used, defined = names
    for part in new:
        if part.used:
            used = _with(used, part.used)
        if part.defined:
            defined = _with(defined, part.defined)
    piece.parts, piece.used, piece.defined = tuple(parts), used, defined
    return piece


def _wrapped(piece: Piece, key: str, body: Piece) -> Piece:
    piece.key, piece.body, piece.used, piece.defined = key, body, body.used, body.defined
    return piece


def _leaf(text: bytes, column: int, is_list: bool) -> Piece:
    piece = Piece(text, column, is_list)
    if b"*" in text or b"&" in text:
        names = _NAME.findall(text)
        piece.used = _with((), [name for sign, name in names if sign == b"*"])
        piece.defined = _with((), [name for sign, name in names if sign == b"&"])
    return piece


def _with(names: tuple[bytes, ...], more: Sequence[bytes]) -> tuple[bytes, ...]:
    """Add names to some; those that are gone may stay, for too many do no harm."""
    for name in more:
        if name not in names:
            names = (*names, name)
    return names
