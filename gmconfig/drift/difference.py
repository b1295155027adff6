"""What differs between a rendering and what is live, by document and path; secrets stay masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.config.diff import ABSENT, CHANGED, REMOVED, Change, diff
from gmconfig.config.strategy import own_path
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
        named: the path with list items by their declared keys, where that is another one.
    """

    document: str
    change: Change
    problem: str | None = None
    named: str = ""

    @property
    def path(self) -> str:
        """The path as users write it; empty for the whole document."""
        return self.named or (format_keys(self.change.path) if self.change.path else "")

    def is_at(self, path: str) -> bool:
        """Whether a path as users write it is this one, list items by key or by index."""
        return path in (self.path, format_keys(self.change.path))

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
        yield Difference(part.document, change, named=named_path(part, live, change))


def named_path(part: Part, live: object, change: Change) -> str:
    """Write a path with list items by the keys that they merge by; empty where there are none."""
    keys = tuple(key for key in change.path if isinstance(key, str | int))
    if part.form.is_flat or part.source is None or not any(type(key) is int for key in keys):
        return ""
    tree = live if change.kind == REMOVED else part.tree
    return format_keys(own_path(tree, keys, part.source.rules)) if len(keys) == len(change.path) else ""


def _stranger(name: str) -> Difference:
    return Difference(name, Change((), _A_FILE, ABSENT, REMOVED), "gmconfig did not put it there")
