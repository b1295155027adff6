"""Measuring a row: contenders take turns, so that what disturbs the machine disturbs all of them."""

from __future__ import annotations

from tests.benchmarks.row import Contender, Measured, Row

_LEAST_SECONDS = 0.3
"""Contenders that are over sooner take more turns, as their medians need them."""


def measured(row: Row, rounds: int) -> Measured:
    """Let every contender run; one go of each first, which shows that it works and warms the disk's cache."""
    first = {each.name: _go(each) for each in row.contenders}
    if rounds > 1 and max(first.values(), default=1) < _LEAST_SECONDS:
        rounds *= 2
    samples: dict[str, list[float]] = {each.name: [] for each in row.contenders}
    for turn in range(rounds):
        order = row.contenders if turn % 2 == 0 else row.contenders[::-1]
        for each in order:
            if turn < each.times:
                samples[each.name].append(_go(each))
    notes = (*row.notes, *row.check())
    return Measured(row, samples, {each.name: _peak(each) for each in row.contenders if each.command}, notes)


def _go(contender: Contender) -> float:
    contender.before()
    return contender.measure()


def _peak(contender: Contender) -> float:
    contender.before()
    return contender.command.peak_mib() if contender.command else 0.0
