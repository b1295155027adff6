"""What every kind of target can do: say what is live, put the next release beside it, replace it in one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from gmconfig.errors import GmconfigError
from gmconfig.immutable import EMPTY, Data

if TYPE_CHECKING:
    from gmconfig.target.marker import Marker

UNMANAGED = "0"
"""The release that was there before gmconfig was."""


class Live(Data, hidden=("files",)):
    """What is on a target now.

    Attributes:
        release: what names it to `activate` and `revert`; None where there is nothing, "0" for what gmconfig
            did not put there.
        files: every file, by its name. Files that cannot be read as plain files are in `problem`.
        marker: what the release's marker says; None for what gmconfig did not put there.
        untouched: whether the files are still, byte for byte, what the marker's release put there; not without one.
        digest: names exactly this state, to bind a plan to it; says nothing about the content.
        problem: what is wrong with it, in words; None where nothing is.
    """

    release: str | None = None
    files: Mapping[str, bytes] = EMPTY
    marker: Marker | None = None
    untouched: bool = False
    digest: str = ""
    problem: str | None = None


class Release(Data, hidden=("files",)):
    """What is to become live: `id` is a name (letters, digits, `-`, `_`, `.`), new for every deployment."""

    id: str
    files: Mapping[str, bytes]
    marker: Marker


class Access(Data, hidden=("environ",)):
    """What this process brings along.

    Attributes:
        root: the project's folder.
        environ: the process's environment: `GMCONFIG_HOST`, passwords, where agents listen.
        take_over: whether what gmconfig did not put there may be replaced (it is kept as release 0).
    """

    root: str
    environ: Mapping[str, str] = EMPTY
    take_over: bool = False


class Kind(Protocol):
    """One target, ready to be asked; made by `kind_of(target, access)`.

    Every method may raise `Unreachable` (exit 3), `Refused` (exit 4) or another `GmconfigError` that says what
    the target refused. One thread at a time uses one of these; many may be used side by side.
    """

    def read(self) -> Live:
        """Give what is live; nothing there is an empty `Live`."""

    def check(self, size: int) -> list[str]:
        """Say what putting `size` bytes there would lack, in words; an empty list if it would work."""

    def stage(self, release: Release) -> None:
        """Put a release beside what is live, whole and safe on disk; nobody sees it yet.

        Doing it again with the same id changes nothing, or replaces what was staged.
        """

    def activate(self, release: Release, *, expected: str | None) -> str:
        """Make a staged release live in one step, and give what names it from now on.

        Activating what is live already changes nothing.

        Raises:
            Refused: the live release is not `expected`, or somebody with a higher fencing number was here.
        """

    def revert(self, to: str | None, *, expected: str | None, fencing: int) -> None:
        """Put back what was live before, by the name that `read` gave it; None takes everything away.

        Raises:
            Refused: the live release is not `expected`, somebody with a higher fencing number was here, or
                `to` is not kept any more.
        """

    def prune(self) -> list[str]:
        """Remove releases beyond those to keep, and what an interrupted run left; give their names."""

    def close(self) -> None:
        """Let go of connections."""


@runtime_checkable
class Remembering(Protocol):
    """A kind that keeps the highest fencing number beside its releases: an older one's marker has a lower one."""

    def fencing(self) -> int:
        """Give the highest fencing number that was ever at work there."""


def highest_fencing(kind: Kind, live: Live | None) -> int:
    """Give the highest fencing number that a target is known to have seen, at least its marker's."""
    marker = live.marker.fencing if live is not None and live.marker else 0
    try:
        return max(marker, kind.fencing() if isinstance(kind, Remembering) else 0)
    except GmconfigError:
        return marker
