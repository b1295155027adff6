"""The report of an experiment as a picture: each lift with its interval on one axis, as an SVG.

It follows the reader's light or dark scheme, needs no colour, and reads as text to who cannot see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from gmconfig.flag.experiment.assessment import Assessment, Result, Verdict
from gmconfig.flag.experiment.axis import Axis, axis_for
from gmconfig.flag.experiment.wording import amount, share, shares

_WIDTH, _LEFT, _CHART, _RIGHT, _ROW = 920, 170, 400, 590, 34
_TONES = ("higher", "lower", "plain")
_LIGHT = {"page": "#ffffff", "ink": "#1b1f24", "soft": "#57606a", "grid": "#d8dee4"}
_DARK = {"page": "#0d1117", "ink": "#e6edf3", "soft": "#9198a1", "grid": "#2a313c"}
_LIGHT |= {"higher": "#0072b2", "lower": "#c4520c", "plain": "#6e7781"}
_DARK |= {"higher": "#58a6ff", "lower": "#f0883e", "plain": "#9198a1"}


def _scheme(colours: Mapping[str, str]) -> str:
    """Give the rules of one colour scheme; no variables, which not every program that shows pictures knows."""
    rules = [f".{name} {{ fill: {colours[name]} }}" for name in ("page", "ink", "soft", *_TONES)]
    rules += [f".{name}-line {{ stroke: {colours[name]} }}" for name in ("grid", "soft", "ink", *_TONES)]
    rules.append(f".hollow {{ fill: {colours['page']} }}")
    return " ".join(rules)


_STYLE = f"""
text {{ font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif }}
.title {{ font-size: 18px; font-weight: 600 }} .bold {{ font-weight: 600 }}
.mark {{ stroke-width: 2.5; stroke-linecap: round; fill: none }} .planned {{ stroke-width: 2 }}
{_scheme(_LIGHT)}
@media (prefers-color-scheme: dark) {{ {_scheme(_DARK)} }}
"""


def picture(found: Assessment) -> str:
    """Draw a report."""
    rows = list(_rows(found))
    height = 196 + len(rows) * _ROW
    body = [*_head(found), *_shares(found), *_chart(rows, 128, found), *_foot(found, height)]
    title = escape(f"Experiment {found.experiment.name}")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
            f' height="{height}" role="img" aria-labelledby="title told">',
            f'<title id="title">{title}</title>',
            f'<desc id="told">{escape(_told(found))}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="page" width="{_WIDTH}" height="{height}"/>',
            *body,
            "</svg>\n",
        ]
    )


Row = str | Result
"""A metric's heading, or one of its results."""


def _rows(found: Assessment) -> Iterator[Row]:
    for metric in found.experiment.metrics:
        yield metric
        yield from (result for result in found.results if result.metric == metric)


def _head(found: Assessment) -> Iterator[str]:
    one = found.experiment
    ended = f" to {one.stopped}" if one.stopped else ", running"
    users = sum(found.users.values())
    yield _text(24, 36, _short(one.name, 70), "ink title")
    yield _text(24, 58, f"flag {_short(one.flag, 40)}, since {one.started}{ended}, {users:,} users", "soft")


def _shares(found: Assessment) -> Iterator[str]:
    """Draw who was in which variant as parts of one bar; ticks stand where the parts were planned to end."""
    total, x, planned = max(1, sum(found.users.values())), 24.0, 24.0
    room = _WIDTH - 48
    for index, (variant, part) in enumerate(found.experiment.arms.items()):
        width = round(room * found.users[variant] / total, 1)
        told = escape(f"{variant}: {found.users[variant]:,} users, {100 * part:.2f} % planned")
        shade, drawn = 1 - 0.3 * (index % 3), max(0.0, width - 2)
        yield f'<rect class="plain" fill-opacity="{shade:.1f}" x="{x:.1f}" y="72" width="{drawn:.1f}" height="10">'
        yield f"<title>{told}</title></rect>"
        yield _text(
            x, 98, _short(f"{variant} {100 * found.users[variant] / total:.1f} %", int(width / 7)), "soft"
        )
        x, planned = x + width, planned + room * part
        if index < len(found.experiment.arms) - 1:
            yield f'<line class="planned ink-line" x1="{planned:.1f}" x2="{planned:.1f}" y1="68" y2="86"/>'


