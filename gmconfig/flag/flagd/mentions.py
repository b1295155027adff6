"""What a rule may read: most flags never look at the clock, so most evaluations need not tell the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_READERS = ("var", "missing", "missing_some")


def may_read_injected(rule: Any) -> bool:
    """Whether a rule may read what flagd adds to the context: the time, the flag's name.

    A reference counts, and so does a variable whose name is only known when it is asked for.
    """
    return _has_operation(rule, _reads)


def _reads(name: str, arguments: Any) -> bool:
    if name in _READERS:
        return not _reads_only_named(arguments)
    return name == "$ref" or (name == "fractional" and _is_shorthand(arguments))


def _reads_only_named(arguments: Any) -> bool:
    names = arguments if isinstance(arguments, list) else [arguments]
    return bool(names) and all(isinstance(name, str) and name and not name.startswith("$") for name in names)


def _is_shorthand(arguments: Any) -> bool:
    """Whether a split names no unit, or one that may turn out to be none."""
    first = arguments[0] if isinstance(arguments, list) and arguments else None
    return not (isinstance(first, str) or (isinstance(first, dict) and list(first) == ["cat"]))


def asks_for_own_key(rule: Any) -> bool:
    """Whether a rule needs the name of the flag that it belongs to, so that no other flag can use it.

    A reference counts: what it leads to may ask.
    """
    return _has_operation(rule, _asks)


def _has_operation(rule: Any, is_meant: Callable[[str, Any], bool]) -> bool:
    """Whether any operation of a rule is meant; without recursion, since rules nest as deep as they like."""
    rest = [rule]
    while rest:
        part = rest.pop()
        if isinstance(part, list):
            rest.extend(() if {str}.issuperset(map(type, part)) else part)
        elif isinstance(part, dict):
            if any(is_meant(name, arguments) for name, arguments in part.items()):
                return True
            rest.extend(part.values())
    return False


def _asks(name: str, arguments: Any) -> bool:
    if name == "$ref":
        return True
    if name == "fractional":
        return _is_shorthand(arguments)
    names = arguments if isinstance(arguments, list) else [arguments]
    return name == "var" and any(isinstance(one, str) and one.startswith("$flagd.flagKey") for one in names)
