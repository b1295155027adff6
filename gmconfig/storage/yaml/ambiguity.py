"""Traps: plain values that readers of YAML 1.1 and 1.2 take for different things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.storage.yaml.nodes import LIST, MAP, SCALAR, Node, Stream
from gmconfig.storage.yaml.positions import named_children

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.path import Keys

_BOOLEANS = frozenset(
    word for base in ("yes", "no", "on", "off", "y", "n") for word in (base, base.title(), base.upper())
)
_CANDIDATE = re.compile(r"[-+.0-9yYnNoO]")
_OCTAL = re.compile(r"[-+]?0[0-9_]+")
_NEW_OCTAL = re.compile(r"0o[0-7]+")
_EXPONENT = re.compile(r"[-+]?(?:[0-9]+[eE][-+]?[0-9]+|[0-9]*\.?[0-9]+[eE][0-9]+|[0-9]+\.[0-9]*[eE][0-9]+)")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_UNDERSCORE = re.compile(r"[-+]?(?:0[xb])?[0-9][0-9a-fA-F_]*_[0-9a-fA-F_]*(?:\.[0-9_]*)?")
_BINARY = re.compile(r"[-+]?0b[01_]+|[-+]0x[0-9a-fA-F_]+")
_TRAILING_ZERO = re.compile(r"[0-9]+\.[0-9]*0")
_VERSION_KEY = re.compile(r"(?:^|[-_.])(?:version|release|tag|revision)$|[a-z]Version$|appVersion", re.I)

_TREE_AS_KEY = "a map or list where a key belongs, which most readers refuse: {{ a template }} needs quotes"


class Trap(NamedTuple):
    """One value that readers disagree about, and how to write it so that they do not."""

    node: Node
    keys: Keys
    rule: str
    message: str
    document: int = 1

    @property
    def width(self) -> int:
        """How many columns to point at."""
        return max(1, len(self.node.text)) if self.node.kind == SCALAR else 1


def traps(stream: Stream) -> Iterator[Trap]:
    """Yield the traps of a file in its order; a trapped key has the path of its entry."""
    for number, document in enumerate(stream.documents, 1):
        for node, keys in _scalars(document, ()):
            found = _trap(node.text, keys)
            if found:
                yield Trap(node, keys, *found, number)
        for node, keys in _trees_as_keys(document, ()):
            yield Trap(node, keys, "key", _TREE_AS_KEY, number)


def _trees_as_keys(node: Node, keys: Keys) -> Iterator[tuple[Node, Keys]]:
    """Yield keys that are maps or lists, as a template without quotes makes them."""
    key_nodes = iter(node.entries) if node.kind == MAP else None
    for name, child in named_children(node):
        if key_nodes is not None and (key := next(key_nodes)[0]).kind in (MAP, LIST):
            yield key, (*keys, name)
        yield from _trees_as_keys(child, (*keys, name))


def _scalars(node: Node, keys: Keys) -> Iterator[tuple[Node, Keys]]:
    """Yield plain untagged scalars that may be traps, keys included."""
    if node.kind == SCALAR:
        if not node.style and node.tag is None and _CANDIDATE.match(node.text):
            yield node, keys
        return
    key_nodes = iter(node.entries) if node.kind == MAP else None
    for name, child in named_children(node):
        if key_nodes is not None:
            yield from ((key, (*keys, name)) for key, _ in _scalars(next(key_nodes)[0], ()) if _is_word(key))
        yield from _scalars(child, (*keys, name))


def _is_word(key: Node) -> bool:
    return key.text in _BOOLEANS


def _trap(text: str, keys: Keys) -> tuple[str, str] | None:
    if text in _BOOLEANS:
        return (
            "boolean",
            f'YAML 1.1 readers take {text} for a boolean, YAML 1.2 for text: write "{text}", true or false',
        )
    if _OCTAL.fullmatch(text):
        return (
            "octal",
            f"YAML 1.1 readers take {text} for octal, YAML 1.2 for decimal: quote it, or drop the zero",
        )
    if _NEW_OCTAL.fullmatch(text):
        return "octal", f"{text} is {int(text, 8)} in YAML 1.2 and text in YAML 1.1: write {int(text, 8)}"
    if _SEXAGESIMAL.fullmatch(text):
        return "sexagesimal", f"YAML 1.1 readers take {text} for a number in base 60: quote it"
    if _EXPONENT.fullmatch(text):
        return (
            "exponent",
            f"{text} is a number in YAML 1.2 and may be text in YAML 1.1: write {_plain(text)}, or quote it",
        )
    if _BINARY.fullmatch(text) or _UNDERSCORE.fullmatch(text):
        return "number", f"YAML 1.1 readers take {text} for a number, YAML 1.2 for text: quote it"
    return _version(text, keys)


def _version(text: str, keys: Keys) -> tuple[str, str] | None:
    if _TRAILING_ZERO.fullmatch(text) and keys and _VERSION_KEY.search(str(keys[-1])):
        return "version", f'{text} is the number {float(text)}, so the zero is lost: write "{text}"'
    return None


def _plain(text: str) -> str:
    from gmconfig.storage.yaml.writer import scalar

    return scalar(float(text))
