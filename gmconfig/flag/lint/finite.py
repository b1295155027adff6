"""Numbers that YAML has and JSON has not: a compiled file with one could not be read by anybody."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gmconfig.flag.trouble import Trouble


def check_numbers(definition: Mapping[str, Any]) -> None:
    """Look for infinity and NaN in a definition.

    Raises:
        Trouble: there is one.
    """
    for name, value in definition["variants"].items():
        if _has_no_number(value):
            raise Trouble(("variants", name), "infinity and NaN are not JSON numbers")
    if _has_no_number([definition.get("targeting"), definition.get("metadata")]):
        raise Trouble((), "infinity and NaN are not JSON numbers")


def _has_no_number(tree: Any) -> bool:
    rest = [tree]
    while rest:
        part = rest.pop()
        if type(part) is float and not math.isfinite(part):
            return True
        if isinstance(part, dict):
            rest.extend(part.values())
        elif isinstance(part, list):
            rest.extend(() if {str}.issuperset(map(type, part)) else part)
    return False
