"""Runs of lines that give a key a word each, as files of thousands of values have: read many lines at a time.

Every line of a run is one that the line reader takes for a key and a text; only so many at once are cheaper.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    Run = tuple[int, dict[str, str]]
    """How many lines, and what they say."""

_KEY = r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,100}+"
# A word of six letters or more is no other way to write true, false or null.
_LINE = rf"{_KEY}: [A-Za-z][A-Za-z0-9_.=+/@-]{{5,800}}+\n"
# Python before 3.11.5 matches a possessive group wrongly (gh-106052): these are of single characters alone.
_RUN = re.compile(rf"^( {{0,40}}+){_LINE}(?:\1{_LINE}){{7,}}", re.M)
_NULL_KEYS = frozenset(("null", "Null", "NULL"))


def runs(text: str) -> dict[int, Run]:
    """Give the runs by the number of the line behind their first; what repeats a key is none."""
    found: dict[int, Run] = {}
    number, end = 0, 0
    for run in _RUN.finditer(text):
        number += text.count("\n", end, run.start())
        words = run[0].replace(":", "").split()  # neither a key nor a word has a colon in it
        entries = dict(zip(words[::2], words[1::2], strict=True))
        count = len(words) // 2
        if len(entries) == count and _NULL_KEYS.isdisjoint(entries):
            found[number + 1] = count, entries
        number += count
        end = run.end()
    return found
