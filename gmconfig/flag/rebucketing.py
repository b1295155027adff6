"""Changes that deal a flag's users out anew: another salt, unit, name, or bucketing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from gmconfig.errors import BrokenConfiguration
from gmconfig.flag.compiled import compiled
from gmconfig.flag.lowering import state_of
from gmconfig.flag.movement import moves
from gmconfig.flag.people import made_up, units_of
from gmconfig.flag.state import FeatureState

if TYPE_CHECKING:
    from gmconfig.flag.catalogue import Catalogue
    from gmconfig.flag.compiled import Compiled
    from gmconfig.flag.flagd.flag_set import FlagSet
    from gmconfig.flag.people import Person
    from gmconfig.path import Keys

SAMPLE = 10_000
"""How many made-up users say how much a change moves."""

REBUCKET = "GMCONFIG_REBUCKET"
"""A process whose environment has it is allowed to deal users out anew."""

Chains = Mapping[str | None, tuple[str, ...]]
"""Each environment with its ancestors; None is the flags without overrides."""

_SPLIT = (FeatureState.ROLLOUT, FeatureState.EXPERIMENT)


@dataclass(frozen=True, slots=True)
class Rebucketing:
    """A flag whose users fall anew: `moved` says how many of the sample get another variant, and where.

    `what` is name, salt, unit or bucketing; `before` and `after` are its values.
    """

    flag: str
    was: str
    what: str
    before: str
    after: str
    keys: Keys
    moved: Mapping[str | None, int]
    users: int = SAMPLE

    def __str__(self) -> str:
        worst, places = max(self.moved.values()), [name or "the base" for name in self.moved]
        named = ", ".join(places[:3]) + (" and others" if len(places) > 3 else "")
        up_to = "" if len(set(self.moved.values())) == 1 else "up to "
        cause = f'the {self.what} "{self.after}" instead of "{self.before}"'
        return f"{cause}: {up_to}{worst:,} of {self.users:,} users would get another variant in {named}"


def rebucketings(before: Catalogue, after: Catalogue, chains: Chains) -> list[Rebucketing]:
    """Give the flags that would deal their users out anew; none whose answers stay the same."""
    renamed = _renamed(before, after)
    pairs = [
        (renamed.get(name, name), name) for name in after.flags if renamed.get(name, name) in before.flags
    ]
    asked = [
        pair
        for pair in pairs
        if not _is_same(before, after, pair)
        and any(_cause(before, after, pair, chain) for chain in chains.values())
    ]
    if not asked:
        return []
    sides = {name: _sides(before, after, asked, chain) for name, chain in chains.items()}
    found = (_counted(before, after, pair, chains, sides) for pair in asked)
    return [one for one in found if one is not None]


def _is_same(before: Catalogue, after: Catalogue, pair: tuple[str, str]) -> bool:
    was, name = pair
    return (
        was == name and before.bucketing == after.bucketing and _written(before, was) == _written(after, name)
    )


class _Cause(NamedTuple):
    what: str
    before: str
    after: str
    keys: Keys


class _Bucket(NamedTuple):
    salt: str
    unit: str


def _bucket(name: str, flag: Mapping[str, Any]) -> _Bucket | None:
    """Give what users are dealt out by; None where they are not."""
    raw = flag.get("targeting") or (flag.get("flagd") or {}).get("targeting")
    if raw:
        splits = _splits(raw)
        return _Bucket(name, repr(splits)) if splits else None
    if state_of(flag) not in _SPLIT:
        return None
    rollout = flag.get("rollout") or {}
    return _Bucket(rollout.get("salt") or name, rollout.get("by") or "targetingKey")


def _splits(rule: Any) -> list[Any]:
    """Give the units that a raw rule splits by, in the order that they are written in."""
    if isinstance(rule, list):
        return [unit for part in rule for unit in _splits(part)]
    if not isinstance(rule, dict):
        return []
    first = rule.get("fractional")
    own: list[Any] = (
        [first[0]] if isinstance(first, list) and first and isinstance(first[0], str | dict) else []
    )
    return (own or ([None] if first else [])) + [unit for part in rule.values() for unit in _splits(part)]


def _cause(before: Catalogue, after: Catalogue, pair: tuple[str, str], chain: Sequence[str]) -> _Cause | None:
    was, name = pair
    old, new = _bucket(was, before.flag(was, chain)), _bucket(name, after.flag(name, chain))
    if old is None or new is None:
        return None
    if before.bucketing != after.bucketing:
        return _Cause("bucketing", str(before.bucketing), str(after.bucketing), ())
    if old.unit != new.unit:
        return _Cause("unit", old.unit, new.unit, ("rollout", "by"))
    if old.salt == new.salt:
        return None
    by_name = was != name and (old.salt, new.salt) == (was, name)
    return _Cause("name" if by_name else "salt", old.salt, new.salt, () if by_name else ("rollout", "salt"))


def _renamed(before: Catalogue, after: Catalogue) -> dict[str, str]:
    """Give the old names of new flags that say just what a flag which is gone had said."""
    gone = {name: _written(before, name) for name in before.flags if name not in after.flags}
    found: dict[str, str] = {}
    for name in after.flags:
        same = [
            was for was, flag in gone.items() if name not in before.flags and flag == _written(after, name)
        ]
        if len(same) == 1 and same[0] not in found.values():
            found[name] = same[0]
    return found


def _written(catalogue: Catalogue, name: str) -> Any:
    return catalogue.flags[name].section("flags")[name]


Sides = tuple["FlagSet", "FlagSet", list["Person"]]


def _sides(
    before: Catalogue, after: Catalogue, pairs: Sequence[tuple[str, str]], chain: Sequence[str]
) -> Sides | None:
    """Give both sides ready to be asked, with people to ask for; None where one cannot be compiled."""
    try:
        old = compiled(before, chain, {was for was, _ in pairs})
        new = compiled(after, chain, {name for _, name in pairs})
    except BrokenConfiguration:
        return None  # another finding's business
    return old.flag_set(), new.flag_set(), made_up(SAMPLE, _units(old, new))


def _units(*sides: Compiled) -> set[str]:
    return {unit for side in sides for unit in units_of(side.content)}


def _counted(
    before: Catalogue,
    after: Catalogue,
    pair: tuple[str, str],
    chains: Chains,
    sides: Mapping[str | None, Sides | None],
) -> Rebucketing | None:
    was, name = pair
    causes = {where: _cause(before, after, pair, chain) for where, chain in chains.items()}
    moved = dict(_moved(pair, causes, sides))
    if not moved:
        return None
    cause = next(cause for where, cause in causes.items() if cause and where in moved)
    return Rebucketing(name, was, cause.what, cause.before, cause.after, cause.keys, moved)


def _moved(
    pair: tuple[str, str],
    causes: Mapping[str | None, Any],
    sides: Mapping[str | None, Sides | None],
) -> Iterator[tuple[str | None, int]]:
    was, name = pair
    for where, side in sides.items():
        if side is not None and causes[where]:
            old, new, people = side
            count = sum(move.users for move in moves(old, new, name, people, was=was))
            if count:
                yield where, count


def salted_by_name(name: str, flag: Mapping[str, Any]) -> bool:
    """Whether a flag's users would fall anew under another name, and a salt could keep them."""
    bucket = _bucket(name, flag)
    raw = flag.get("targeting") or "flagd" in flag
    return bucket is not None and not raw and bucket.salt == name
