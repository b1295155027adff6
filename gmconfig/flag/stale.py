"""Flags that have done their work: the same for everybody for long, expired, archived, or asked by no program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from gmconfig.flag.compiled import lowering
from gmconfig.flag.lowering import state_of
from gmconfig.flag.requirement import asked
from gmconfig.flag.settled import Settled, settled
from gmconfig.flag.state import FeatureState

if TYPE_CHECKING:
    from gmconfig.flag.catalogue import Catalogue
    from gmconfig.flag.lowering import Lowering
    from gmconfig.flag.past import Version

DAY = 86_400

Chains = Mapping[str | None, tuple[str, ...]]


class Why(StrEnum):
    """Why a flag is stale."""

    SETTLED = "settled"
    EXPIRED = "expired"
    ARCHIVED = "archived"
    UNREFERENCED = "unreferenced"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, in words; `days` says for how long, where that is known."""

    why: Why
    message: str
    days: int | None = None


def reasons(
    catalogue: Catalogue,
    name: str,
    today: str,
    *,
    is_mentioned: bool | None,
    since: Callable[[str], tuple[str, int] | None],
    least: int,
) -> Iterator[Reason]:
    """Yield why a flag is stale.

    `since` gives what everybody gets from it and for how many days; `least` is how many make it stale.
    `is_mentioned` None means that no code was searched.
    """
    flag = catalogue.flag(name, ())
    if state_of(flag) is FeatureState.ARCHIVED:
        yield Reason(Why.ARCHIVED, "archived")
    if flag.get("expires") and str(flag["expires"]) < today:
        yield Reason(Why.EXPIRED, f"expired on {flag['expires']}", _days_between(str(flag["expires"]), today))
    if not flag.get("permanent") and state_of(flag) is not FeatureState.EXPERIMENT:
        found = since(name)
        if found is not None and found[1] >= least:
            yield Reason(Why.SETTLED, f"{found[0]} everywhere for {found[1]:,} days", found[1])
    if is_mentioned is False:
        yield Reason(Why.UNREFERENCED, "no reference in the code")


def required_by(catalogue: Catalogue, name: str) -> tuple[str, ...]:
    """Give the flags that require one, in whatever environment."""
    return tuple(other for other in sorted(catalogue.flags) if name in _required(catalogue, other))


class Settling:
    """Since when each flag gives everybody the same in every environment, told by earlier versions.

    Args:
        current: the flags as they are.
        versions: those of earlier commits, newest first.
        chains: the environments, each with its ancestors.
        now: seconds since 1970.
    """

    def __init__(self, current: Catalogue, versions: Sequence[Version], chains: Chains, now: float) -> None:
        self._now = now
        self._side = _Side(current, chains)
        self._past = [(version.moment, _Side(version.catalogue, chains)) for version in versions]

    def __call__(self, name: str) -> tuple[str, int] | None:
        """Give what everybody gets and for how many days; None where users are told apart, or will be."""
        found = self._side.settled(name)
        if found is None or found.since > self._now:
            return None
        began = self._began(name, found)
        return self._side.share(name, found.variant), int((self._now - began) // DAY)

    def _began(self, name: str, current: Settled) -> float:
        """Walk back as long as it was so; a change that nobody committed yet began now."""
        began = self._now
        for moment, side in self._past:
            found = side.settled(name)
            if found is None or found.variant != current.variant or found.since > began:
                break
            began = min(began, max(moment, found.since))
            if found.since > moment:
                break
        return began


class _Side:
    """One version's flags in every environment; an environment is compiled when it is first asked for."""

    def __init__(self, catalogue: Catalogue, chains: Chains) -> None:
        self._catalogue = catalogue
        self._chains = chains
        self._lowering: dict[str | None, Lowering] = {}

    def settled(self, name: str) -> Settled | None:
        """Give the variant that everybody gets everywhere, and the moment from which the flag says so."""
        if name not in self._catalogue.flags:
            return None
        since, variants = 0, set()
        for environment in self._chains:
            one = settled(self._at(environment), name)
            if one is None:
                return None
            variants.add(one.variant)
            since = max(since, one.since)
        return Settled(variants.pop(), since) if len(variants) == 1 else None

    def share(self, name: str, variant: str | None) -> str:
        """Say in words what everybody gets."""
        value = self._at(next(iter(self._chains))).lowered(name).definition["variants"].get(variant)
        if isinstance(value, bool):
            return "100 %" if value else "0 %"
        return "the program's default" if variant is None else f'"{variant}"'

    def _at(self, environment: str | None) -> Lowering:
        if environment not in self._lowering:
            self._lowering[environment] = lowering(self._catalogue, self._chains[environment])
        return self._lowering[environment]


def last_change(name: str, current: Any, versions: Sequence[Version]) -> Version | None:
    """Give the commit that last changed what is written about a flag; None if nobody committed that."""
    changed = None
    for version in versions:
        file = version.catalogue.flags.get(name)
        if file is None or file.section("flags")[name] != current:
            break
        changed = version
    return changed


def _required(catalogue: Catalogue, name: str) -> set[str]:
    written = catalogue.flags[name].section("flags")[name]
    overrides = [override or {} for override in (written.get("environments") or {}).values()]
    return {needed.flag for part in (written, *overrides) for needed in asked(part)}


def _days_between(first: str, last: str) -> int:
    from datetime import date

    return (date.fromisoformat(last) - date.fromisoformat(first)).days
