"""From a flag as people write it to flagd's definition, which is all that is ever evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gmconfig.flag.condition import Conditions
from gmconfig.flag.lint.finite import check_numbers
from gmconfig.flag.logic.compiler import DEEPEST
from gmconfig.flag.requirement import asked, satisfied
from gmconfig.flag.split import Branch, branches
from gmconfig.flag.state import FeatureState
from gmconfig.flag.trouble import Trouble
from gmconfig.path import did_you_mean

BOOLEAN = {"enabled": True, "disabled": False}
LARGEST = 100_000
"""How many parts a flag's targeting may have with everything that it requires."""

_NESTING = frozenset((dict, list))
_RULED = ("users", "rules", "rollout", "schedule", "progressive")
_OWN = (*_RULED, "serve", "default", "variants", "requires", "targeting")
_TOLD = ("description", "owner", "state", "created", "expires", "permanent")


class Lowered(NamedTuple):
    """A flag's flagd definition, with what its branches are called."""

    definition: dict[str, Any]
    labels: tuple[str, ...]


class Lowering:
    """Compiles the flags of one environment, given as they are there; each once."""

    def __init__(self, flags: Mapping[str, Mapping[str, Any]], segments: Mapping[str, Any]) -> None:
        self.flags = flags
        self.segments = segments
        self.conditions = Conditions(segments)
        self._lowered: dict[str, Lowered] = {}
        self._failed: dict[str, Trouble] = {}
        self._open: list[str] = []

    def lowered(self, name: str) -> Lowered:
        """Give one flag's definition.

        Raises:
            Trouble: it cannot be compiled.
        """
        if name in self._failed:
            raise self._failed[name]
        if name not in self._lowered:
            self._open.append(name)
            try:
                made = self._made(name, self.flags[name])
                check_numbers(made.definition)
                self._lowered[name] = _with_experiment(name, self.flags[name], made)
            except Trouble as trouble:
                self._failed[name] = trouble
                raise
            finally:
                self._open.pop()
        return self._lowered[name]

    def _made(self, name: str, flag: Mapping[str, Any]) -> Lowered:
        if "flagd" in flag:
            return _verbatim(flag)
        variants = variants_of(flag)
        default = _variant(flag, "default", variants, None)
        definition: dict[str, Any] = {"state": "ENABLED", "variants": variants}
        found = list(self._branches(name, flag, variants, default))
        definition["defaultVariant"] = default
        if state_of(flag).is_off:
            definition["defaultVariant"], found = off_variant(flag, variants), []
            labels: tuple[str, ...] = ("state",)
        elif len(found) == 1 and found[0].condition is None and found[0].label in ("state", "requires"):
            definition["defaultVariant"] = found[0].result if found[0].label == "state" else default
            labels, found = (found[0].label,), []
        else:
            labels = tuple(branch.label for branch in found)
        return self._assembled(flag, definition, found, labels)

    def _assembled(
        self,
        flag: Mapping[str, Any],
        definition: dict[str, Any],
        found: list[Branch],
        labels: tuple[str, ...],
    ) -> Lowered:
        if definition["defaultVariant"] is None:
            del definition["defaultVariant"]
        targeting = _joined(found)
        if targeting:
            definition["targeting"] = targeting
        told = _metadata(flag)
        if told:
            definition["metadata"] = told
        _check_size(targeting, ("requires",) if "requires" in flag else ())
        return Lowered(definition, labels if targeting or definition.get("defaultVariant") else ())

    def _branches(
        self, name: str, flag: Mapping[str, Any], variants: Mapping[str, Any], default: str | None
    ) -> Iterator[Branch]:
        for needed in asked(flag):
            rule = satisfied(self._required(needed.flag, needed.keys), needed)
            if rule is False:
                yield Branch(None, None, "requires")
                return
            if rule is not True:
                yield Branch({"!": [rule]}, None, f"requires {needed.flag}")
        if "targeting" in flag:
            yield from _raw(flag)
            return
        yield from self._own(name, flag, variants, default)

    def _own(
        self, name: str, flag: Mapping[str, Any], variants: Mapping[str, Any], default: str | None
    ) -> Iterator[Branch]:
        serve = _variant(flag, "serve", variants, "enabled" if _is_plain(flag) else default)
        splits = state_of(flag) in (FeatureState.ROLLOUT, FeatureState.EXPERIMENT)
        if flag.get("users"):
            within = {"in": [{"var": "targetingKey"}, flag["users"]]}
            yield Branch(within, _needed(serve, "users"), "users")
        for index, rule in enumerate(flag.get("rules") or []):
            condition = self.conditions.compile(rule["if"], ("rules", index, "if"))
            chosen = _checked(rule["serve"], variants, ("rules", index, "serve"), _is_plain(flag))
            yield Branch(condition, chosen, f"rules[{index}]")
        if splits:
            _check_split(flag, variants)
            yield from branches(name, flag, _needed(serve, "rollout"), _needed(default, "rollout", "default"))
        else:
            yield Branch(None, serve, "state")

    def _required(self, name: str, keys: tuple[str | int, ...]) -> Lowered:
        if name not in self.flags:
            raise Trouble(keys, f'no flag named "{name}"', hint=did_you_mean(name, tuple(self.flags)))
        if name in self._open:
            circle = " requires ".join([*self._open[self._open.index(name) :], name])
            raise Trouble(keys, f"a circle: {circle}")
        try:
            return self.lowered(name)
        except Trouble as trouble:
            if trouble.message.startswith("a circle"):
                raise Trouble(keys, trouble.message) from trouble
            raise Trouble(keys, f'"{name}" cannot be compiled: {trouble.message}') from trouble