def _chart(rows: list[Row], top: int, found: Assessment) -> Iterator[str]:
    compared = [row.comparison for row in rows if isinstance(row, Result) and row.comparison]
    points = [one.relative for one in compared if one.relative is not None]
    intervals = [one.relative_interval for one in compared if one.relative_interval]
    axis = axis_for(points, intervals, _LEFT, _CHART)
    bottom = top + len(rows) * _ROW
    yield from _grid(axis, top, bottom)
    for index, row in enumerate(rows):
        y = top + index * _ROW + _ROW // 2
        if isinstance(row, str):
            yield _text(24, y + 5, _short(row, 80), "ink bold")
        else:
            yield from _result(row, axis, y)
    control = _short(found.experiment.control, 30)
    yield _text(_LEFT + _CHART / 2, bottom + 38, f"lift over {control}, as a part of it", "soft", "middle")


def _grid(axis: Axis, top: int, bottom: int) -> Iterator[str]:
    for tick in axis.ticks():
        x, kind = axis.x(tick), "soft" if abs(tick) < axis.step / 2 else "grid"
        yield f'<line class="{kind}-line" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'
        told = "0" if kind == "soft" else f"{100 * tick:+,.{0 if axis.step >= 0.01 else 1}f} %"
        yield _text(x, bottom + 18, told, "soft", "middle")


def _result(result: Result, axis: Axis, y: int) -> Iterator[str]:
    found, tone = result.comparison, _tone(result)
    yield _text(40, y + 5, _short(result.variant, 20), "ink")
    if found is None or found.relative is None:
        yield _text(_RIGHT, y + 5, _beside(result), "soft")
        return
    yield f"<g><title>{escape(_sentence(result))}</title>"
    if found.relative_interval:
        low, high = found.relative_interval
        yield f'<line class="mark {tone}-line" x1="{axis.x(low)}" x2="{axis.x(high)}" y1="{y}" y2="{y}"/>'
        yield from (_end(axis, end, y, tone) for end in (low, high))
    if axis.holds(found.relative):
        dot, x = "hollow" if tone == "plain" else tone, axis.x(found.relative)
        yield f'<circle class="{dot} {tone}-line" stroke-width="2.5" cx="{x}" cy="{y}" r="5"/>'
    elif not found.relative_interval:
        yield _end(axis, found.relative, y, tone)
    yield _text(_RIGHT + 12, y + 5, _beside(result), tone) + "</g>"


def _end(axis: Axis, value: float, y: int, tone: str) -> str:
    """Draw where an interval ends: a bar, or an arrow where it goes on beyond the axis."""
    x = axis.x(value)
    if axis.holds(value):
        return f'<line class="mark {tone}-line" x1="{x}" x2="{x}" y1="{y - 5}" y2="{y + 5}"/>'
    back = -6 if value > axis.high else 6
    return f'<path class="mark {tone}-line" d="M{x + back} {y - 5} L{x} {y} L{x + back} {y + 5}"/>'


def _foot(found: Assessment, height: int) -> Iterator[str]:
    if found.is_as_planned:
        split = f"split as planned (p = {found.split_p_value:.3g})"
    else:
        split = f"not split as planned (p = {found.split_p_value:.2g}): no verdict can be trusted"
    method = (
        "hold whenever one looks"
        if found.method == "always valid"
        else "hold for one look at the planned end"
    )
    told = f"{100 * (1 - found.alpha):g} % intervals that {method}; {split}; undecided is not “no effect”"
    yield _text(24, height - 12, told, "soft")


def _beside(result: Result) -> str:
    found = result.comparison
    if found is None:
        return str(result.verdict)
    if found.relative is None:
        return f"{amount(found.treatment, result.kind)}, no relative lift; {result.verdict}"
    interval = f" [{shares(found.relative_interval)}]" if found.relative_interval else ""
    return f"{share(found.relative)}{interval}  {result.verdict}"


def _sentence(result: Result) -> str:
    found = result.comparison
    if found is None:
        return f"{result.metric} in {result.variant}: no users"
    before, after = amount(found.control, result.kind), amount(found.treatment, result.kind)
    return f"{result.metric} in {result.variant}: {before} → {after}, {_beside(result)}, p = {result.adjusted:.3g}"


def _told(found: Assessment) -> str:
    users = ", ".join(f"{count:,} users in {variant}" for variant, count in found.users.items())
    return ". ".join([users, *map(_sentence, found.results)]) + "."


def _tone(result: Result) -> str:
    return str(result.verdict) if result.verdict in (Verdict.HIGHER, Verdict.LOWER) else "plain"


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(0, most - 1)] + "…"
