"""What a person sees: answers on stdout, everything else on stderr, colour only where a terminal shows it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Protocol, TextIO

    class PassingLine(Protocol):
        """A line that is there for a while; it can be hidden and shown again."""

        def hide(self) -> None:
            """Leave the terminal to what is written or asked now."""

        def show(self) -> None:
            """Come back after a while."""


Span = str | tuple[str, str]
if TYPE_CHECKING:
    Line = str | Sequence[Span]
"""A line of output: text, or pieces of text of which some carry a style (`("+ new", "green")`)."""

_PLAIN = str.maketrans(
    {"●": "*", "→": "->", "←": "<-", "…": "...", "·": ".", "━": "~", "│": "|"}
    | dict(zip("▁▂▃▄▅▆▇█", "_.:-=+*#", strict=True))
)
_CONTROLS = {
    number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160)) if number not in (9, 10)
} | {
    number: f"\\u{number:04x}"
    for number in (0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}
"""Names, messages and values come from commits of anybody: none of them commands the terminal."""

_SHADES = {"yellow": "color(136)", "cyan": "color(30)"}
"""Shades that read on white as on black: those of a terminal itself often vanish on white."""

_LONGEST = 1_200
"""A line of a message that is longer quotes something that is not a name, and hides what is wrong with it."""

_quiet = False


_line: PassingLine | None = None


def set_aside(line: PassingLine | None) -> PassingLine | None:
    """Name the line that makes way for whatever is written or asked; give the one before it."""
    global _line  # one process, one terminal
    before, _line = _line, line
    return before


class cleared:
    """Have the terminal for oneself: a line that says what takes long is gone, and comes back later."""

    def __enter__(self) -> None:
        self._hidden = _line
        if self._hidden is not None:
            self._hidden.hide()

    def __exit__(self, *failure: object) -> None:
        if self._hidden is not None:
            self._hidden.show()


def be_quiet(quiet: bool) -> None:
    """Say nothing but answers and errors from here on."""
    global _quiet  # noqa: PLW0603  # one process, one terminal
    _quiet = quiet


def is_quiet() -> bool:
    """Whether nothing but answers and errors is to be said."""
    return _quiet


def answer(text: str) -> None:
    """Write the answer to stdout as it is, with one line end at its end."""
    _write(sys.stdout, text if text.endswith("\n") or not text else text + "\n")


def lines(rows: Iterable[Line]) -> None:
    """Write styled lines to stdout."""
    rows = [_harmless(row) for row in rows]
    if not coloured(sys.stdout):
        return answer("\n".join(plain(row) for row in rows))
    return _painted(rows)


def _harmless(row: Line) -> Line:
    if isinstance(row, str):
        return harmless(row)
    return [harmless(span) if isinstance(span, str) else (harmless(span[0]), span[1]) for span in row]


def harmless(text: str) -> str:
    """Give a text in which nothing commands the terminal, or a server that reads it."""
    text = text.translate(_CONTROLS)
    if "##" not in text:
        return text
    from gmconfig.spoken import unheard

    return unheard(text)


def _readable(message: str) -> str:
    """Give a message that commands no terminal and buries nothing: of an endless line its two ends."""
    if len(message) > _LONGEST:
        message = "\n".join(
            line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]} … {line[-_LONGEST // 4 :]}"
            for line in message.split("\n")
        )
    return harmless(message)


def told(text: str) -> None:
    """Write a text to stderr as it is."""
    _write(sys.stderr, text if text.endswith("\n") else text + "\n")


def error(message: str) -> None:
    """Say on stderr what went wrong."""
    _write(sys.stderr, f"gmconfig: error: {_readable(message)}\n")


def warning(message: str) -> None:
    """Say on stderr what may hurt."""
    _write(sys.stderr, f"gmconfig: warning: {_readable(message)}\n")


def hint(message: str) -> None:
    """Say on stderr what to do next."""
    _write(sys.stderr, f"gmconfig: hint: {_readable(message)}\n")


def note(message: str) -> None:
    """Say on stderr what happened, unless told to be quiet."""
    if not _quiet:
        _write(sys.stderr, f"gmconfig: {_readable(message)}\n")


def plain(row: Line) -> str:
    """Give a line's text without its styles."""
    if isinstance(row, str):
        return row
    return "".join(span if isinstance(span, str) else span[0] for span in row)


