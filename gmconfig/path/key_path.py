"""A path as a user writes it, and as it is printed."""

from __future__ import annotations

from gmconfig.path.search import find, matches, meant, step
from gmconfig.path.segment import ANY, DEEP, Keys, Segment, printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class KeyPath:
    """A path as a user writes it, such as `hosts[name=db].port`; immutable.

    Attributes:
        segments: keys, indices, selectors and globs.
        document: the number of the YAML document in a multi-document file, from 1; 0 when none was named.
    """

    __slots__ = ("document", "segments")

    def __init__(self, segments: Sequence[Segment], document: int = 0) -> None:
        self.segments = tuple(segments)
        self.document = document

    @classmethod
    def parse(cls, text: str) -> KeyPath:
        """Read a path; the empty text is the whole document.

        Raises:
            UsageError: the text is not a path.
        """
        from gmconfig.path.parser import Parser

        return cls(*Parser(text).path())

    def __str__(self) -> str:
        prefix = f"#{self.document}:" if self.document else ""
        return prefix + printed(self.segments)

    def __repr__(self) -> str:
        return f"KeyPath({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyPath) and (self.segments, self.document) == (
            other.segments,
            other.document,
        )

    def __hash__(self) -> int:
        return hash((self.segments, self.document))

    @property
    def is_glob(self) -> bool:
        """Whether the path may mean several places."""
        return any(segment is ANY or segment is DEEP for segment in self.segments)

    def matches(self, keys: Keys, tree: object = None) -> bool:
        """Whether a concrete path is one that this path means; `tree` is needed for selectors only."""
        return matches(self.segments, keys, tree)

    def resolve(self, tree: object) -> Keys:
        """Give the concrete path in this tree: selectors and negative indices become positions.

        Raises:
            UnknownPath: nothing stands there; the hint names the nearest path that exists.
        """
        keys: Keys = ()
        node = tree
        for segment in self.segments:
            key = step(node, segment, self, keys)
            node = node[key]  # type: ignore[index]  # _step proved that it is a container that holds the key
            keys = (*keys, key)
        return keys

    def reached(self, tree: object) -> Keys:
        """Give as much of the concrete path as there is in this tree, from its root on."""
        keys: Keys = ()
        for segment in self.segments:
            found = meant(tree, segment)
            if len(found) != 1:
                break
            tree = tree[found[0]]  # type: ignore[index]  # a container that holds the key
            keys = (*keys, found[0])
        return keys

    def find(self, tree: object) -> Iterator[Keys]:
        """Yield every concrete path in the tree that this path means, in the tree's order."""
        return find(self.segments, tree, ())


def format_keys(keys: Sequence[Segment], document: int = 0) -> str:
    """Print a concrete path so that `KeyPath.parse` reads it back."""
    return str(KeyPath(keys, document))
