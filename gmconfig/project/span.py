"""Time spans as people write them: a whole number and its unit, such as `90s` or `30d`."""

from __future__ import annotations

from gmconfig.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_WEEK = 7 * _DAY
_MONTH = 30 * _DAY
_YEAR = 365 * _DAY


class Spans:
    """The time spans that a place takes: what they are called there, examples, the units and the least number.

    A unit has its seconds, and how many digits its number may have at most: nothing that computers wait for or
    keep is endless.
    """

    __slots__ = ("examples", "least", "noun", "units")

    def __init__(
        self, noun: str, examples: str, units: Mapping[str, tuple[float, int]], least: int = 0
    ) -> None:
        self.noun = noun
        self.examples = examples
        self.units = units
        self.least = least

    def accepts(self, text: str) -> bool:
        """Whether a text is one of them."""
        number, unit = _parts(text)
        _, digits = self.units.get(unit, (0, 0))
        return number.isascii() and number.isdigit() and len(number) <= digits and int(number) >= self.least

    def seconds(self, text: str, hint: str | None = None) -> float:
        """Give the seconds of a text.

        Raises:
            UsageError: it is none of them; without a hint, the examples are it.
        """
        if not self.accepts(text):
            raise UsageError(f'"{text}" is not {self.noun}', hint=hint or self.examples)
        number, unit = _parts(text)
        return int(number) * self.units[unit][0]


def _parts(text: str) -> tuple[str, str]:
    unit = "ms" if text.endswith("ms") else text[-1:]
    return text.removesuffix(unit), unit


WAIT = Spans(
    "a time span",
    "500ms, 5s, 10m or 2h",
    {"ms": (1 / 1000, 9), "s": (1, 6), "m": (_MINUTE, 4), "h": (_HOUR, 3)},
)
"""How long to wait for something, or between two of it: some weeks are enough."""

KEEP = Spans(
    "a time span",
    "30d, 12h or 2w",
    {"s": (1, 6), "m": (_MINUTE, 6), "h": (_HOUR, 6), "d": (_DAY, 6), "w": (_WEEK, 6), "y": (_YEAR, 6)},
)
"""How long to keep something."""

AGE = Spans(
    "an age",
    "such as 90d, 12w, 6m or 1y",
    {"d": (_DAY, 4), "w": (_WEEK, 4), "m": (_MONTH, 4), "y": (_YEAR, 4)},
    least=1,
)
"""How old something may get; what is renewed by people takes no minutes, so `m` are months."""


def spelled(seconds: float) -> str:
    """Write a time span as `WAIT` reads it, in the largest unit that fits."""
    for unit, (length, _) in reversed(tuple(WAIT.units.items())):
        number = round(seconds / length)
        if number and number * length == seconds and WAIT.accepts(f"{number}{unit}"):
            return f"{number}{unit}"
    return f"{seconds:g}s"