def cells(line: Line) -> int:
    """Count the columns that a line takes on a terminal: East Asian characters and emoji take two, accents none."""
    text = plain(line)
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(char) in ("Mn", "Me", "Cf") else 1 + (east_asian_width(char) in "WF") for char in text
    )


def padded(text: str, width: int) -> str:
    """Give a text with as many spaces behind it as it needs to take so many columns."""
    return text + " " * (width - cells(text))


def coloured(stream: TextIO) -> bool:
    """Whether colour may be written there: a terminal, and nobody said no."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def coloured_stdout() -> bool:
    """Whether the answer may be coloured."""
    return coloured(sys.stdout)


def interactive() -> bool:
    """Whether somebody sits there who can answer a question."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def width() -> int:
    """Columns of the terminal; 100 where there is none."""
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def table(rows: Sequence[Sequence[Span]], *, gap: str = "  ") -> list[Line]:
    """Align rows in columns; on a terminal too narrow for them, what does not fit goes below, indented."""
    widths = _widths(rows)
    if _has_room(widths, gap):
        return [aligned(row, widths, gap) for row in rows]
    from gmconfig.cli.narrow import folded

    return folded(rows, gap, width())


def fits(rows: Sequence[Sequence[Span]], *, gap: str = "  ") -> bool:
    """Whether a table of these rows is no wider than the terminal, if there is one."""
    return _has_room(_widths(rows), gap)


def _has_room(widths: Sequence[int], gap: str) -> bool:
    return not sys.stdout.isatty() or total(widths, gap) <= width()


def row(head: Sequence[Span], *rest: Span) -> list[Line]:
    """Give a line; on a terminal too narrow for it, what does not fit goes below, indented."""
    line = [*head, *rest]
    if not sys.stdout.isatty() or cells(line) <= width():
        return [line]
    from gmconfig.cli.narrow import stacked

    return stacked(head, rest, width())


def _widths(rows: Sequence[Sequence[Span]]) -> list[int]:
    columns = max((len(row) for row in rows), default=0)
    return [max((_width(row[i]) for row in rows if i < len(row)), default=0) for i in range(columns)]


def _width(span: Span) -> int:
    text = span if isinstance(span, str) else span[0]
    return len(text) if text.isascii() else cells(text)


def total(widths: Sequence[int], gap: str) -> int:
    """Give how wide columns are together."""
    return sum(widths) + len(gap) * max(len(widths) - 1, 0)


def aligned(row: Sequence[Span], widths: Sequence[int], gap: str) -> Line:
    """Give a row whose fields stand in columns, without spaces at its end."""
    spans: list[Span] = []
    last = max((index for index, span in enumerate(row) if _width(span)), default=0)
    for index, span in enumerate(row[: last + 1]):
        spans.append(span)
        if index < last:
            spans.append(" " * (widths[index] - _width(span)) + gap)
    return spans


def _painted(rows: list[Line]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, markup=False, soft_wrap=True)
    with cleared():
        for row in rows:
            console.print(Text.assemble(*([row] if isinstance(row, str) else map(_shaded, row))))


def _shaded(span: Span) -> Span:
    return span if isinstance(span, str) else (span[0], _SHADES.get(span[1], span[1]))


def _write(stream: TextIO, text: str) -> None:
    with cleared():
        try:
            stream.write(text)
        except UnicodeEncodeError:
            # LANG=C: what the terminal cannot show is spelled out or escaped, never a traceback.
            encoding = stream.encoding or "ascii"
            stream.write(text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
