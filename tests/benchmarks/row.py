"""The nouns: a contender, a bar, a row of the table, and what was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.benchmarks.command import Command


def nothing() -> None:
    """Stand where a contender needs no preparing."""


@dataclass(frozen=True)
class Contender:
    """One way to do the work; `measure` gives the seconds of one go, `before` is not measured.

    `times` limits how often a slow contender that is there for information runs.
    """

    name: str
    measure: Callable[[], float]
    before: Callable[[], None] = nothing
    command: Command | None = None
    times: int = 1000

    @classmethod
    def of(
        cls, name: str, command: Command, before: Callable[[], None] = nothing, times: int = 1000
    ) -> Contender:
        """Measure a whole process."""
        return cls(name, command.seconds, before, command, times)


@dataclass(frozen=True)
class Bar:
    """`ours` may take at most `most` times what `theirs` takes; below 1 it has to be faster."""

    ours: str
    theirs: str
    most: float
    of_memory: bool = False

    @property
    def text(self) -> str:
        """Say it as the design does."""
        return ratio_text(self.most, "≤ ", "≥ ")


@dataclass(frozen=True)
class Growth:
    """What a row plots: one piece of work by the number of files, or of commits, a size for each contender."""

    axis: str
    work: str
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """One comparison; `notes` say what is missing, `most_mib` is the most memory that gmconfig may take."""

    name: str
    title: str
    contenders: tuple[Contender, ...]
    bars: tuple[Bar, ...] = ()
    notes: tuple[str, ...] = ()
    most_mib: float = 100
    check: Callable[[], list[str]] = list
    growth: Growth | None = None


@dataclass(frozen=True)
class Measured:
    """What a row's contenders took: seconds of each go, and peak memory in MiB."""

    row: Row
    samples: dict[str, list[float]]
    peaks: dict[str, float]
    notes: tuple[str, ...] = field(default=())


def ratio_text(ratio: float, slower: str = "", faster: str = "") -> str:
    """Write a ratio for people: 2.4×, or 7.5× faster."""
    return f"{slower}{_figures(ratio)}×" if ratio >= 1 else f"{faster}{_figures(1 / ratio)}× faster"


def _figures(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