def state_of(flag: Mapping[str, Any]) -> FeatureState:
    """Give a flag's state; one that says none is enabled, unless flagd's own definition of it is not."""
    state = _written(flag)
    return FeatureState.DISABLED if is_off_in_flagd(flag) and not state.is_off else state


def is_off_in_flagd(flag: Mapping[str, Any]) -> bool:
    """Whether it is a definition of flagd's that serves nobody: every program gets its own default."""
    return bool("flagd" in flag and flag["flagd"].get("state") == "DISABLED")


def _written(flag: Mapping[str, Any]) -> FeatureState:
    return FeatureState(flag.get("state") or "enabled")


def variants_of(flag: Mapping[str, Any]) -> dict[str, Any]:
    """Give a flag's variants; a boolean flag has its own unless it names others.

    Raises:
        Trouble: there are none, or not all of one type.
    """
    variants = (flag["flagd"].get("variants") if "flagd" in flag else flag.get("variants")) or {}
    kind = flag.get("type") or ("boolean" if not variants else None)
    if not variants and kind != "boolean":
        raise Trouble(
            (), f"a flag of type {kind} needs variants", hint='variants: {blue: "#00f", red: "#f00"}'
        )
    for name, value in variants.items():
        if kind and type_of(value) != kind:
            raise Trouble(("variants", name), f"expected a value of type {kind}")
        kind = kind or type_of(value)
    return dict(variants) or dict(BOOLEAN)


def type_of(value: Any) -> str | None:
    """Name a variant's type; None for what flagd knows no type for."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "object" if isinstance(value, dict) else None


def off_variant(flag: Mapping[str, Any], variants: Mapping[str, Any]) -> str | None:
    """Give what everybody gets while the flag is off: a boolean's false, else the default."""
    false = [name for name, value in variants.items() if value is False]
    if len(false) == 1:
        return false[0]
    source = flag["flagd"].get("defaultVariant") if "flagd" in flag else flag.get("default")
    return None if source is None else str(source)


def _is_plain(flag: Mapping[str, Any]) -> bool:
    """Whether it is a boolean with the usual two variants, so that true and false name them."""
    return not flag.get("variants") and "flagd" not in flag


