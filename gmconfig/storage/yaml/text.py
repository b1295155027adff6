"""From the bytes of a file to its text, or the reason why they are none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration

if TYPE_CHECKING:
    from gmconfig.finding import Place

BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"\x00")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile(r"\r\n|\n|\r")
_UTF8_HINT = "save it as UTF-8 text"


def decoded(raw: bytes, file: str) -> str:
    """Give the text of a file, without its byte order mark.

    Raises:
        BrokenConfiguration: it is not UTF-8, or holds characters that YAML forbids.
    """
    if raw.startswith(_UTF16) or raw[1:2] == b"\x00":
        raise BrokenConfiguration(
            "the file is UTF-16 or binary, not UTF-8", hint=_UTF8_HINT, place=_place("", file)
        )
    body = raw.removeprefix(BOM)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _place(body[: error.start].decode("utf-8"), file)
        message = f"the byte 0x{body[error.start]:02x} is not UTF-8"
        raise BrokenConfiguration(message, hint=_UTF8_HINT, place=place) from None
    _refuse_unprintable(text, file)
    return text


def line_starts(text: str) -> list[int]:
    r"""Give the offset of every line; YAML 1.2 breaks lines at \n, \r\n and \r only."""
    return [0, *(match.end() for match in _BREAK.finditer(text))]


def line_break(text: str) -> str:
    """Give the line break that a text uses (its first one)."""
    match = _BREAK.search(text)
    return match[0] if match else "\n"


def _refuse_unprintable(text: str, file: str) -> None:
    match = _UNPRINTABLE.search(text)
    if match:
        message = f"the control character U+{ord(match[0]):04X} is not allowed in YAML"
        hint = f'write it as an escape in double quotes: "\\u{ord(match[0]):04x}"'
        raise BrokenConfiguration(message, hint=hint, place=_place(text[: match.start()], file))


def _place(before: str, file: str) -> Place:
    from gmconfig.finding import Place  # costs more than reading a file, and only a mistake needs it

    starts = line_starts(before)
    return Place(file, len(starts), len(before) - starts[-1] + 1)
