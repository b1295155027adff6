"""Tables of a report: readable on a phone, where each row becomes a list, and by a screen reader. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

Cell = tuple[str, str]
"""A text and how it is shown: a colour (good, warn, bad), code, name, short, or nothing."""

SHOWN = 100
"""How many rows a page shows at once; the command below gives the others."""

_SHORT = ("good", "warn", "bad", "short")


def table(names: Sequence[str], rows: Sequence[Sequence[Cell]], about: str) -> str:
    """Show rows below names; `about` is what a screen reader calls the table."""
    head = "".join(f'<th role="columnheader" scope="col">{escape(name)}</th>' for name in names)
    body = "".join(_row(names, row) for row in rows[:SHOWN])
    drawn = (
        f'<table class="wide" role="table" aria-label="{escape(about)}">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table>'
    )
    more = len(rows) - SHOWN
    return f'<div class="scroll">{drawn}</div>' + (
        f'<p class="dim">and {more:,} more</p>' if more > 0 else ""
    )


def folded(summary: str, content: str) -> str:
    """Show something that most people need not see at once."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def _row(names: Iterable[str], row: Iterable[Cell]) -> str:
    cells = "".join(_cell(name, *one) for name, one in zip(names, row, strict=True))
    return f'<tr role="row">{cells}</tr>'


def _cell(name: str, text: str, kind: str) -> str:
    if not text:
        return '<td role="cell" class="empty"></td>'
    shown = f"<code>{escape(text)}</code>" if kind == "code" else escape(text)
    classes = [kind] * bool(kind) + ["short"] * (kind in _SHORT[:-1])
    chosen = f' class="{" ".join(classes)}"' if classes else ""
    return f'<td role="cell"{chosen} data-name="{escape(name)}"><span>{shown}</span></td>'
