"""What was measured, as a table for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from statistics import median
from typing import Any

from tests.benchmarks.row import Bar, Measured, ratio_text


def record(measured: Measured) -> dict[str, Any]:
    """Give a row as JSON."""
    row, medians = measured.row, {name: median(times) for name, times in measured.samples.items()}
    return {
        "name": row.name,
        "title": row.title,
        "seconds": medians,
        "samples": measured.samples,
        "peak_mib": measured.peaks,
        "bars": [_judged(bar, measured.peaks if bar.of_memory else medians) for bar in row.bars],
        "memory_exceeded": [
            name
            for name, peak in measured.peaks.items()
            if name.startswith("gmconfig") and peak > row.most_mib
        ],
        "notes": list(measured.notes),
        "growth": asdict(row.growth) if row.growth else None,
    }


def _judged(bar: Bar, values: dict[str, float]) -> dict[str, Any]:
    ratio = values[bar.ours] / values[bar.theirs]
    of = "memory" if bar.of_memory else "time"
    return {
        "ours": bar.ours, "theirs": bar.theirs, "of": of, "ratio": ratio,
        "most": bar.most, "bar": bar.text, "met": ratio <= bar.most,
    }  # fmt: skip


def text(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of a terminal's table."""
    for row in records:
        yield f"\n{row['title']}"
        for name, seconds in row["seconds"].items():
            peak, best = row["peak_mib"].get(name), min(row["samples"][name])
            shown = f"  {name:<52}{duration(seconds):>10}{'best':>6}{duration(best):>9}"
            yield shown + (f"{peak:>8.0f} MiB" if peak else "")
        for bar in row["bars"]:
            verdict = "met" if bar["met"] else "MISSED"
            yield (
                f"    {verdict:<7} {ratio_text(bar['ratio']):<14} bar {bar['bar']:<15} "
                f"{bar['ours']} : {bar['theirs']}"
            )
        yield from (f"    MISSED  more than 100 MiB: {name}" for name in row["memory_exceeded"])
        yield from (f"    {note}" for note in row["notes"])


def duration(seconds: float) -> str:
    """Write a time with three digits, in the unit that suits it."""
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
