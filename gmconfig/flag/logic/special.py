"""The operators that decide themselves what to evaluate: conditions, and loops over lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gmconfig.flag.logic.coercion import truth
from gmconfig.flag.logic.effort import stepping

if TYPE_CHECKING:
    from gmconfig.flag.logic.compiler import Closure, Compiler


def _condition(compiler: Compiler, arguments: list[Any]) -> Closure:
    parts = [compiler.compile(one) for one in arguments]
    pairs = list(zip(parts[0:-1:2], parts[1::2], strict=False))
    otherwise = parts[-1] if len(parts) % 2 else None

    def choose(data: Any) -> Any:
        for condition, result in pairs:
            met = condition(data)
            if met is True or (met is not False and truth(met)):
                return result(data)
        return otherwise(data) if otherwise else None

    return choose


def _all_of(compiler: Compiler, arguments: list[Any]) -> Closure:
    parts = [compiler.compile(one) for one in arguments]

    def conjunction(data: Any) -> Any:
        current = None
        for part in parts:
            current = part(data)
            if not truth(current):
                break
        return current

    return conjunction


def _any_of(compiler: Compiler, arguments: list[Any]) -> Closure:
    parts = [compiler.compile(one) for one in arguments]

    def disjunction(data: Any) -> Any:
        current = None
        for part in parts:
            current = part(data)
            if truth(current):
                break
        return current

    return disjunction


def _looped(
    over: Callable[[list[Any], Closure], Any], fallback: Callable[[], Any], *, short: Callable[[], Any]
) -> Callable[[Compiler, list[Any]], Closure]:
    """Make an operator of a list and a rule; `short` answers for too few arguments, `fallback` for no list."""

    def make(compiler: Compiler, arguments: list[Any]) -> Closure:
        if len(arguments) < 2:
            return lambda _data: short()
        items, each = compiler.compile(arguments[0]), compiler.about(None).compile(arguments[1])

        def loop(data: Any) -> Any:
            found = items(data)
            return stepping(len(found), lambda: over(found, each)) if isinstance(found, list) else fallback()

        return loop

    return make


def _mapped(compiler: Compiler, arguments: list[Any]) -> Closure:
    make = _looped(lambda items, each: [each(item) for item in items], list, short=list)
    return make(compiler, [*arguments, None] if len(arguments) == 1 else arguments)


def _reduced(compiler: Compiler, arguments: list[Any]) -> Closure:
    over, step_rule = [*arguments, None, None][:2]
    items, step = compiler.compile(over), compiler.about(None).compile(step_rule)
    begin = arguments[2] if len(arguments) > 2 else None

    def reduce(data: Any) -> Any:
        found = items(data)
        return stepping(len(found), lambda: folded(found)) if isinstance(found, list) else begin

    def folded(found: list[Any]) -> Any:
        result = begin
        for item in found:
            result = step({"current": item, "accumulator": result})
        return result

    return reduce


def _all_items(items: list[Any], each: Closure) -> bool:
    return bool(items) and all(truth(each(item)) for item in items)


def _some_item(items: list[Any], each: Closure) -> bool:
    return any(truth(each(item)) for item in items)


def _no_item(items: list[Any], each: Closure) -> bool:
    return not _some_item(items, each)


def _kept(items: list[Any], each: Closure) -> list[Any]:
    return [item for item in items if truth(each(item))]


SPECIAL: dict[str, Callable[[Compiler, list[Any]], Closure]] = {
    "if": _condition,
    "?:": _condition,
    "and": _all_of,
    "or": _any_of,
    "filter": _looped(_kept, list, short=list),
    "map": _mapped,
    "reduce": _reduced,
    "all": _looped(_all_items, bool, short=bool),
    "some": _looped(_some_item, bool, short=bool),
    "none": _looped(_no_item, lambda: True, short=lambda: True),
}
