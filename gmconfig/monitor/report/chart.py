"""Charts as SVG, drawn by hand: they need nothing, take the page's colours, and say in words what they show. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import count

WIDTH = 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 4, 8, 22
_HEIGHT = 140
_ROW = 32
_LETTER = 6.6  # about how wide a letter of a label is
_ids = count(1)

Bar = tuple[str, float, str, str]
"""A name, a value, the value in words, and a colour's class."""


def bars(title: str, said: str, values: Sequence[float], labels: tuple[str, str]) -> str:
    """Draw counts over time; `labels` stand under the first and the last of them."""
    most = _round(max([*values, 1]))
    inside = WIDTH - _LEFT - _RIGHT
    step = inside / max(1, len(values))
    tall = _HEIGHT - _TOP - _BOTTOM
    drawn = [
        f'<rect x="{_LEFT + index * step + step * 0.1:.1f}" y="{_TOP + tall * (1 - value / most):.1f}"'
        f' width="{max(1.0, step * 0.8):.1f}" height="{tall * value / most:.1f}" class="accent"/>'
        for index, value in enumerate(values)
        if value
    ]
    return _svg(title, said, _HEIGHT, [*_axis(most, f"{most:,.0f}"), *drawn, *_below(labels)])


def line(title: str, said: str, values: Sequence[float | None], labels: tuple[str, str]) -> str:
    """Draw scores of 0 to 100, one after the other; where there is none, the line has a gap."""
    inside, tall = WIDTH - _LEFT - _RIGHT - 8, _HEIGHT - _TOP - _BOTTOM
    step = inside / max(1, len(values) - 1)
    points = [
        None if value is None else (_LEFT + 4 + index * step, _TOP + tall * (1 - value / 100))
        for index, value in enumerate(values)
    ]
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" class="accent"/>' for x, y in filter(None, points)]
    lines = [
        f'<line x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}" class="line"/>'
        for a, b in zip(points, points[1:], strict=False)
        if a and b
    ]
    return _svg(title, said, _HEIGHT, [*_axis(100, "100"), *lines, *dots, *_below(labels)])


def rows(title: str, said: str, found: Sequence[Bar], most: float | None = None) -> str:
    """Draw one bar a name, with its value in words at its end."""
    top = most or max([value for _, value, _, _ in found] + [0]) or 1
    drawn = [part for index, one in enumerate(found) for part in _row(index * _ROW, one, top)]
    return _svg(title, said, max(1, len(found)) * _ROW, drawn)


def _row(y: int, one: Bar, top: float) -> list[str]:
    name, value, words, colour = one
    wide = max(0.0, min(1.0, value / top)) * WIDTH
    room = max(4, int(WIDTH / _LETTER) - len(words) - 2)
    shown = name if len(name) <= room else name[: room - 1] + "…"
    return [
        f'<text x="0" y="{y + 13}" class="label"><title>{escape(name)}</title>{escape(shown)}</text>',
        f'<text x="{WIDTH}" y="{y + 13}" class="label end">{escape(words)}</text>',
        f'<rect x="0" y="{y + 18}" width="{WIDTH}" height="6" rx="3" class="track"/>',
        f'<rect x="0" y="{y + 18}" width="{wide:.1f}" height="6" rx="3" class="{colour}"/>' if wide else "",
    ]


def _round(most: float) -> int:
    """Give the end of an axis: a round number whose half is a whole one."""
    size = 1
    while size * 10 < most:
        size *= 10
    return next(step * size for step in (2, 4, 6, 8, 10) if step * size >= most)


def _axis(most: float, words: str) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, WIDTH - _RIGHT
    middle = (_TOP + bottom) / 2
    return [
        f'<line x1="{_LEFT}" y1="{_TOP}" x2="{right}" y2="{_TOP}" class="grid"/>',
        f'<line x1="{_LEFT}" y1="{middle}" x2="{right}" y2="{middle}" class="grid"/>',
        f'<line x1="{_LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}" class="base"/>',
        f'<text x="{_LEFT - 6}" y="{_TOP + 4}" class="label end">{words}</text>',
        f'<text x="{_LEFT - 6}" y="{middle + 4}" class="label end">{most / 2:,.0f}</text>',
        f'<text x="{_LEFT - 6}" y="{bottom + 4}" class="label end">0</text>',
    ]


def _below(labels: tuple[str, str]) -> list[str]:
    first, last = map(escape, labels)
    return [
        f'<text x="{_LEFT}" y="{_HEIGHT - 6}" class="label">{first}</text>',
        f'<text x="{WIDTH - _RIGHT}" y="{_HEIGHT - 6}" class="label end">{last}</text>',
    ]


def _svg(title: str, said: str, height: int, parts: Sequence[str]) -> str:
    name = f"chart-{next(_ids)}"
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height}" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(said)}</desc>'
        f"{''.join(parts)}</svg>"
    )
