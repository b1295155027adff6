"""JSON Schema's patterns are ECMA 262 regular expressions, which Python's `re` only resembles.

They, and what they are tried on, are other people's: the engine that tries them gives up on those that would take
for ever, and that it does not match is its verdict then.
"""

from __future__ import annotations

from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    import regress
    from jsonschema_rs import Validator


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> regress.Regex | None:
    """Compile a pattern in Unicode mode; None if it is not one."""
    import regress

    try:
        return regress.Regex(pattern, "u")
    except (regress.RegressError, UnicodeEncodeError):  # half a surrogate pair is no character
        return None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; a pattern that is not one matches nothing."""
    engine = _engine(pattern)
    return engine is not None and engine.is_valid(_whole(text))


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
