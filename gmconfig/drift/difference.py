"""What differs between a rendering and what is live, by document and path; secrets stay masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.config.diff import ABSENT, CHANGED, REMOVED, Change, diff
from gmconfig.drift.secrets import Veil
from gmconfig.path import format_keys

if TYPE_CHECKING:
    from gmconfig.target.marker import Marker
    from gmconfig.target.rendering import Rendering
    from gmconfig.target.rendering.rendering import Part

_A_FILE = "a file"


@dataclass(frozen=True, slots=True)
class Difference:
    """One path of a document where live is not what a rendering has.

    Attributes:
        document: its name; for a file that belongs to no document, the file's.
        change: from what is live (`before`) to what the rendering has (`after`); secrets are `Secret`.
        problem: why the file is told of as a whole and not by path; None where it is not.
    """

    document: str
    change: Change
    problem: str | None = None

    @property
    def path(self) -> str:
        """The path as users write it; empty for the whole document."""
        return format_keys(self.change.path) if self.change.path else ""

    @property
    def live(self) -> object:
        """What is there, `ABSENT` for nothing."""
        return self.change.before

    @property
    def wanted(self) -> object:
        """What the rendering has, `ABSENT` for nothing."""
        return self.change.after


def differences(
    rendering: Rendering, files: Mapping[str, bytes], marker: Marker | None
) -> tuple[Difference, ...]:
    """Compare live files with a rendering, as a reader of the files would see both.

    Args:
        rendering: what should be there.
        files: what is there, by name.
        marker: what the live release says of itself, None for what gmconfig did not put there.
    """
    trees, problems = rendering.parsed(files)
    found: list[Difference] = []
    for document, part in rendering.parts.items():
        if document in problems:
            found.append(Difference(document, Change((), _A_FILE, _A_FILE, CHANGED), problems[document]))
        else:
            found.extend(_by_path(rendering, part, trees.get(document, ABSENT), marker))
    return (*found, *map(_stranger, rendering.strangers(files)))


def _by_path(rendering: Rendering, part: Part, live: object, marker: Marker | None) -> Iterator[Difference]:
    veil = Veil(rendering, part, marker)
    found = live if live is ABSENT else veil.over_live(live)
    for change in diff(found, veil.over_wanted(part.tree)):
        yield Difference(part.document, change)


def _stranger(name: str) -> Difference:
    return Difference(name, Change((), _A_FILE, ABSENT, REMOVED), "gmconfig did not put it there")


def without(found: Sequence[Difference], others: Sequence[Difference]) -> tuple[Difference, ...]:
    """Give the differences at paths where the others have none."""
    places = {(other.document, other.change.path) for other in others}
    return tuple(one for one in found if (one.document, one.change.path) not in places)
