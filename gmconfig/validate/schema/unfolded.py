"""How many schemas one schema stands for: a kilobyte of references to each other can mean more than time allows.

Counted are those that are asked about the same value: `allOf` and its like, and what a `$ref` leads to. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gmconfig.validate.schema.resources import joined

MOST = 10_000
"""What people write comes to a few dozen."""

_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("not", "if", "then", "else")
_MAPS = ("dependentSchemas", "dependencies")
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_NAMES = ("$id", "id", "$anchor", "$dynamicAnchor")


def unfolds_without_end(schema: Any, base: str, retrieve: Callable[[str], Any]) -> bool:
    """Whether somewhere in a schema more than MOST are asked about one value."""
    count = _Count(schema, base, retrieve)
    return any(count.of(part) > MOST for part in _parts(schema))


def _parts(tree: Any) -> Iterator[Any]:
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


class _Count:
    """Counts each part once; one that contains itself adds nothing the second time."""

    def __init__(self, root: Any, base: str, retrieve: Callable[[str], Any]) -> None:
        self._root, self._base, self._retrieve = root, base, retrieve
        self._counts: dict[int, int] = {}
        self._named: dict[str, Any] = {}
        self._files: dict[str, Any] = {}
        for part in _parts(root):
            self._named.update({part[name]: part for name in _NAMES if isinstance(part.get(name), str)})

    def of(self, schema: Any) -> int:
        """Give how many schemas one stands for, itself included, up to a little more than MOST."""
        if not isinstance(schema, dict):
            return 1
        if id(schema) not in self._counts:
            self._counts[id(schema)] = 1
            total = 1
            for other in self._beside(schema):
                total += self.of(other)
                if total > MOST:
                    break
            self._counts[id(schema)] = total
        return self._counts[id(schema)]

    def _beside(self, schema: dict[str, Any]) -> Iterator[Any]:
        for name in _LISTS:
            yield from schema[name] if isinstance(schema.get(name), list) else ()
        for name in _MAPS:
            yield from schema[name].values() if isinstance(schema.get(name), dict) else ()
        yield from (schema[name] for name in _SINGLE if name in schema)
        for name in _REFERENCES:
            if isinstance(schema.get(name), str):
                yield self._meant(schema[name])

    def _meant(self, reference: str) -> Any:
        """Give what a reference leads to; what leads nowhere is somebody else's to tell."""
        uri, _, fragment = reference.partition("#")
        tree = self._named.get(uri, self._root) if not uri or uri in self._named else self._file(uri)
        if fragment and not fragment.startswith("/"):
            return self._named.get(fragment)
        for word in _unquoted(fragment).split("/")[1:]:
            key = word.replace("~1", "/").replace("~0", "~")
            if isinstance(tree, list) and key.isdecimal() and int(key) < len(tree):
                tree = tree[int(key)]
            else:
                tree = tree.get(key) if isinstance(tree, dict) else None
        return tree

    def _file(self, uri: str) -> Any:
        if uri not in self._files:
            try:
                self._files[uri] = self._retrieve(joined(self._base, uri))
            except LookupError:
                self._files[uri] = None
        return self._files[uri]


def _unquoted(fragment: str) -> str:
    if "%" not in fragment:
        return fragment
    from urllib.parse import unquote

    return unquote(fragment)
