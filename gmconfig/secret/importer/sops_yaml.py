"""sops' YAML, whose text is kept: secrets stay where they stand, comments are opened, the metadata goes."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration
from gmconfig.secret.importer import sops_cipher as cipher
from gmconfig.secret.importer.comments import holds_secret, left_out
from gmconfig.secret.importer.imported import Imported, Leaf, end_of
from gmconfig.secret.importer.sops import Hash, Metadata, unsealed
from gmconfig.storage.yaml.constructor import construct, key_of
from gmconfig.storage.yaml.splice import Splice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.path import Keys
    from gmconfig.secret.importer.keyring import KeyRing
    from gmconfig.storage.yaml import Node, Stream

_COMMENT = re.compile(r"#[ \t]*(ENC\[AES256_GCM,[^\]\n]*,type:comment\])")


def read_yaml(text: str, file: str, keys: KeyRing) -> Imported:
    """Open a YAML file of sops."""
    from gmconfig.storage.yaml import compose

    stream = compose(text.encode(), file)
    if len(stream.documents) != 1 or stream.documents[0].kind != "map":
        raise BrokenConfiguration(f'"{file}" is not one map', hint="import several documents one by one")
    return _Reader(stream, file, keys).read()


class _Reader:
    """Walks over one file in its order, as the hash does."""

    def __init__(self, stream: Stream, file: str, keys: KeyRing) -> None:
        self.text = stream.text
        self.root = stream.documents[0]
        self.file = file
        self.metadata = Metadata(self._sops(), file)
        self.key = self.metadata.key(keys)
        self.total = Hash(self.metadata)
        self.leaves: list[Leaf] = []
        self.edits: list[Splice] = []
        self.places: list[tuple[int, Keys]] = []
        self.left_out = 0
        self.shown = 0

    def read(self) -> Imported:
        for node, keys in self._walk(self.root, ()):
            self._scalar(node, keys)
        self.metadata.verify(self.key, self.total.digest)
        for found in _COMMENT.finditer(self.text):
            plain = self._comment(found[1], found.start())
            self.edits.append(Splice(found.start(), found.end(), self._shown(plain)))
        self.edits.append(Splice(*self._metadata_span(), ""))
        return Imported(self.text, self.leaves, self.edits, [], list(self._of_comments()))

    def _sops(self) -> object:
        found = [value for key, value in self.root.entries if key_of(key) == "sops"]
        return construct(found[0]) if found else None

    def _walk(self, node: Node, keys: Keys) -> Iterator[tuple[Node, Keys]]:
        node = node.resolved()
        if node.kind == "map":
            for key, value in node.entries:
                name = key_of(key)
                if keys or name != "sops":
                    yield from self._walk(value, (*keys, name))
        elif node.kind == "list":
            items = [item for item in node.items if not self._is_comment(item)]
            numbers = {id(item): number for number, item in enumerate(items)}
            for item in node.items:
                yield from self._walk(item, (*keys, numbers.get(id(item), 0)))
        else:
            yield node, keys

    def _scalar(self, node: Node, keys: Keys) -> None:
        self.places.append((node.start, keys))
        if not cipher.is_sealed(node.text):
            self.total.plain(node.value)
            return
        found = unsealed(node.text, self.key, keys, self.file)
        self.total.opened(found)
        end = end_of(self.text, node)
        if found.kind == "comment":
            dash = self.text.rindex("-", 0, node.outer)
            self.edits.append(Splice(dash, end, self._shown(str(found.value))))
        else:
            self.leaves.append(Leaf(keys, node.outer, end, found.value))

    def _is_comment(self, node: Node) -> bool:
        return node.kind == "scalar" and cipher.is_sealed_comment(node.text)

    def _comment(self, sealed: str, at: int) -> str | None:
        """Open a comment: it is bound to the map or list around it, which is most likely near."""
        index = bisect_left(self.places, (at, ()))
        near = self.places[max(0, index - 1) : index + 1]
        likely = [keys[:length] for _, keys in reversed(near) for length in range(len(keys), -1, -1)]
        others = (keys[:length] for _, keys in self.places for length in range(len(keys) + 1))
        tried: set[bytes] = set()
        for keys in (*likely, *others):
            bound = cipher.associated(keys)
            if bound not in tried:
                tried.add(bound)
                found = cipher.opened(sealed, self.key, bound)
                if found:
                    return str(found.value)
        return None

    def _shown(self, plain: str | None) -> str:
        """Give a comment in plain, unless it seems to hold a secret itself."""
        if plain is None or holds_secret(plain, self.leaves):
            self.left_out += 1
            return "#"
        self.shown += 1
        return "".join(f"#{line}" for line in plain.splitlines(keepends=True)) or "#"

    def _metadata_span(self) -> tuple[int, int]:
        """Give the lines of the `sops:` entry."""
        for number, (key, value) in enumerate(self.root.entries):
            if key_of(key) == "sops":
                start = self.text.rfind("\n", 0, key.start) + 1
                following = self.root.entries[number + 1 :]
                if following:
                    return start, self.text.rfind("\n", 0, following[0][0].start) + 1
                return start, len(self.text) if value.end >= len(self.text.rstrip()) else value.end + 1
        raise AssertionError  # whoever came here has read it

    def _of_comments(self) -> Iterator[str]:
        if self.shown:
            yield f"comments that sops had sealed stand in plain now: {self.shown}"
        yield from left_out(self.left_out)
