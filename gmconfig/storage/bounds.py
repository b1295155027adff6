"""How much one file may hold: a value takes a hundred times the memory of the two bytes that spell it.

The bounds, in `gmconfig.storage`, are far above what people write, and low enough for a gigabyte of memory.
"""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration
from gmconfig.storage import MOST_FOR_SLOW, MOST_VALUES, SMALL
from gmconfig.storage.yaml.expansion import DEPTH_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TOO_MANY = f"it holds more than {MOST_VALUES:,} keys and values"
_HINT = "split it into several documents"
_WEIGHTS = {b":": 3, b"?": 3, b"{": 3, b"[": 2, b",": 2, b"-": 2}
"""How many nodes of YAML a sign can begin at the most."""
_SIGNS = b"".join(_WEIGHTS)
_HEAVIEST = max(_WEIGHTS.values())


def check_yaml(raw: bytes, file: str) -> None:
    """Refuse a YAML text that holds too many values; they are counted only where there may be as many.

    Raises:
        BrokenConfiguration: it does.
    """
    if may_overflow(raw) and _overflows(raw):
        from gmconfig.finding import Place

        raise BrokenConfiguration(TOO_MANY, hint=_HINT, place=Place(file))


def may_overflow(raw: bytes) -> bool:
    """Whether a YAML text may hold too many values, by its signs alone, which need no parser."""
    if len(raw) <= SMALL or _HEAVIEST * (len(raw) - len(raw.translate(None, _SIGNS))) < MOST_VALUES:
        return False
    return sum(w * raw.count(sign) for sign, w in _WEIGHTS.items()) >= MOST_VALUES


def read_json(raw: bytes | str, **how: Any) -> Any:
    """Read JSON as `json.loads` does.

    Raises:
        ValueError: it is none, or holds too many values.
        RecursionError: it nests without end.
    """
    import json

    if len(raw) > SMALL and _signs(raw) >= MOST_VALUES:
        raise ValueError(TOO_MANY)
    return json.loads(raw, **how)


def is_too_deep(tree: object) -> bool:
    """Whether a tree nests deeper than a YAML file may."""
    level = [tree]
    for _ in range(DEPTH_LIMIT + 1):
        level = [
            child
            for one in level
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


def read_toml(raw: bytes) -> dict[str, Any]:
    """Read TOML, whose tables take as much memory as they please.

    Raises:
        ValueError: it is none, or large.
        RecursionError: it nests without end.
    """
    import tomllib

    if len(raw) > MOST_FOR_SLOW:
        raise ValueError(f"it is larger than {MOST_FOR_SLOW >> 20} MiB")
    return tomllib.loads(raw.decode())


def _overflows(raw: bytes) -> bool:
    from gmconfig.storage.yaml.native import CParser, YAMLError

    next_event = CParser(raw).get_event
    try:
        return any(number >= MOST_VALUES for number, _ in enumerate(iter(next_event, None)))
    except YAMLError:  # who reads it will say so
        return False


def _signs(raw: bytes | str) -> int:
    """Count what begins a value, outside of texts."""
    import json
    import re

    text = raw if isinstance(raw, str) else raw.decode(json.detect_encoding(raw), "surrogatepass")
    bare = re.sub(r'"[^"\\]*(?:\\.[^"\\]*)*"', "", text, flags=re.DOTALL)
    return sum(map(bare.count, ",[{:"))
