"""JSON Schema's patterns are ECMA 262 regular expressions, which Python's `re` only resembles."""

from functools import lru_cache

import regress


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> "regress.Regex | None":
    """Compile a pattern in Unicode mode; None if it is not one."""
    try:
        return regress.Regex(pattern, "u")
    except regress.RegressError:
        return None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; a pattern that is not one matches nothing."""
    regex = compiled(pattern)
    return regex is not None and regex.find(text) is not None
