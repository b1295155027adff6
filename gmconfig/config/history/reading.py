"""Read one version of a file after the other, at the cost of what changed between them.

Each piece (`piece.py`) is read alone, once (`leaf.py`); what they hold together is put together when it is
asked for (`found.py`). In any doubt the whole file is read, to say what is wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gmconfig.config.history.found import Joined, Read, Wrapped
from gmconfig.config.history.leaf import read_alone
from gmconfig.config.history.lines import Uncuttable
from gmconfig.config.history.meanings import Meanings
from gmconfig.config.history.piece import Cutter
from gmconfig.errors import BrokenConfiguration
from gmconfig.storage.yaml import load

if TYPE_CHECKING:
    from gmconfig.config.history.found import Found
    from gmconfig.config.history.piece import Piece

_MANY = 50_000  # values in one file: half of what the reader allows; near a limit, it has the word
_DEEP = 150
_WRONG = object()
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]+")


class _Wrong(Exception):  # becomes an error where the file is known
    """A piece is complete YAML, and yet cannot be read (a key stands twice): so is the file that holds it."""


class VersionReader:
    """Reads the versions of one file, neighbours one after the other; the trees share their parts."""

    def __init__(self) -> None:
        self._cutter = Cutter()
        self._before: Piece | None = None
        self._none = Meanings.none()

    def read(self, raw: bytes, file: str = "") -> object:
        """Give the same data as `load`; the trees share what they have in common and must not be changed.

        Raises:
            BrokenConfiguration: this version cannot be read.
        """
        return self.find(raw, file).value

    def find(self, raw: bytes, file: str = "") -> Found:
        """Give the same, put together only as far as it is asked for.

        Raises:
            BrokenConfiguration: this version cannot be read.
        """
        try:
            self._before = self._cutter.cut(raw, self._before)
            found = _evaluated(self._before, self._none)
        except (Uncuttable, BrokenConfiguration):
            return Read(load(raw, file))
        except _Wrong as error:
            raise BrokenConfiguration(f'"{file}" is broken in this version') from error
        return Read(load(raw, file)) if found.size > _MANY or found.depth > _DEEP else found


def _evaluated(piece: Piece, anchors: Meanings) -> Found:
    """Read a piece behind these anchors; most are met there again, so that is noted on it."""
    if piece.last is not None and not piece.defined and _mean_the_same(piece, anchors):
        piece.behind = piece.ahead = anchors
        return piece.last
    if piece.parts:
        found: Found = _joined(piece, anchors)
    elif piece.body is not None:
        found = Wrapped(None if piece.is_list else piece.key, _evaluated(piece.body, anchors))
        piece.ahead = piece.body.ahead
    else:
        found = _leaf(piece, anchors)
        piece.ahead = anchors.after(found)
    piece.behind, piece.last = anchors, found
    if not piece.used and not piece.defined:
        piece.constant = found
    return found


def _mean_the_same(piece: Piece, anchors: Meanings) -> bool:
    """Whether the names that a piece uses mean what they meant when it was read."""
    now, before = anchors.known, piece.behind.known  # type: ignore[union-attr]  # where `last` is, this is
    return all([now.get(name) == before.get(name) for name in piece.used])  # noqa: C419  # a third of the time


def _leaf(piece: Piece, anchors: Meanings) -> Read:
    known = anchors.known
    meaning = tuple([known.get(name) for name in (*piece.used, *piece.defined)])
    found = piece.found.get(meaning)
    if found is None:
        found = piece.found[meaning] = _fresh(piece, anchors)
    if isinstance(found, Read):
        return found
    raise _Wrong


def _fresh(piece: Piece, anchors: Meanings) -> object:
    try:
        return read_alone(piece, anchors.known)
    except BrokenConfiguration:
        if not _is_complete(piece.text):
            raise
        return _WRONG


def _is_complete(text: bytes) -> bool:
    """Whether a text is YAML as far as a parser goes, so that what follows it in the file cannot mend it."""
    from gmconfig.storage.yaml.events import events

    try:
        found = events(text.decode(), "")
    except (BrokenConfiguration, UnicodeDecodeError):
        return False
    names = (getattr(event, "anchor", None) for event in found)
    return all(name is None or _PLAIN_NAME.fullmatch(name) for name in names)


def _joined(piece: Piece, anchors: Meanings) -> Joined:
    parts: list[Found] = []
    size = depth = 0
    for part in piece.parts:
        found = part.constant
        if found is None:
            found = part.last if part.behind is anchors else None
            if found is None:
                found = _evaluated(part, anchors)
            anchors = part.ahead  # type: ignore[assignment]  # where `last` is, this is
        parts.append(found)
        size += found.size
        if found.depth > depth:  # noqa: PLR1730  # a call for each part of each version costs more
            depth = found.depth
    piece.ahead = anchors
    if not piece.is_list:
        _check_names(parts)
    return Joined(parts, piece.is_list, size, depth)


def _check_names(parts: list[Found]) -> None:
    names = [name for part in parts for name in part.names()]
    if len(set(names)) < len(names):
        raise Uncuttable  # a key stands twice; the reader says where
