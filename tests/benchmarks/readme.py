"""The README's section: every bar in a table, then what grows with what; each with its plot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import plot
from tests.benchmarks.row import ratio_text
from tests.benchmarks.table import duration

BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"


def section(records: Sequence[Mapping[str, Any]]) -> str:
    """Give everything between the markers; who measured a part gets that part."""
    parts = [list(bars(records)), _fenced(plot.against_bars(records))]
    parts += [list(growth(records)), _fenced(plot.growth(records))]
    return "\n\n".join("\n".join(part) for part in parts if part)


def bars(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a table with a line for each bar."""
    yield "| work | gmconfig | beside | its time | ratio | bar |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from (_line(row, bar) for row in records for bar in row["bars"])


def growth(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one table for work by files and by commits; a line for each piece of work."""
    rows = [row for row in records if row.get("growth")]
    by_work: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_work.setdefault(row["growth"]["work"], []).append(row)
    for number, (work, some) in enumerate(by_work.items()):
        if number == 0:
            sizes = [f"{size:,} {row['growth']['axis']}" for row in some for size in row["growth"]["sizes"]]
            yield "| work | " + " | ".join(sizes) + " |"
            yield "| --- |" + " --- |" * len(sizes)
        times = [duration(seconds) for row in some for seconds in row["seconds"].values()]
        yield "| " + " | ".join((work, *times)) + " |"


def write(file: Path, text: str) -> None:
    """Put the section between the markers."""
    before = file.read_text("utf-8")
    after = re.sub(f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n{text}\n{END}", before, flags=re.DOTALL)
    file.write_text(after, "utf-8")


def _fenced(lines: Iterable[str]) -> list[str]:
    drawn = list(lines)
    return ["```text", *drawn, "```"] if drawn else []


def _line(row: Mapping[str, Any], bar: Mapping[str, Any]) -> str:
    values = row["peak_mib"] if bar["of"] == "memory" else row["seconds"]
    ours, theirs = (
        f"{values[bar[side]]:.0f} MiB" if bar["of"] == "memory" else duration(values[bar[side]])
        for side in ("ours", "theirs")
    )
    mode = _mode(row, bar["ours"])
    title = row["title"] + (f" ({mode})" if mode and mode not in row["title"] else "")
    missed = "" if bar["met"] else " (missed)"
    cells = (
        title,
        ours,
        f"`{bar['theirs']}`",
        theirs,
        ratio_text(bar["ratio"]) + _slower(bar) + missed,
        bar["bar"],
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _mode(row: Mapping[str, Any], ours: str) -> str:
    """Say which of a row's ways of ours it is, where there are several."""
    command, _, mode = ours.partition(", ")
    commands = {bar["ours"].partition(", ")[0] for bar in row["bars"]}
    return mode or (f"`{command.removeprefix('gmconfig ')}`" if len(commands) > 1 else "")


def _slower(bar: Mapping[str, Any]) -> str:
    """Say it where a bar that asks for faster meets the opposite."""
    return " slower" if bar["bar"].endswith("faster") and bar["ratio"] >= 1 else ""
