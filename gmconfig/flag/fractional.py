"""flagd's `fractional`: who falls into which part of a weighted split."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import mmh3

from gmconfig.flag import cbor
from gmconfig.flag.bucketing import MOST, Bucketing, bytes_of, default_unit, place
from gmconfig.flag.logic.compiler import Closure, Compiler, is_constant

Fractional = Callable[[Compiler, list[Any]], Closure]


def fractional(bucketing: Bucketing) -> Fractional:
    """Give the operator for one bucketing."""

    def compile_split(compiler: Compiler, arguments: list[Any]) -> Closure:
        if arguments and _names_a_unit(arguments[0]):
            parts = [compiler.compile(one) for one in arguments[1:]]
            unit = compiler.compile(arguments[0])
            weighted = _settled(arguments[1:])
            if weighted is not None and _is_text(arguments[0]):
                return _of_text(unit, *weighted, bucketing)
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


def _of_text(unit: Closure, variants: list[Any], ends: list[int], bucketing: Bucketing) -> Closure:
    """Give the shortest way: a unit that is a text, and constant weights."""
    total, hashed, encode = ends[-1], mmh3.hash, cbor.text
    if len(ends) == 2:
        end, (chosen, other) = ends[0], variants
        if bucketing is Bucketing.V2:
            return lambda data: chosen if (hashed(unit(data), 0, False) * total) >> 32 < end else other
        return lambda data: chosen if (hashed(encode(unit(data)), 0, False) * total) >> 32 < end else other
    if bucketing is Bucketing.V2:
        return lambda data: variants[bisect_right(ends, (hashed(unit(data), 0, False) * total) >> 32)]
    return lambda data: variants[bisect_right(ends, (hashed(encode(unit(data)), 0, False) * total) >> 32)]


def _of_user(flag: str, variants: list[Any], ends: list[int], bucketing: Bucketing) -> Closure:
    """Give a short way for the shorthand: the flag's name and the targeting key are the unit."""
    total, hashed, encode = ends[-1], mmh3.hash, cbor.text
    is_v2 = bucketing is Bucketing.V2
    head = flag.encode() if is_v2 else b"\x82" + cbor.text(flag)

    def choose(data: Any) -> Any:
        key = data.get("targetingKey")
        if not isinstance(key, str) or not (key or is_v2):
            return None
        raw = head + (key.encode() if is_v2 else encode(key))
        return variants[bisect_right(ends, (hashed(raw, 0, False) * total) >> 32)]

    return choose


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
