"""Another name for a flag: its key is replaced, and with it what other flags require; all else stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gmconfig.errors import Refused
from gmconfig.path import KeyPath
from gmconfig.storage.change import YamlEdit
from gmconfig.storage.yaml.edit import Set

if TYPE_CHECKING:
    from gmconfig.flag.catalogue import Catalogue
    from gmconfig.path import Keys
    from gmconfig.storage.yaml import Node
    from gmconfig.storage.yaml.edit import Edit


@dataclass(frozen=True, slots=True)
class Renaming:
    """A file edit: other edits first, then a flag's key; comments and order stay."""

    edits: YamlEdit
    old: str
    new: str

    def apply(self, old: bytes | None) -> bytes | None:
        """Give the file with the flag under its new name.

        Raises:
            Refused: the name stands in no map of its own, so that it cannot be replaced alone.
        """
        return self._renamed(self.edits.apply(old) or b"")

    def region(self, old: bytes | None) -> Mapping[str, object]:
        """Give what stands under both names, and at the paths of the other edits."""
        both = tuple(Set(KeyPath(("flags", name)), None) for name in (self.old, self.new))
        return YamlEdit(self.edits.file, (*self.edits.edits, *both)).region(old)

    def _renamed(self, raw: bytes) -> bytes:
        from gmconfig.storage.yaml import compose, load, scalar

        stream = compose(raw, self.edits.file)
        key = _key(stream.documents[0], "flags", self.old) if stream.documents else None
        if key is not None:
            text = stream.text[: key.outer] + scalar(self.new) + stream.text[key.end :]
            made = raw[: len(raw) - len(stream.text.encode())] + text.encode()
            if load(made, self.edits.file) == self._expected(load(raw, self.edits.file)):
                return made
        raise Refused(f'"{self.old}" cannot be renamed where it stands', hint="rename it with a text editor")

    def _expected(self, tree: Any) -> Any:
        flags = {self.new if name == self.old else name: flag for name, flag in tree["flags"].items()}
        return {**tree, "flags": flags}


def requiring(catalogue: Catalogue, old: str, new: str) -> Iterator[tuple[str, Edit]]:
    """Yield, by file, what makes other flags require the new name."""
    for name, file in catalogue.flags.items():
        written = file.section("flags")[name]
        parts: dict[Keys, Any] = {("flags", name): written}
        for environment, override in (written.get("environments") or {}).items():
            parts["flags", name, "environments", environment] = override or {}
        for above, part in parts.items():
            changed = _replaced(part.get("requires"), old, new)
            if changed is not None:
                yield file.name, Set(KeyPath((*above, "requires")), changed)


def _replaced(required: Any, old: str, new: str) -> Any:
    """Give what is required with the new name; None where the old one does not stand."""
    if isinstance(required, dict):
        if old in required:
            return {new if name == old else name: variant for name, variant in required.items()}
        return None
    if isinstance(required, list) and old in required:
        return [new if name == old else name for name in required]
    return new if required == old else None


def _key(node: Node, *names: str) -> Node | None:
    for index, name in enumerate(names):
        if node.kind != "map":
            return None
        pair = next((pair for pair in node.entries if pair[0].text == name and not pair[0].is_merge), None)
        if pair is None or index == len(names) - 1:
            return pair[0] if pair else None
        node = pair[1]
    return None
