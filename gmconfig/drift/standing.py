"""How a target stands: in sync, behind what is wanted, drifted from what was put there, or both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Protocol

from gmconfig.config.diff import ABSENT
from gmconfig.drift.difference import Difference, differences, unknowable
from gmconfig.drift.ignore import counted, rules, set_aside
from gmconfig.drift.lost import Lost, lost, without_marker
from gmconfig.errors import GmconfigError
from gmconfig.immutable import Data

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Kind, Live
    from gmconfig.target.marker import Marker
    from gmconfig.target.rendering import Rendering

Put = Callable[["Marker"], "Rendering | None"]
"""Gives what a release was made of, from its record's commit; None where that commit is not at hand."""


class Compare(Protocol):
    """Gives what differs between a rendering and live files, as `differences` does."""

    def __call__(
        self,
        rendering: Rendering,
        files: Mapping[str, bytes],
        marker: Marker | None,
        /,
        *,
        as_put: bool = False,
    ) -> tuple[Difference, ...]:
        """Compare them; `as_put` says that the rendering is what the marker's release was made of."""


class Standing(Data, hidden=("live", "rendering")):
    """One target, compared.

    Attributes:
        target: which.
        live: what is there; None where it cannot be known.
        rendering: what is wanted there; None where that cannot be made.
        changes: what applying would change, ignored paths left out.
        drift: where live is not what the last release put there, ignored paths left out.
        ignored: differences that an `ignore:` rule covers.
        kept: what stays as it is live: what is ignored, and drift that a correction leaves alone.
        lost: what was put there, where live does not say so any more; None where it does, or nothing was.
        error: why the target cannot be compared, None where it can.
    """

    target: Target
    live: Live | None = None
    rendering: Rendering | None = None
    changes: tuple[Difference, ...] = ()
    drift: tuple[Difference, ...] = ()
    ignored: tuple[Difference, ...] = ()
    kept: tuple[Difference, ...] = ()
    error: GmconfigError | None = None
    lost: Lost | None = None

    @property
    def is_new(self) -> bool:
        """Whether gmconfig never put anything there."""
        return self.live is not None and self.live.marker is None and self.lost is None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is there, whether or not something once was."""
        return self.live is not None and self.live.release is None

    @property
    def is_drifted(self) -> bool:
        """Whether live is not what was put there."""
        return bool(self.drift)

    @property
    def is_behind(self) -> bool:
        """Whether what was put there is not what is wanted; the same values sealed anew are no other ones."""
        if self.live is None or self.rendering is None or not self.needs_change:
            return False
        if self.lost is not None:
            return self.lost.wanted != self.rendering.wanted
        return self.live.marker is None or self.live.marker.wanted != self.rendering.wanted

    @property
    def needs_change(self) -> bool:
        """Whether applying would do something: it also takes over what is the same and gmconfig never put there."""
        is_unmarked = self.is_new and self.rendering is not None
        return self.error is None and bool(self.changes or self.drift or is_unmarked)


def standing(
    target: Target,
    kind: Kind,
    wanted: Callable[[], Rendering],
    put: Put,
    today: date,
    compare: Compare = differences,
    last: Callable[[], Lost | None] = lambda: None,
) -> Standing:
    """Look at a target; what goes wrong with one is told in its standing and stops no other.

    A release that lies there untouched and was made of what is wanted needs no look at its content. What the
    records say of it (`last`) is asked for only where the target itself says nothing.
    """
    rendering = None
    try:
        rendering = wanted()
        live = kind.read()
        found = _compared(target, live, rendering, put, today, compare)
        return found if live.marker else _unmarked(found, live, lost(live, last()))
    except GmconfigError as error:
        return Standing(target, rendering=rendering, error=error)


def _compared(
    target: Target, live: Live, rendering: Rendering, put: Put, today: date, compare: Compare
) -> Standing:
    marker = live.marker
    if live.untouched and marker and marker.wanted == rendering.wanted:
        return Standing(target, live.replaced(files={}), rendering)  # nobody asks for the content again
    ignoring = rules(target.name, target.ignore)
    every = compare(rendering, live.files, marker)
    drift = _drift(live, rendering, put, every, compare)
    if not ignoring:
        return Standing(target, live, rendering, every, drift)
    changes, real = counted(every, ignoring, today), counted(drift, ignoring, today)
    ignored = set_aside((*every, *drift), ignoring, today)
    return Standing(target, live, rendering, changes, real, ignored, kept=tuple(filter(_can_stay, ignored)))


def _unmarked(found: Standing, live: Live, was: Lost | None) -> Standing:
    """Give how a target stands that says nothing of itself: drifted, if something was put there."""
    if was is None:
        return found
    gone = without_marker(live)
    return found.replaced(lost=was, changes=(gone, *found.changes), drift=(gone,))


def _can_stay(one: Difference) -> bool:
    """Whether live has something there that a new release can be given."""
    return one.live is not ABSENT and bool(one.change.path)


def _drift(
    live: Live, rendering: Rendering, put: Put, every: tuple[Difference, ...], compare: Compare
) -> tuple[Difference, ...]:
    """Give where live is not what its release put there; nothing for what gmconfig did not put there."""
    if live.marker is None or live.untouched:
        return ()
    if live.marker.wanted == rendering.wanted:
        return every
    made = put(live.marker)
    if made is None:
        return unknowable(rendering, every, live.marker.commit)
    return compare(made, live.files, live.marker, as_put=True)
