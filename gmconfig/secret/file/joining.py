"""Plain values that one side alone changed, written into all sides: neighbours do not collide then.

What lines still cannot merge is merged key by key.

As with sealed values, each is told by its path. Only single-line values in maps, and in items of lists that have
a declared key, are joined: an index tells nothing once an item was put in front.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gmconfig.errors import GmconfigError
from gmconfig.secret.file.editing import Contexts, scalars
from gmconfig.secret.file.nesting import merged_maps
from gmconfig.secret.token import Context, is_token

LineMerge = Callable[[bytes, bytes, bytes], tuple[bytes, bool]]


class _Written(NamedTuple):
    """A value as it stands in a text, tag included."""

    start: int
    end: int
    text: str


def joined(texts: tuple[bytes, bytes, bytes], file: str, context: Contexts, lines: LineMerge) -> bytes | None:
    """Merge (base, ours, theirs) with what only one side changed settled before; None where they clash still."""
    try:
        sides = tuple(_values(raw, file, context) for raw in texts)
        settled = _settled(*sides)
        base, ours, theirs = (_with(raw, side, settled) for raw, side in zip(texts, sides, strict=True))
        content, is_clean = lines(base, ours, theirs)
        if not is_clean:
            return merged_maps(base, ours, theirs, lines)
        found = _values(content, file, context)
    except GmconfigError:
        return None
    kept = all(place in found and found[place].text == text for place, text in settled.items())
    return content if kept else None


def torn(texts: Sequence[bytes], content: bytes, file: str, context: Contexts) -> Iterator[Context]:
    """Yield the places that one of (base, ours, theirs) took away, and that stayed because another one moved them.

    What was changed below a key that the other side renamed is not there any more, and stands below the new one.
    """
    base, ours, theirs, found = (_values(raw, file, context) for raw in (*texts, content))
    for place in base:
        left = ours.get(place, theirs.get(place)) if (place in ours) != (place in theirs) else None
        if left and place in found and found[place].text == left.text:
            yield place


def doubled(texts: Sequence[bytes], content: bytes, file: str, context: Contexts) -> Iterator[Context]:
    """Yield the lists whose items a key told apart on all sides, and not in what came of them: one stands twice."""
    before = {place for raw in texts for place in _counted_lists(raw, file, context)}
    yield from (place for place in _counted_lists(content, file, context) if place not in before)


def _counted_lists(raw: bytes, file: str, context: Contexts) -> dict[Context, None]:
    """Give the lists whose items are told by their number, as no key tells them apart."""
    found: dict[Context, None] = {}
    for _, tree, keys, number in scalars(raw, file):
        place = context(tree, keys, number)
        for at, key in enumerate(place.path):
            if type(key) is int:
                found[place.beside(place.path[:at])] = None
    return found


def _settled(
    base: Mapping[Context, _Written], ours: Mapping[Context, _Written], theirs: Mapping[Context, _Written]
) -> dict[Context, str]:
    """Give the text of each value that stands on all sides and that one of them, or both alike, changed."""
    found: dict[Context, str] = {}
    for place, was in base.items():
        own, other = ours.get(place), theirs.get(place)
        if own is None or other is None or own.text == other.text == was.text:
            continue
        if was.text in (own.text, other.text) or own.text == other.text:
            found[place] = other.text if own.text == was.text else own.text
    return found


def _values(raw: bytes, file: str, context: Contexts) -> dict[Context, _Written]:
    from gmconfig.storage.yaml import compose

    text = compose(raw, file).text
    found: dict[Context, _Written] = {}
    for node, tree, keys, number in scalars(raw, file):
        written = text[node.outer : node.end]
        place = context(tree, keys, number)
        if "\n" in written or is_token(node.text) or node.anchor or any(type(k) is int for k in place.path):
            continue
        found[place] = _Written(node.outer, node.end, written)
    return found


def _with(raw: bytes, side: Mapping[Context, _Written], settled: Mapping[Context, str]) -> bytes:
    """Give a side's text with the settled values, everything else as it is."""
    from gmconfig.storage.yaml import compose
    from gmconfig.storage.yaml.text import BOM

    text = compose(raw).text
    for place, value in sorted(side.items(), key=lambda pair: pair[1].start, reverse=True):
        if place in settled:
            text = text[: value.start] + settled[place] + text[value.end :]
    return (BOM if raw.startswith(BOM) else b"") + text.encode()
