"""Cut a YAML text down to a part of its data, so that comments and formatting of what stays are kept.

What goes are whole lines: an entry or item with its own comment above it. Aliases and merge keys reach across
the text: in a base, what they brought is written out where what they stand for does not stay whole; in an
overlay, which may repeat what its base says, what they stand for stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.adoption.text_cut import BaseCut, OverlayCut, nodes_of
from gmconfig.config.equal import same
from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.path import KeyPath
from gmconfig.storage.yaml import compose, construct, dump, load
from gmconfig.storage.yaml.edit import Set, edit
from gmconfig.storage.yaml.splice import Splice, spliced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gmconfig.config.adoption.text_cut import Cut
    from gmconfig.config.strategy import Rules
    from gmconfig.path import Keys
    from gmconfig.storage.yaml import Node, Stream


def base_text(raw: bytes, wanted: object, rules: Rules) -> bytes:
    """Give a file's text with exactly what is wanted left: a part of its data."""
    found = _reduced(raw, wanted, rules, BaseCut)
    return found if _reads(found, lambda tree: same(tree, wanted)) else dump(wanted)


def overlay_text(raw: bytes, wanted: object, rules: Rules, fits: Callable[[object], bool]) -> bytes:
    """Give a file's text with at least what is wanted left, and no more than what `fits` allows."""
    found = _reduced(raw, wanted, rules, OverlayCut)
    return found if _reads(found, fits) else base_text(raw, wanted, rules)


def _reduced(raw: bytes, wanted: object, rules: Rules, kind: type[Cut]) -> bytes:
    stream = compose(raw)
    if not wanted or not stream.documents:
        return b""
    root = stream.documents[0]
    special: set[int] = set()
    while True:
        cut = kind(stream, special)
        splices = _disjoint(cut.node(root, construct(root), wanted, rules))
        more = _torn(root, splices) - special
        if not more:
            return _completed(_spliced(stream, splices), wanted)
        special |= more


def _completed(raw: bytes, wanted: object) -> bytes:
    """Write what is wanted and was never there: the nulls that remove, and those of other environments."""
    try:
        missing = list(_missing(load(raw), wanted, ()))
        return edit(raw, [Set(KeyPath(keys), value) for keys, value in missing]) if missing else raw
    except GmconfigError:  # the caller sees that it does not read as it should
        return raw


def _missing(tree: object, wanted: object, keys: Keys) -> Iterator[tuple[Keys, object]]:
    if not isinstance(wanted, dict) or not isinstance(tree, dict | None):
        return
    for key, value in wanted.items():
        if tree is None or key not in tree:
            yield (*keys, key), value
        else:
            yield from _missing(tree[key], value, (*keys, key))


def _torn(root: Node, splices: list[Splice]) -> set[int]:
    """Give the nodes that a remaining alias stands for, and that do not stay whole."""
    left = [node for node in nodes_of(root) if node.kind == "alias" and not _touched(node, splices)]
    return {id(node.resolved()) for node in left if _touched(node.resolved(), splices)}


def _touched(node: Node, splices: list[Splice]) -> bool:
    return any(splice.start < node.end and node.outer < splice.end for splice in splices)


def _disjoint(splices: Iterable[Splice]) -> list[Splice]:
    found: list[Splice] = []
    for splice in sorted(splices):
        if found and splice.start < found[-1].end:
            last = found.pop()
            found.append(Splice(last.start, max(last.end, splice.end), last.text + splice.text))
        else:
            found.append(splice)
    return found


def _spliced(stream: Stream, splices: list[Splice]) -> bytes:
    text = spliced(stream.text, splices)
    return (text.lstrip("\r\n") if splices else text).encode()


def _reads(raw: bytes, fits: Callable[[object], bool]) -> bool:
    try:
        tree = load(raw)
    except BrokenConfiguration:
        return False
    return fits({} if tree is None else tree)
