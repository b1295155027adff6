"""flagd's `fractional`: who falls into which part of a weighted split.

Source:
    flagd's documentation of custom operations; `bucketing.py` names the versions that are followed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import mmh3

from gmconfig.flag.flagd import cbor
from gmconfig.flag.flagd.bucketing import MOST, Bucketing, bytes_of, default_unit, place
from gmconfig.flag.logic.coercion import text
from gmconfig.flag.logic.compiler import Closure, Compiler, is_constant
from gmconfig.flag.logic.shortcuts import variable_name
from gmconfig.flag.logic.variables import variable

_MOST_REMEMBERED = 256
"""Up to which length of a user's key the bytes before it are kept."""

Fractional = Callable[[Compiler, list[Any]], Closure]


def fractional(bucketing: Bucketing) -> Fractional:
    """Give the operator for one bucketing."""

    def compile_split(compiler: Compiler, arguments: list[Any]) -> Closure:
        if arguments and _names_a_unit(arguments[0]):
            parts = [compiler.compile(one) for one in arguments[1:]]
            unit = compiler.compile(arguments[0])
            weighted = _settled(arguments[1:])
            if weighted is not None and _is_text(arguments[0]):
                return _of_text(arguments[0], unit, *weighted, bucketing)
            return _of_unit(bucketing, unit, parts)
        weighted = _settled(arguments)
        if weighted is not None and compiler.subject is not None:
            return _of_user(compiler.subject, *weighted, bucketing)
        return _of_anything(bucketing, [compiler.compile(one) for one in arguments])

    return compile_split


def shares(split: Sequence[Any], bucketing: Bucketing) -> tuple[list[Any], list[int]] | None:
    """Give a split's variants with where each one's part ends; None if flagd would drop it."""
    variants, weights = [], []
    for part in split:
        if not isinstance(part, list | tuple) or not 1 <= len(part) <= 2:
            return None
        weight = _weight(part[1], bucketing) if len(part) == 2 else 1
        if weight is None:
            return None
        variants.append(part[0])
        weights.append(weight)
    ends = list(accumulate(weights))
    return (variants, ends) if ends and 0 < ends[-1] <= MOST else None


def _weight(value: Any, bucketing: Bucketing) -> int | None:
    """Give a weight; negative ones come from rollouts over time and count as nothing."""
    if isinstance(value, float) and value.is_integer() and bucketing is Bucketing.V2:
        value = int(value)  # Go reads every number as a float
    return max(0, value) if isinstance(value, int) and not isinstance(value, bool) else None


def _names_a_unit(rule: Any) -> bool:
    """Whether the first argument is a unit for sure: a text, or an operation that gives no list."""
    return isinstance(rule, str) or _is_text(rule)


def _is_text(rule: Any) -> bool:
    return isinstance(rule, str) or (isinstance(rule, dict) and list(rule) in (["cat"], ["substr"]))


def _settled(parts: list[Any]) -> tuple[list[Any], list[int]] | None:
    """Give variants and ends of a split that is constant and sound."""
    return shares(parts, Bucketing.V3) if is_constant(parts) else None


def _of_text(rule: Any, unit: Closure, variants: list[Any], ends: list[int], bucketing: Bucketing) -> Closure:
    """Give a short way: a unit that is a text, and constant weights."""
    choose = _chooser(variants, ends)
    salted = _salted(rule)
    if salted is not None:
        return _of_salted(*salted, choose, bucketing)
    if bucketing is Bucketing.V2:
        return lambda data: choose(unit(data).encode())
    return lambda data: choose(cbor.text(unit(data)))


def _of_user(flag: str, variants: list[Any], ends: list[int], bucketing: Bucketing) -> Closure:
    """Give a short way for the shorthand: the flag's name and the targeting key are the unit."""
    choose, is_v2 = _chooser(variants, ends), bucketing is Bucketing.V2
    head = flag.encode() if is_v2 else b"\x82" + cbor.text(flag)

    def choose_user(data: Any) -> Any:
        key = data.get("targetingKey")
        if not isinstance(key, str) or not (key or is_v2):
            return None
        return choose(head + (key.encode() if is_v2 else cbor.text(key)))

    return choose_user


def _chooser(variants: list[Any], ends: list[int]) -> Callable[[bytes], Any]:
    """Give what finds the variant of a unit's bytes: by where each part ends on the line of hashes.

    A hash lies in a part, `(hash * total) >> 32 < end`, exactly if it is below that end's share of all hashes.
    """
    hashed = mmh3.mmh3_32_uintdigest
    limits = [-(-(end << 32) // ends[-1]) for end in ends]
    if len(ends) == 2:
        limit, (chosen, other) = limits[0], variants
        return lambda raw: chosen if hashed(raw) < limit else other
    return lambda raw: variants[bisect_right(limits, hashed(raw))]


def _salted(rule: Any) -> tuple[str, str] | None:
    """Give salt and attribute of the unit that rollouts have, `{"cat": [SALT, {"var": NAME}]}`."""
    parts = rule.get("cat") if isinstance(rule, dict) else None
    if not isinstance(parts, list) or len(parts) != 2 or not isinstance(parts[0], str):
        return None
    name = variable_name(parts[1])
    return None if name is None or "." in name else (parts[0], name)


def _of_salted(salt: str, name: str, choose: Callable[[bytes], Any], bucketing: Bucketing) -> Closure:
    """Give the shortest way: the bytes before the attribute's own depend on its length alone."""
    begin = _Beginnings(salt.encode(), bucketing)

    def choose_salted(data: Any) -> Any:
        value = data.get(name) if type(data) is dict else variable(data, name)
        raw = value.encode() if type(value) is str else text(value).encode()
        return choose(begin[len(raw)] + raw)

    return choose_salted


class _Beginnings(dict[int, bytes]):
    """What stands before so many bytes of text, so that all of it is the unit's bytes."""

    def __init__(self, salt: bytes, bucketing: Bucketing) -> None:
        self._salt = salt
        self._bucketing = bucketing

    def __missing__(self, size: int) -> bytes:
        head = b"" if self._bucketing is Bucketing.V2 else cbor.text_head(len(self._salt) + size)
        found = head + self._salt
        if size < _MOST_REMEMBERED:
            self[size] = found
        return found


def _of_unit(bucketing: Bucketing, unit: Closure, parts: list[Closure]) -> Closure:
    raw_of = bytes_of(bucketing)

    def choose(data: Any) -> Any:
        return _chosen(raw_of(unit(data)), [part(data) for part in parts], bucketing)

    return choose


def _of_anything(bucketing: Bucketing, arguments: list[Closure]) -> Closure:
    """Give the general form: only with the data at hand it shows whether the first argument is a unit."""
    raw_of = bytes_of(bucketing)

    def choose(data: Any) -> Any:
        values = [one(data) for one in arguments]
        if not values:
            return None
        unit, split = values[0], values[1:]
        if isinstance(unit, list | tuple):
            split = values
        if isinstance(unit, list | tuple) or (unit is None and bucketing is Bucketing.V2):
            unit = default_unit(bucketing, _flag_key(data), data.get("targetingKey"))
        return _chosen(raw_of(unit), split, bucketing)

    return choose


def _flag_key(data: Any) -> str:
    injected = data.get("$flagd", {})
    return str(injected.get("flagKey", ""))


def _chosen(raw: bytes | None, split: list[Any], bucketing: Bucketing) -> Any:
    found = shares(split, bucketing) if raw is not None else None
    if found is None or raw is None:
        return None
    variants, ends = found
    return variants[bisect_right(ends, place(raw, ends[-1]))]
