"""JSON Schema's patterns are ECMA 262 regular expressions, which Python's `re` only resembles."""

from functools import lru_cache

import regress


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> "regress.Regex | None":
    """Compile a pattern in Unicode mode; None if it is not one."""
    try:
        return regress.Regex(pattern, "u")
    except (regress.RegressError, UnicodeEncodeError):  # half a surrogate pair is no character
        return None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; a pattern that is not one matches nothing."""
    regex = compiled(pattern)
    return regex is not None and regex.find(_whole(text)) is not None


def _whole(text: str) -> str:
    """Give a text in which halves of surrogate pairs, which JSON and YAML can escape, are replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
