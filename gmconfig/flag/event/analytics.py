"""Who got what, over time: users by variant and reason, hour by hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gmconfig.flag.event.store import Store

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Hour:
    """So many users got this variant for this reason within the hour that begins at `time` (seconds since 1970)."""

    time: int
    variant: str | None
    reason: str
    users: int


@dataclass(frozen=True, slots=True)
class FeatureAnalytics:
    """The users of a flag, each counted once a variant and reason; who cannot be told apart counts as one.

    Attributes:
        flag: its name.
        environment: where; None where all were counted together.
        since, until: the time that was looked at, in seconds since 1970.
        users: how many users, by variant and reason.
        hours: the same hour by hour, without the hours with nobody.
    """

    flag: str
    environment: str | None
    since: float
    until: float
    users: Mapping[tuple[str | None, str], int]
    hours: tuple[Hour, ...]

    @property
    def total(self) -> int:
        """All users, by variants and reasons added up."""
        return sum(self.users.values())

    @property
    def variants(self) -> dict[str | None, int]:
        """Users by variant."""
        found: dict[str | None, int] = {}
        for (variant, _), users in self.users.items():
            found[variant] = found.get(variant, 0) + users
        return found

    def series(self, variant: str | None, reason: str) -> list[int]:
        """Give the users of each hour, the oldest first, hours with nobody too."""
        begin = int(self.since // _HOUR) * _HOUR
        found = [0] * (int(self.until // _HOUR) - int(self.since // _HOUR) + 1)
        for hour in self.hours:
            if (hour.variant, hour.reason) == (variant, reason):
                found[(hour.time - begin) // _HOUR] += hour.users
        return found


def analytics(
    store: Store, flag: str, environment: str | None, since: float, until: float
) -> FeatureAnalytics:
    """Count a flag's users."""
    totals = store.users(flag, environment, since, until)
    hours = tuple(Hour(*row) for row in store.exposures(flag, environment, since, until))
    users = {(variant, reason): count for variant, reason, count in totals}
    return FeatureAnalytics(flag, environment, since, until, users, hours)
