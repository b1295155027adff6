"""Where references between schemas lead: to files below `schemas/`, and never to the network.

A reference is found by a file's `$id`, by its place beside the referring file, or, for a URL, at
`vendor/<host>/<path>`, which is where `wget -x -P schemas/vendor URL` puts it.
"""

import re
from collections.abc import Callable, Collection, Iterable

BASE = "file:///"
_SPECIAL = frozenset("%?#;\t\r\n")
_BESIDE = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*", re.ASCII)
"""A reference to a file beside the one that refers, or below it, spelled in the one plain way."""

Read = Callable[[str], object]
"""Gives the data of a schema file; raises LookupError where there is no such file, or it is broken."""


class Resources:
    """The schema files that others may refer to.

    `used` collects the files that were needed, `missing` the references that lead nowhere.
    """

    def __init__(self, files: Collection[str], read: Read, folder: str = "schemas") -> None:
        self._files = files
        self._read = read
        self._folder = folder
        self._ids: dict[str, str] | None = None
        self._root = ("", "")
        self.used: set[str] = set()
        self.missing: list[str] = []

    def begin(self, file: str, schema: object) -> str:
        """Make a file the one whose references are followed; gives its base URI."""
        named = schema.get("$id", schema.get("id")) if isinstance(schema, dict) else None
        self._root = (file, named if isinstance(named, str) else "")
        self.used = {file}
        self.missing = []
        return BASE + file

    def retrieve(self, uri: str) -> object:
        """Give the schema that a reference means.

        Raises:
            LookupError: no file below the folder of schemas answers to it.
        """
        uri = uri.partition("#")[0]
        for file in self._candidates(uri):
            if file in self._files:
                try:
                    schema = self._read(file)
                except LookupError:
                    continue
                self.used.add(file)
                return schema
        if uri not in self.missing:
            self.missing.append(uri)
        raise LookupError(uri)

    def _candidates(self, uri: str) -> Iterable[str]:
        if uri.startswith(BASE) and _SPECIAL.isdisjoint(uri):
            yield uri[len(BASE) :].lstrip("/")  # most are plain, and the library of URLs takes 2 ms to load
        from urllib.parse import unquote, urlsplit

        parts = urlsplit(uri)
        path = unquote(parts.path)
        if parts.scheme == "file":
            yield path.lstrip("/")
        yield from self._beside(uri)
        if parts.netloc:
            yield _below(self._folder, f"vendor/{parts.netloc}{path}")
        if uri in self._by_id():
            yield self._by_id()[uri]

    def _beside(self, uri: str) -> Iterable[str]:
        """Yield the file that lies to the root schema as its URI lies to the root's `$id`."""
        from urllib.parse import unquote, urljoin, urlsplit

        file, named = self._root
        start = urljoin(named, ".")
        if urlsplit(named).scheme and start and uri.startswith(start):
            yield _below(file.rpartition("/")[0], unquote(uri[len(start) :]))

    def _by_id(self) -> dict[str, str]:
        if self._ids is None:
            self._ids = {}
            for file in sorted(self._files):
                for name in self._named(file):
                    self._ids.setdefault(name, file)
        return self._ids

    def _named(self, file: str) -> Iterable[str]:
        try:
            schema = self._read(file)
        except LookupError:
            return
        if isinstance(schema, dict):
            for key in ("$id", "id"):
                if isinstance(schema.get(key), str):
                    yield schema[key].rstrip("#")


def joined(base: str, reference: str) -> str:
    """Give the URI that a reference means; one to a file beside the base is put together as it is."""
    if base.startswith(BASE) and _SPECIAL.isdisjoint(base) and _BESIDE.fullmatch(reference):
        return f"{base.rpartition('/')[0]}/{reference}"  # the library of URLs takes 2 ms to load
    from urllib.parse import urljoin

    return urljoin(base, reference)


def _below(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path


def reference_to(schema: object, uri: str, base: str) -> tuple[str | int, ...]:
    """Give the path of the first `$ref` in a schema that leads to this URI; its root if none does."""
    found: list[tuple[str | int, ...]] = []
    _collect(schema, uri, base, (), found)
    return found[0] if found else ()


def _collect(
    node: object, uri: str, base: str, keys: tuple[str | int, ...], found: list[tuple[str | int, ...]]
) -> None:
    from urllib.parse import urljoin

    if isinstance(node, dict):
        named = node.get("$id", node.get("id"))
        base = urljoin(base, named) if isinstance(named, str) else base
        for key in ("$ref", "$dynamicRef", "$schema"):
            target = node.get(key)
            if isinstance(target, str) and urljoin(base, target).partition("#")[0] == uri:
                found.append((*keys, key))
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in children:
        _collect(child, uri, base, (*keys, step), found)