def _variant(
    flag: Mapping[str, Any], key: str, variants: Mapping[str, Any], otherwise: str | None
) -> str | None:
    given = flag.get(key)
    if given is None:
        return "disabled" if key == "default" and _is_plain(flag) else otherwise
    return _checked(given, variants, (key,), _is_plain(flag))


def _checked(given: Any, variants: Mapping[str, Any], keys: tuple[str | int, ...], plain: bool) -> str:
    name = ("enabled" if given else "disabled") if plain and isinstance(given, bool) else str(given)
    if isinstance(given, bool) and not plain:
        name = name.lower()
    if name not in variants:
        hint = did_you_mean(name, tuple(variants), f"variants: {', '.join(variants)}")
        raise Trouble(keys, f'no variant named "{name}"', hint=hint)
    return name


def _needed(variant: str | None, key: str, wanted: str = "serve") -> str:
    if variant is None:
        raise Trouble(
            (key,), f'which variant? "{wanted}" is missing', hint=f"{wanted}: VARIANT, beside {key}:"
        )
    return variant


def _check_split(flag: Mapping[str, Any], variants: Mapping[str, Any]) -> None:
    for name in (flag.get("rollout") or {}).get("variants") or ():
        _checked(name, variants, ("rollout", "variants", name), False)
    if "progressive" in flag and "schedule" in flag:
        raise Trouble(("progressive",), '"schedule" and "progressive" exclude each other')


def _raw(flag: Mapping[str, Any]) -> Iterator[Branch]:
    _check_alone(flag, "targeting", _RULED)
    yield Branch(None, flag["targeting"], "targeting")


def _check_alone(flag: Mapping[str, Any], key: str, others: Sequence[str]) -> None:
    """Refuse what would stand beside a raw definition without any effect."""
    clash = next((other for other in others if flag.get(other)), None)
    if clash:
        raise Trouble((clash,), f'"{clash}" and "{key}" exclude each other')


def _verbatim(flag: Mapping[str, Any]) -> Lowered:
    _check_alone(flag, "flagd", _OWN)
    definition = dict(flag["flagd"])
    if _written(flag).is_off:
        definition |= {
            "state": "ENABLED",
            "defaultVariant": off_variant(flag, definition.get("variants") or {}),
        }
        definition.pop("targeting", None)
    return Lowered(definition, ())


def _joined(found: list[Branch]) -> Any:
    """Make one condition of the branches; the only branch of an imported flag stays as it was written."""
    if len(found) == 1 and found[0].condition is None:
        return found[0].result
    parts: list[Any] = []
    for branch in found:
        parts += [branch.result] if branch.condition is None else [branch.condition, branch.result]
    return {"if": parts} if parts else None


def _with_experiment(name: str, flag: Mapping[str, Any], lowered: Lowered) -> Lowered:
    """Let the compiled flag tell of the experiment that runs on it."""
    if not flag.get("experiment") or state_of(flag) is not FeatureState.EXPERIMENT:
        return lowered
    from gmconfig.flag.experiment.definition import metadata

    told = {**lowered.definition["metadata"], **metadata(name, flag, lowered.definition)}
    return lowered._replace(definition={**lowered.definition, "metadata": told})


def _metadata(flag: Mapping[str, Any]) -> dict[str, Any]:
    told = {key: flag[key] for key in _TOLD if flag.get(key) is not None}
    return {**(flag.get("metadata") or {}), **told}


def _check_size(rule: Any, keys: tuple[str | int, ...]) -> None:
    """Refuse a rule that is too large or too deep; what is shared counts as often as it is used."""
    rest, size = [(rule, 1)], 0
    while rest:
        part, depth = rest.pop()
        size += 1
        if size > LARGEST or depth > DEEPEST:
            raise Trouble(keys, "its targeting is too large", hint="require fewer flags of flags")
        if isinstance(part, list) and not _NESTING.isdisjoint(map(type, part)):
            rest.extend((item, depth) for item in part)
        elif isinstance(part, dict):
            rest.extend((item, depth + 1) for item in part.values())
