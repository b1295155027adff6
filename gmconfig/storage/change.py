"""Changes of files: how one is made to any version of a file, and what of the file it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from gmconfig.errors import UnknownPath
from gmconfig.immutable import Immutable

if TYPE_CHECKING:
    from gmconfig.path import KeyPath
    from gmconfig.storage.yaml.edit import Edit


class FileEdit(Protocol):
    """A change that can be made to each version of a file: HEAD's, the index's, the working tree's."""

    def apply(self, old: bytes | None) -> bytes | None:
        """Give the new content; None means no file."""

    def region(self, old: bytes | None) -> object:
        """Give what the change is about to touch, to be compared between versions.

        A mapping names its parts: its keys are what an error message calls them.
        """


class YamlEdit:
    """Edits at paths of one YAML file; every other byte stays as it is."""

    __slots__ = ("_made", "edits", "file")

    def __init__(self, file: str, edits: tuple[Edit, ...]) -> None:
        self.file = file
        self.edits = edits
        self._made: dict[bytes | None, bytes] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, YamlEdit) and (self.file, self.edits) == (other.file, other.edits)

    def __hash__(self) -> int:
        return hash((self.file, self.edits))

    def __repr__(self) -> str:
        return f"YamlEdit({self.file!r}, {self.edits!r})"

    def apply(self, old: bytes | None) -> bytes | None:
        """Give the file with the edits made; a change is planned, checked and committed, but made once."""
        if old not in self._made:
            from gmconfig.storage.yaml.edit import edit

            self._made[old] = edit(old, self.edits, file=self.file)
        return self._made[old]

    def region(self, old: bytes | None) -> Mapping[str, object]:
        """Give the values at the edits' paths, each as a tuple that is empty where nothing stands."""
        from gmconfig.storage.yaml import load_all

        documents = load_all(old, self.file) if old is not None else []
        return {str(one.path): _value(documents, one.path) for one in self.edits}


class WholeFile(Immutable):
    """A file's whole new content, as git stores it; None deletes the file."""

    __slots__ = ("content",)

    def __init__(self, content: bytes | None) -> None:
        self.content = content

    def apply(self, old: bytes | None) -> bytes | None:  # noqa: ARG002 - whatever it was
        """Give the new content."""
        return self.content

    def region(self, old: bytes | None) -> object:
        """Give the old content: all of it is replaced."""
        return old


class Agreed(Immutable):
    """A file's whole content that the caller has agreed to as it lies in the working tree, committed or not."""

    __slots__ = ("content",)

    def __init__(self, content: bytes) -> None:
        self.content = content

    def apply(self, old: bytes | None) -> bytes | None:  # noqa: ARG002 - whatever it was
        """Give the content."""
        return self.content

    def region(self, old: bytes | None) -> object:  # noqa: ARG002 - nobody's change is in the way
        """Give nothing: what differs between versions is what was agreed to."""
        return None


def _value(documents: list[object], path: KeyPath) -> tuple[object, ...]:
    from gmconfig.path import value_at

    number = (path.document or 1) - 1
    if number >= len(documents):
        return ()
    try:
        value = value_at(documents[number], path.resolve(documents[number]))
    except UnknownPath:
        return ()
    return (_comparable(value),)


def _comparable(value: object) -> object:
    """Tell 1 from true and 1.0, which Python takes for equal."""
    if isinstance(value, dict):
        return [(key, _comparable(child)) for key, child in value.items()]
    if isinstance(value, list):
        return [_comparable(child) for child in value]
    return (type(value).__name__, value)
