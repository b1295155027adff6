"""What a schema says of keys that are left out: live may have them written out, as an application does that saves.

The other way round nothing is left out: what is wanted in so many words is put there, for readers who know no
schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from gmconfig.config.branch import ABSENT
from gmconfig.config.equal import same
from gmconfig.errors import BrokenConfiguration
from gmconfig.target.formats import About

if TYPE_CHECKING:
    from gmconfig.target.rendering.rendering import Part

_MOST = 20_000
"""Parts of a schema that are looked at: one that is hostile has no end."""


def without_defaults(part: Part, live: object) -> object:
    """Give a live tree without the keys that nobody asked for and that have just the default of the schema."""
    return _without(live, part.tree, _as_read(part))


def defaults_of(schema: object) -> dict[str, object]:
    """Give the defaults of a schema's properties as a tree; only references within the same file are followed."""
    try:
        found = _Reader(schema).default(schema)
    except RecursionError:  # nobody nests like that
        return {}
    return found if isinstance(found, dict) else {}


def _as_read(part: Part) -> object:
    """Give the defaults as a reader of the file would see them."""
    from gmconfig.validate.schema.store import FOLDER, SUFFIXES  # loads an engine, and most looks need none

    if part.source is None:
        return {}
    files = (f"{FOLDER}{part.document}{suffix}" for suffix in SUFFIXES)
    file = next((file for file in files if part.source.snapshot.exists(file)), None)
    if file is None:
        return {}
    tree = _parsed(part.source.snapshot.read(file), file)
    if not part.form.is_flat:
        return tree
    try:
        return part.form.read(part.form.render(tree, About(part.document)))
    except BrokenConfiguration:  # the flat form cannot name all of them
        return {}


@lru_cache(maxsize=16)
def _parsed(raw: bytes, file: str) -> dict[str, object]:
    from gmconfig.validate.source import documents_of

    try:
        return defaults_of(documents_of(raw, file)[0])
    except BrokenConfiguration:
        return {}


def _without(live: object, wanted: object, usual: object) -> object:
    if not (isinstance(live, dict) and isinstance(wanted, dict) and isinstance(usual, dict)):
        return live
    return dict(_kept(live, wanted, usual))


def _kept(
    live: Mapping[str, object], wanted: Mapping[str, object], usual: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    for key, value in live.items():
        if key in wanted:
            yield key, _without(value, wanted[key], usual.get(key))
        elif key not in usual or not _is_usual(value, usual[key]):
            yield key, _without(value, {}, usual.get(key))


def _is_usual(value: object, usual: object) -> bool:
    """Whether a value is the default, or a map of nothing but defaults."""
    if isinstance(value, dict) and isinstance(usual, dict):
        return all(key in usual and _is_usual(item, usual[key]) for key, item in value.items())
    return same(value, usual)


class _Reader:
    """Collects a schema's defaults; what refers to itself is followed once, what has no end to a limit."""

    def __init__(self, root: object) -> None:
        self.root = root
        self.left = _MOST

    def default(self, schema: object, above: tuple[str, ...] = ()) -> object:
        """Give a part's default, those of its properties beneath it; `ABSENT` where there is none."""
        parts = list(self._applying(schema, above))
        beneath = {key: value for one in parts for key, value in self._of_properties(*one)}
        own = next((part["default"] for part, _ in parts if "default" in part), beneath or ABSENT)
        return {**beneath, **own} if isinstance(own, dict) else own

    def _of_properties(
        self, part: Mapping[str, object], above: tuple[str, ...]
    ) -> Iterator[tuple[str, object]]:
        properties = part.get("properties")
        for key, schema in properties.items() if isinstance(properties, dict) else ():
            found = self.default(schema, above)
            if found is not ABSENT:
                yield key, found

    def _applying(
        self, schema: object, above: tuple[str, ...]
    ) -> Iterator[tuple[dict[str, object], tuple[str, ...]]]:
        """Yield a schema and all that holds besides it, each with the references that led to it."""
        self.left -= 1
        if not isinstance(schema, dict) or self.left < 0:
            return
        yield schema, above
        name, every = schema.get("$ref"), schema.get("allOf")
        if isinstance(name, str) and name not in above:
            yield from self._applying(self._referred(name), (*above, name))
        for one in every if isinstance(every, list) else ():
            yield from self._applying(one, above)

    def _referred(self, name: str) -> object:
        found = self.root
        for step in name.removeprefix("#/").split("/") if name.startswith("#/") else [None]:
            key = step.replace("~1", "/").replace("~0", "~") if step is not None else None
            found = found.get(key) if isinstance(found, dict) else None
        return found
