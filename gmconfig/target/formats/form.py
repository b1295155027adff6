"""One way to write configuration to a file, and to read it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gmconfig.errors import BrokenConfiguration
from gmconfig.immutable import Data
from gmconfig.path import Keys


class About(NamedTuple):
    """What a file says about itself beside its content: the document, and how a manifest names it."""

    document: str
    name: str | None = None
    namespace: str | None = None


class Form(Data):
    """How a tree becomes a file and back.

    `render` takes plain values; `parse` gives what every reader of the file would see, and raises ValueError
    or BrokenConfiguration where the file is broken. `paths` is for flat forms, which know nothing but names:
    it gives each name with the path that it was made of. `is_faithful` where a reader gets plain data (maps
    with texts as keys, lists, texts, numbers, booleans, nulls) back exactly as it was written.
    """

    name: str
    extension: str
    render: Callable[[object, About], bytes]
    parse: Callable[[bytes], object]
    paths: Callable[[object], dict[str, Keys]] | None = None
    is_faithful: bool = False

    @property
    def is_flat(self) -> bool:
        """Whether the file is a list of names with texts."""
        return self.paths is not None

    def read(self, raw: bytes) -> object:
        """Give a live file as a tree.

        Raises:
            BrokenConfiguration: it is not of this form; nothing of it is repeated.
        """
        try:
            return self.parse(raw)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BrokenConfiguration):
            raise BrokenConfiguration(f"it is not {self.name} any more") from None
