"""What a flag requires of others: their condition is written into its own, for flagd has no operator for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from gmconfig.flag.flagd.mentions import asks_for_own_key
from gmconfig.flag.trouble import Trouble

if TYPE_CHECKING:
    from gmconfig.flag.lowering import Lowered
    from gmconfig.path import Keys


class Needed(NamedTuple):
    """A flag that must have come to a variant; None is the one that stands for "on"."""

    flag: str
    variant: str | bool | None
    keys: Keys


def asked(flag: Mapping[str, Any]) -> Iterator[Needed]:
    """Yield what a flag requires: one name, several, or names with variants."""
    required = flag.get("requires") or []
    if isinstance(required, str):
        yield Needed(required, None, ("requires",))
    elif isinstance(required, dict):
        for name, variant in required.items():
            yield Needed(name, variant, ("requires", name))
    else:
        for index, name in enumerate(required):
            yield Needed(name, None, ("requires", index))


def satisfied(other: Lowered, needed: Needed) -> Any:
    """Give the rule that says whether another flag came to the variant; a bool where that is settled.

    Raises:
        Trouble: it has no such variant, or buckets by its own name, which it would not see from here.
    """
    definition = other.definition
    wanted = _wanted(definition["variants"], needed)
    default = definition.get("defaultVariant")
    targeting = definition.get("targeting")
    if definition["state"] == "DISABLED":
        return False
    if not targeting:
        return default == wanted
    if asks_for_own_key(targeting):
        message = f'"{needed.flag}" buckets by its own name, which only its own evaluation knows'
        raise Trouble(needed.keys, message, hint='give its fractional a unit: {"cat": [SALT, {"var": KEY}]}')
    return _comes_to(targeting, wanted, is_default=default == wanted)


def _comes_to(targeting: Any, wanted: str, *, is_default: bool) -> Any:
    results: list[Any] = [wanted]
    if wanted in ("true", "false"):
        results.append(wanted == "true")
    if is_default:
        results.append(None)
    tests = [{"===": [targeting, result]} for result in results]
    return tests[0] if len(tests) == 1 else {"or": tests}


def _wanted(variants: Mapping[str, Any], needed: Needed) -> str:
    if needed.variant is None or needed.variant is True:
        true = [name for name, value in variants.items() if value is True]
        if len(true) == 1:
            return true[0]
    elif needed.variant is False:
        false = [name for name, value in variants.items() if value is False]
        if len(false) == 1:
            return false[0]
    elif needed.variant in variants:
        return needed.variant
    hint = f"requires: {{{needed.flag}: VARIANT}}, one of: {', '.join(variants)}"
    raise Trouble(needed.keys, f'"{needed.flag}" has no such variant', hint=hint)
