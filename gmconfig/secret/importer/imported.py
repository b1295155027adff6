"""What a peer's file comes to: a YAML text, the secret values in it with their places, what else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import BrokenConfiguration
from gmconfig.storage.yaml.splice import Splice, spliced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gmconfig.path import Keys
    from gmconfig.storage.yaml import Node

LARGEST = 16 * 1024 * 1024


class Leaf(NamedTuple):
    """One secret value: where it is written, its stretch of the text, and what it opens to."""

    keys: Keys
    start: int
    end: int
    value: object

    def __repr__(self) -> str:
        return f"Leaf({self.keys!r})"


class Imported:
    """A file that was opened: `text` still has what the peer wrote where secrets stand.

    `edits` are changes beside the secrets, such as comments in plain; `notes` tell people what was done, and
    `comments` what became of those: it holds where the text itself is written.
    """

    def __init__(
        self,
        text: str,
        leaves: list[Leaf],
        edits: list[Splice],
        notes: list[str],
        comments: Sequence[str] = (),
    ) -> None:
        self.text = text
        self.leaves = leaves
        self.edits = edits
        self.notes = notes
        self.comments = comments

    def __repr__(self) -> str:
        return f"Imported({len(self.leaves)} values)"

    def written(self, put: Callable[[Leaf], str]) -> str:
        """Give the text with something else in each secret's place."""
        own = [Splice(leaf.start, leaf.end, put(leaf)) for leaf in self.leaves]
        return spliced(self.text, [*own, *self.edits])


def of_tree(tree: object, secret: Callable[[Keys], object] = bool) -> Imported:
    """Write a tree as YAML, its secret values marked; for files whose own text is not YAML."""
    from gmconfig.storage.yaml import dump

    text = dump(tree).decode()
    return Imported(text, [leaf for leaf in every_leaf(text) if secret(leaf.keys)], [], [])


def every_leaf(text: str, file: str = "") -> list[Leaf]:
    """Give every scalar of a plain text that says something."""
    return [
        Leaf(keys, node.outer, end_of(text, node), node.value)
        for node, keys in scalars(text, file)
        if node.value is not None
    ]


def scalars(text: str, file: str) -> Iterator[tuple[Node, Keys]]:
    """Yield each scalar of a one-document file once, with the path where it is written.

    Raises:
        BrokenConfiguration: it is not YAML, or holds several documents.
    """
    from gmconfig.storage.yaml import compose, construct

    documents = compose(text.encode("utf-8", "surrogatepass"), file).documents
    if len(documents) > 1:
        raise BrokenConfiguration(
            f'"{file}" holds {len(documents)} YAML documents', hint="import them one by one, a file each"
        )
    found: list[tuple[Node, Keys]] = []

    def note(node: Node, keys: Keys) -> object:
        found.append((node, keys))
        return node.value

    for root in documents:
        construct(root, note, file=file)
    yield from found


def end_of(text: str, node: Node) -> int:
    """Give where a scalar's content ends; a block scalar's last line end belongs to the file."""
    return node.start + len(text[node.start : node.end].rstrip("\r\n"))


def decoded(raw: bytes, file: str) -> str:
    """Give a peer's file as text.

    Raises:
        BrokenConfiguration: it is none, or larger than any file of secrets.
    """
    if len(raw) > LARGEST:
        raise BrokenConfiguration(
            f'"{file}" is larger than {LARGEST // 1024**2} MB: that is not a file of secrets'
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenConfiguration(f'"{file}" is not a text in UTF-8') from None


def as_value(plain: bytes) -> str | bytes:
    """Give opened bytes as text where they are one."""
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return plain
