"""What a JsonLogic rule can come to, and what flagd would silently drop in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gmconfig.flag.flagd.bucketing import MOST
from gmconfig.flag.flagd.flag_set import OPERATORS as FLAGD_OPERATORS
from gmconfig.flag.logic.compiler import is_constant
from gmconfig.flag.logic.operators import OPERATORS
from gmconfig.flag.logic.special import SPECIAL
from gmconfig.path import Keys, nearest

KNOWN = (*OPERATORS, *SPECIAL, *FLAGD_OPERATORS, "fractional", "$ref")

Results = dict[str | None, Keys] | None
"""The variants that a rule may give, each with a path to it; None where only evaluating tells."""


class Remark(NamedTuple):
    """Something about a rule, at a path in it."""

    rule: str
    message: str
    keys: Keys
    is_error: bool = True


def remarks(rule: Any, definition: Mapping[str, Any], evaluators: Sequence[str]) -> Iterator[Remark]:
    """Yield what is wrong with a flag's targeting, and what in it makes no difference."""
    if not rule:
        return
    yield from _broken(rule, (), evaluators)
    variants = definition["variants"]
    found = results(rule, ())
    for name, keys in (found or {}).items():
        if name is not None and name not in variants:
            near = nearest(name, tuple(variants))
            more = f', did you mean "{near}"?' if near else ""
            yield Remark("unknown-variant", f'no variant named "{name}"{more}', keys)
    given = {definition.get("defaultVariant") if name is None else name for name in found or ()}
    if len(given) == 1 and len(variants) > 1:
        message = f'every branch gives "{given.pop()}": the other variants are never served'
        yield Remark("constant", message, (), is_error=False)


def results(rule: Any, keys: Keys) -> Results:
    """Give what a rule may come to."""
    if is_constant(rule):
        name = str(rule).lower() if isinstance(rule, bool) else None if rule is None else str(rule)
        return {name: keys}
    name, arguments = next(iter(rule.items())) if isinstance(rule, dict) else ("", [])
    if not isinstance(arguments, list):
        return None
    if name in ("if", "?:"):
        return _of_condition(arguments, (*keys, name))
    return _of_split(arguments, (*keys, name)) if name == "fractional" else None


def _of_condition(arguments: list[Any], keys: Keys) -> Results:
    found: dict[str | None, Keys] = {}
    chosen = [*range(1, len(arguments), 2), *([len(arguments) - 1] if len(arguments) % 2 else [])]
    for index in chosen:
        part = results(arguments[index], (*keys, index))
        if part is None:
            return None
        found |= {name: at for name, at in part.items() if name not in found}
    return found if len(arguments) % 2 else {None: keys, **found}


def _of_split(arguments: list[Any], keys: Keys) -> Results:
    found: dict[str | None, Keys] = {}
    for index, part in enumerate(arguments):
        if isinstance(part, list) and part and not (len(part) == 2 and part[1] == 0):
            inner = results(part[0], (*keys, index, 0))
            if inner is None:
                return None
            found |= {name: at for name, at in inner.items() if name not in found}
    return found


def _broken(rule: Any, keys: Keys, evaluators: Sequence[str]) -> Iterator[Remark]:
    """Yield what is broken in a rule and in everything below it."""
    rest: list[tuple[Any, Keys]] = [(rule, keys)]
    while rest:
        part, at = rest.pop()
        if isinstance(part, list):
            rest.extend(
                (item, (*at, index)) for index, item in enumerate(part) if isinstance(item, dict | list)
            )
        elif isinstance(part, dict) and len(part) == 1:
            name, arguments = next(iter(part.items()))
            yield from _operation(name, arguments, (*at, name), evaluators)
            rest.append((arguments, (*at, name)))


def _operation(name: str, arguments: Any, keys: Keys, evaluators: Sequence[str]) -> Iterator[Remark]:
    if name not in KNOWN:
        near = nearest(name, KNOWN)
        more = f', did you mean "{near}"?' if near else ""
        yield Remark("unknown-operator", f'no operator named "{name}"{more}', keys)
    elif name == "$ref" and arguments not in evaluators:
        yield Remark("unknown-evaluator", f'no evaluator named "{arguments}"', keys)
    elif name == "fractional":
        yield from _weights(arguments, keys)


def _weights(arguments: Any, keys: Keys) -> Iterator[Remark]:
    parts = arguments if isinstance(arguments, list) else []
    total, is_known = 0, True
    for index, part in enumerate(parts):
        if not isinstance(part, list):
            continue
        weight = part[1] if len(part) > 1 else 1
        if isinstance(weight, dict):
            is_known = False
        elif isinstance(weight, bool) or not isinstance(weight, int) or weight < 0:
            message = f"a weight is a whole number, not {weight}: flagd would drop the whole split"
            yield Remark("weight", message, (*keys, index, 1))
            is_known = False
        else:
            total += weight
    if is_known and not 0 < total <= MOST:
        yield Remark("weight", f"the weights add up to {total}: flagd would drop the whole split", keys)
