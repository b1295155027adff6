"""Where a YAML text can be cut: what each line must look like, decided without its neighbours."""

from __future__ import annotations

import re
from functools import lru_cache

_BREAKS = (b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")  # NEL, LS and PS end lines for YAML 1.1 readers
_BLANKS = rb"(?:[ ]*(?:#[^\n]*)?\r?\n)*"
_KEY = rb"[A-Za-z_][A-Za-z0-9_.-]*"
_KEY_LINE = rb"(?:[A-Za-z0-9_./$(\x80-\xff]|[\"'](?!<))[^\n]*?:(?=[ \r\n]|\Z)"
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_PREAMBLE = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ ]*(?:#[ -~\t]*)?\r?\n)*---[ ]*\r?\n")
_FIRST = re.compile(_BLANKS + rb"( *)([^ #\r\n])")


class Uncuttable(Exception):  # not an error: the text is then read whole
    """The text has no lines at which it can be cut safely."""


def without_preamble(raw: bytes) -> bytes:
    """Leave out a byte order mark, and comments up to the line that begins the document."""
    start = _PREAMBLE.match(raw)
    return raw[start.end() :] if start else raw.removeprefix(b"\xef\xbb\xbf")


def begins_as(text: bytes) -> tuple[int, bool]:
    """Give the column of the first entry or item, and whether it is an item."""
    first = _FIRST.match(text)
    if not first:
        raise Uncuttable
    return len(first[1]), first[2] == b"-"


def begins_part(text: bytes, start: int, column: int, is_list: bool) -> bool:
    """Whether an entry (or item) of this column begins there."""
    return text[start - 1 : start] == b"\n" and _line(column, is_list).match(text, start) is not None


def parts_of(text: bytes, column: int, is_list: bool) -> list[bytes]:
    """Cut a text at every entry (or item) of this column.

    Raises:
        Uncuttable: there is none, or a line of this column or before it is something else.
    """
    if not text:
        return []
    _check_breaks(text)
    cuts = _cuts(text, column, is_list)
    bounds = [0, *cuts[1:], len(text)]
    return [text[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]


def header_of(text: bytes, column: int) -> tuple[str, bytes] | None:
    """Give an entry's key and the lines below it; None if its value begins beside the key."""
    header = _header(column).match(text)
    if not header or header[1].lower() == b"null":
        return None
    return header[1].decode(), text[header.end() :]


def inside_item(text: bytes, column: int) -> bytes | None:
    """Give the map that an item is, its dash blanked; None if it is something else."""
    dash = _dash(column).match(text)
    if not dash:
        return None
    at = dash.end(1)
    return text[:at] + b" " + text[at + 1 :]


def _cuts(text: bytes, column: int, is_list: bool) -> list[int]:
    """Give where the parts begin: every line of at most this column must be an entry (or item)."""
    line, found = _line(column, is_list), []
    for at, end in _outer(text, column):
        if end - at < column:
            raise Uncuttable
        if line.match(text, at):
            found.append(at)
        elif is_list or not found or text[end : end + 2] not in (b"- ", b"-\n", b"-\r"):
            raise Uncuttable  # in a map, a list may stand in the column of its key
    first = _FIRST.match(text)
    if not found or not first or first.end(1) != found[0] + column:
        raise Uncuttable
    return found


def _outer(text: bytes, column: int) -> list[tuple[int, int]]:
    """Give where the lines of at most this column begin, and where their words do; blank ones left out."""
    outer = _level(column)
    found = [(hit.start() + 1, hit.end()) for hit in outer.finditer(text)]
    first = outer.match(b"\n" + text[: column + 1])
    return [(0, first.end() - 1), *found] if first else found


def _check_breaks(text: bytes) -> None:
    odd = (b"\r" in text and _LONE_RETURN.search(text)) or (
        not text.isascii() and any(char in text for char in _BREAKS)
    )
    if odd:
        raise Uncuttable


@lru_cache
def _level(column: int) -> re.Pattern[bytes]:
    return re.compile(rb"\n {0,%d}(?=[^ #\r\n])" % column)


@lru_cache
def _line(column: int, is_list: bool) -> re.Pattern[bytes]:
    return re.compile(rb" {%d}" % column + (rb"-(?=[ \r\n]|\Z)" if is_list else _KEY_LINE))


@lru_cache
def _header(column: int) -> re.Pattern[bytes]:
    return re.compile(_BLANKS + rb" {%d}(%s):[ ]*(?:[ ]#[^\n]*)?\r?\n" % (column, _KEY))


@lru_cache
def _dash(column: int) -> re.Pattern[bytes]:
    return re.compile(_BLANKS + rb"( {%d})- +(?=%s)" % (column, _KEY_LINE))
