"""JSON Schema's patterns are ECMA 262 regular expressions, which Python's `re` only resembles.

They, and what they are tried on, are other people's: the engine that tries them gives up on those that would take
for ever, and that it does not match is its verdict then.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from marshal import dumps
from math import prod

LONGEST = 10_000
"""Longer patterns are none: an engine goes as deep as they are long. Longer texts are tried on quick ones only."""

_MOST_STEPS = 20_000_000
"""Half a second; where nothing is counted, an engine takes fifty steps at once."""

_LOOKING = re.compile(r"\(\?<?[=!]|\\[1-9k]")
"""Look-around and references back: each letter of a text can cost as much as all of it."""
_COUNTED = re.compile(r"\{(?:\d*,)?(\d+),?\}")

TYPE_CHECKING = False
if TYPE_CHECKING:
    import regress
    from jsonschema_rs import Validator


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> regress.Regex | None:
    """Compile a pattern in Unicode mode; None if it is not one."""
    import regress

    if len(pattern) > LONGEST:
        return None
    try:
        return regress.Regex(pattern, "u")
    except (regress.RegressError, UnicodeEncodeError):  # half a surrogate pair is no character
        return None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; a pattern that is not one, or takes too long, matches nothing."""
    if is_too_long(pattern, text):
        return False
    engine = _engine(pattern)
    return engine is not None and engine.is_valid(_whole(text))


def is_too_long(pattern: str, text: str) -> bool:
    """Whether to try a pattern on a text could take minutes."""
    if len(text) <= LONGEST:
        return False
    times = prod(int(count[:9]) or 1 for count in _COUNTED.findall(pattern))
    steps = len(text) * max(times, len(pattern) / 50)
    return steps > _MOST_STEPS or _LOOKING.search(pattern) is not None


def has_long_texts(value: object) -> bool:
    """Whether some text in a value, or a key, is longer than every pattern can be tried on."""
    with suppress(ValueError):  # it holds what only we know
        if len(dumps(value)) <= LONGEST:  # type: ignore[arg-type]  # which costs next to nothing
            return False
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if len(one) > LONGEST:
                return True
        elif isinstance(one, dict):
            waiting.extend((*one, *one.values()))
        elif isinstance(one, list | tuple):
            waiting.extend(one)
    return False


@lru_cache(maxsize=4096)
def _engine(pattern: str) -> Validator | None:
    from gmconfig.validate.schema.verdict import BrokenSchema, patterned

    try:
        return patterned(pattern)
    except (BrokenSchema, ValueError):
        return None


def _whole(text: str) -> str:
    """Give a text in which halves of surrogate pairs, which JSON and YAML can escape, are replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
