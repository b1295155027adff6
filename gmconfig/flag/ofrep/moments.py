"""When flags change by themselves: the times that scheduled rollouts compare the clock with."""

from __future__ import annotations

from typing import Any

from gmconfig.flag.split import NOW

_COMPARING = (">=", ">", "<=", "<")


def moments(rule: Any) -> frozenset[int]:
    """Give every time, in seconds since 1970, that a rule compares the current one with.

    >>> sorted(moments({"if": [{">=": [{"var": "$flagd.timestamp"}, 1800]}, "a", "b"]}))
    [1800]
    """
    found: set[int] = set()
    rest = [rule]
    while rest:
        part = rest.pop()
        if isinstance(part, list):
            rest.extend(item for item in part if isinstance(item, dict | list))
        elif isinstance(part, dict):
            for name, arguments in part.items():
                if name in _COMPARING and isinstance(arguments, list) and NOW in arguments:
                    found.update(one for one in arguments if type(one) is int)
                rest.append(arguments)
    return frozenset(found)
