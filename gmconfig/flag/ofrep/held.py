"""What names the flags that hold now: their content, and the last moment at which they changed by themselves."""

from __future__ import annotations

from hashlib import blake2b

from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.ofrep.announcements import Announcement
from gmconfig.flag.ofrep.moments import moments

_LONGEST_REST = 60.0
"""In seconds: clocks are set, and what counts seconds stands still while a machine sleeps."""


class Held:
    """Flags in use since a time (seconds since 1970), with the times that their schedules name."""

    def __init__(self, flags: FlagSet, since: float) -> None:
        text = repr((flags.content, str(flags.bucketing)))
        self._digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
        self._since = int(since)
        rules = [flags.definition(key).get("targeting") for key in flags]
        shared = list((flags.content.get("$evaluators") or {}).values())
        self._moments = sorted(moments([*rules, *shared]))

    def announcement(self, now: float) -> Announcement:
        """Name what holds at a time."""
        passed = max((moment for moment in self._moments if moment <= now), default=0)
        version = f"{self._digest}-{passed}" if passed else self._digest
        return Announcement(version, max(self._since, passed))

    def next_moment(self, now: float) -> int | None:
        """Give the time at which a schedule's next step begins; None if there is none."""
        return next((moment for moment in self._moments if moment > now), None)

    def rest(self, now: float) -> float | None:
        """Give after how many seconds to look at the clock again; None if no step is to come."""
        moment = self.next_moment(now)
        return None if moment is None else min(moment - now + 0.01, _LONGEST_REST)
