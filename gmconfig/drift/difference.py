"""What differs between a rendering and what is live, by document and path; secrets stay masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gmconfig.config.diff import ABSENT, CHANGED, REMOVED, Change, diff
from gmconfig.drift.defaults import without_defaults
from gmconfig.drift.formatted import as_formatted
from gmconfig.drift.secrets import Veil
from gmconfig.errors import UnknownPath
from gmconfig.immutable import Data
from gmconfig.path import KeyPath, Keys, Segment, format_keys

if TYPE_CHECKING:
    from gmconfig.config.strategy import Rules
    from gmconfig.target.marker import Marker
    from gmconfig.target.rendering import Rendering
    from gmconfig.target.rendering.rendering import Part

LOST = "is not at hand"
"""How the problem of a file ends that cannot be compared with what was put there."""

_A_FILE = "a file"

Path = tuple[Segment, ...]

Side = tuple[Keys, object]
"""Where something stands in a tree, and the tree."""


class Difference(
    Data,
    hidden=("at_live", "at_wanted", "at_source", "hollow"),
    unequal=("at_live", "at_wanted", "at_source", "hollow"),
):
    """One path of a document where live is not what a rendering has.

    Attributes:
        document: its name; for a file that belongs to no document, the file's.
        change: from what is live (`before`) to what the rendering has (`after`); secrets are `Secret`.
        problem: why the file is told of as a whole and not by path; None where it is not.
        at_live: where it stands in what is live; None where that has nothing there.
        at_wanted: where it stands in the rendering; None where that has nothing there.
        at_source: where it stands in the document, where a flat form calls it otherwise.
        hollow: how many maps above it are gone from what is live, too.
    """

    document: str
    change: Change
    problem: str | None = None
    at_live: Side | None = None
    at_wanted: Side | None = None
    at_source: Side | None = None
    hollow: int = 0

    @property
    def path(self) -> str:
        """The path as users write it; empty for the whole document."""
        return format_keys(self.change.path) if self.change.path else ""

    def is_at(self, path: KeyPath) -> bool:
        """Whether a path or a glob means it; list items go by key or by index."""
        return path.segments == self.change.path or any(
            path.matches(keys, tree) for keys, tree in self._sides
        )

    def is_below(self, path: KeyPath) -> bool:
        """Whether it is within what a path means."""
        return any(
            path.matches(keys[:length], tree) for keys, tree in self._sides for length in range(len(keys))
        )

    def is_above(self, path: KeyPath) -> bool:
        """Whether what a path means is within it."""
        length = len(self.change.path)
        return bool(length) and length < len(path.segments) and self.is_at(KeyPath(path.segments[:length]))

    def with_live(self, value: object) -> Difference:
        """Give the same one with another form of what is live."""
        return self.replaced(change=self.change.replaced(before=value))

    @property
    def _sides(self) -> list[Side]:
        return [side for side in (self.at_live, self.at_wanted, self.at_source) if side is not None]

    @property
    def live(self) -> object:
        """What is there, `ABSENT` for nothing."""
        return self.change.before

    @property
    def wanted(self) -> object:
        """What the rendering has, `ABSENT` for nothing."""
        return self.change.after


def differences(
    rendering: Rendering, files: Mapping[str, bytes], marker: Marker | None, *, as_put: bool = False
) -> tuple[Difference, ...]:
    """Compare live files with a rendering, as a reader of the files would see both.

    Args:
        rendering: what should be there.
        files: what is there, by name.
        marker: what the live release says of itself, None for what gmconfig did not put there.
        as_put: whether the rendering is what that release was made of, not what is wanted today.
    """
    trees, problems = rendering.parsed(files)
    found: list[Difference] = []
    for document, part in rendering.parts.items():
        if document in problems:
            found.append(_a_file(document, _A_FILE, problems[document]))
        else:
            veil = Veil(rendering, part, marker, rules_of(part), as_put=as_put)
            found.extend(_by_path(veil, part, trees.get(document, ABSENT)))
    return (*found, *map(_stranger, rendering.strangers(files)))


def placed(part: Part, change: Change, live: object, wanted: object) -> Difference:
    """Give what differs between two trees of a document with where it stands in both."""
    at_live, at_wanted, at_source = _side(change, live), _side(change, wanted), None
    here = at_wanted or at_live
    if here and part.form.is_flat and part.source_keys(here[0]) != here[0]:
        at_source = part.source_keys(here[0]), part.written
    hollow = _hollow(change, live) if at_live is None else 0
    return Difference(part.document, change, None, at_live, at_wanted, at_source, hollow)


def rules_of(part: Part) -> Rules:
    """Give how the lists of a document merge, which is how their items are told apart."""
    return () if part.form.is_flat or part.source is None else part.source.rules


def _by_path(veil: Veil, part: Part, live: object) -> Iterator[Difference]:
    live = as_formatted(part, live) if part.form.is_flat else live
    wanted, found = veil.over_wanted(part.tree), live if live is ABSENT else veil.over_live(live)
    changes = diff(found, wanted, veil.rules)
    if any(change.kind == REMOVED for change in changes):  # else no schema has to be read
        found = veil.over_live(without_defaults(part, live))
        changes = diff(found, wanted, veil.rules)
    for change in changes:
        yield placed(part, change, found, wanted)


def _side(change: Change, tree: object) -> Side | None:
    return _stands(change.path, tree)


def _stands(path: Path, tree: object) -> Side | None:
    try:
        return KeyPath(path).resolve(tree), tree
    except UnknownPath:
        return None


def _hollow(change: Change, live: object) -> int:
    above = (change.path[:length] for length in range(len(change.path) - 1, 0, -1))
    return sum(_stands(path, live) is None for path in above)


def unknowable(rendering: Rendering, every: tuple[Difference, ...], commit: str) -> tuple[Difference, ...]:
    """Tell of edited files as a whole, where what was put there cannot be made again to compare them with.

    Args:
        rendering: what is wanted today.
        every: where live differs from that; a file that does not is told of only if none does.
        commit: what was put there was made of it.
    """
    differing = dict.fromkeys(one.document for one in every)
    problem = f"it was changed by hand; what was put there ({commit[:7]}) {LOST}"
    return tuple(_a_file(document, _A_FILE, problem) for document in differing or rendering.parts)


def _stranger(name: str) -> Difference:
    return _a_file(name, ABSENT, "gmconfig did not put it there")


def _a_file(name: str, wanted: object, problem: str) -> Difference:
    kind = REMOVED if wanted is ABSENT else CHANGED
    return Difference(name, Change((), _A_FILE, wanted, kind), problem, at_live=((), None))
