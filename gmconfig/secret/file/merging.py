"""Merging a file with sealed values three ways, by what the values hold and not by how they were sealed.

Nothing is sealed here: every token of the result stands on one of the sides, so that one's signed event
vouches for it. What surrounds the values is merged line by line, as git does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gmconfig.errors import GmconfigError
from gmconfig.secret.file.conflict import Clash, Labels, shown
from gmconfig.secret.file.editing import Contexts, scalars
from gmconfig.secret.file.joining import doubled, joined, torn
from gmconfig.secret.named.chunks import merged_chunks
from gmconfig.secret.named.store import FOLDER
from gmconfig.secret.token import Context, Sealed, is_token

Opener = Callable[[Sealed], bytes | None]
"""Gives a value's canonical plaintext; None where it cannot be opened."""

LineMerge = Callable[[bytes, bytes, bytes], tuple[bytes, bool]]
"""Merges (base, ours, theirs) line by line; gives the text and whether it is free of conflicts."""


class Merged(NamedTuple):
    """What a merge came to: the text, the places that both sides changed, those to be signed anew.

    `torn` are places that one side changed or moved and the other took away, where no line says so, `doubled`
    lists in which an item stands twice by now. `unsettled` are places where both sides sealed something and the
    values let one of them win: the log knows two tokens side by side there, until somebody accepts one.
    """

    content: bytes
    is_clean: bool
    clashes: tuple[Context, ...] = ()
    unsettled: tuple[Context, ...] = ()
    torn: tuple[Context, ...] = ()
    doubled: tuple[Context, ...] = ()


class _Spot(NamedTuple):
    """One token of one side, with where it stands in the text."""

    start: int
    end: int
    sealed: Sealed


Side = Mapping[Context, _Spot]


def merge(
    base: bytes,
    ours: bytes,
    theirs: bytes,
    *,
    file: str,
    context: Contexts,
    opener: Opener,
    lines: LineMerge,
    labels: Labels,
) -> Merged:
    """Merge by value; a side that is not YAML makes it a merge of lines alone."""
    texts = (base, ours, theirs)
    try:
        sides = tuple(_spots(raw, file, context) for raw in texts)
    except GmconfigError:
        return Merged(*lines(*texts))
    chosen, clashes, unsettled = _choices(sides, opener)
    stand_ins = {clash.place: f"gm1-clash-{number}-" for number, clash in enumerate(clashes)}
    wanted = {**chosen, **stand_ins}
    same = [_with(raw, side, wanted) for raw, side in zip(texts, sides, strict=True)]
    content, is_clean = _lines_or_pieces((same[0], same[1], same[2]), file, context, lines)
    if is_clean and not _is_as_chosen(content, file, context, wanted):
        return Merged(*_conflicting(lines, texts), tuple(clash.place for clash in clashes))
    apart = tuple(_torn(sides, same, content, opener, file, context)) if is_clean else ()
    twice = tuple(doubled(texts, content, file, context)) if is_clean else ()
    content = shown(content, [(stand_ins[clash.place], clash) for clash in clashes], labels)
    places = tuple(clash.place for clash in clashes)
    is_whole = is_clean and not (clashes or apart or twice)
    return Merged(content, is_whole, places, tuple(unsettled), apart, twice)


def _choices(
    sides: tuple[Side, ...], opener: Opener
) -> tuple[dict[Context, str], list[Clash], list[Context]]:
    chosen: dict[Context, str] = {}
    clashes: list[Clash] = []
    unsettled: list[Context] = []
    for place in dict.fromkeys(place for side in sides for place in side):
        base, ours, theirs = (spot.sealed if (spot := side.get(place)) else None for side in sides)
        token = _chosen(base, ours, theirs, opener)
        if token is not None:
            chosen[place] = token
            if len({base, ours, theirs}) == 3:
                unsettled.append(place)
        elif ours is not None and theirs is not None and ours != theirs:
            clashes.append(Clash(place, str(ours), str(theirs)))
    return chosen, clashes, unsettled


def _chosen(base: Sealed | None, ours: Sealed | None, theirs: Sealed | None, opener: Opener) -> str | None:
    """Give the token that all sides get, so that none differs there; None where the lines must decide."""
    if ours is None or theirs is None:
        left = ours or theirs
        return str(base) if base and left and _same(base, left, opener) else None
    if theirs in (ours, base):
        return str(ours)
    if ours == base:
        return str(theirs)
    if _same(ours, theirs, opener):
        return str(ours)
    if base is not None and _same(base, ours, opener):
        return str(theirs)  # ours was only sealed again
    return str(ours) if base is not None and _same(base, theirs, opener) else None


def _same(one: Sealed, other: Sealed, opener: Opener) -> bool:
    if one == other:
        return True
    value = opener(one)
    return value is not None and value == opener(other)


def _spots(raw: bytes, file: str, context: Contexts) -> dict[Context, _Spot]:
    found: dict[Context, _Spot] = {}
    for node, tree, keys, number in scalars(raw, file):
        if is_token(node.text):
            place = context(tree, keys, number)
            found[place] = _Spot(node.start, node.end, Sealed(node.text, place, file, keys))
    return found


def _with(raw: bytes, side: Side, wanted: Mapping[Context, str]) -> bytes:
    """Give a side's text with other tokens, everything else as it is."""
    from gmconfig.storage.yaml import compose
    from gmconfig.storage.yaml.text import BOM

    if not side:
        return raw
    text = compose(raw).text
    for place, spot in sorted(side.items(), key=lambda pair: pair[1].start, reverse=True):
        written = text[spot.start : spot.end].replace(spot.sealed, wanted.get(place, str(spot.sealed)))
        text = text[: spot.start] + written + text[spot.end :]
    return (BOM if raw.startswith(BOM) else b"") + text.encode()


def _lines_or_pieces(
    same: tuple[bytes, bytes, bytes], file: str, context: Contexts, lines: LineMerge
) -> tuple[bytes, bool]:
    """Merge line by line; if that fails, a layer by value, and named secrets one by one: both may have added some."""
    content, is_clean = lines(*same)
    if is_clean:
        return content, True
    if file.startswith(FOLDER):
        return merged_chunks(*same, lines) or (content, False)
    by_value = joined(same, file, context, lines)
    return (content, False) if by_value is None else (by_value, True)


def _torn(
    sides: Sequence[Side],
    texts: Sequence[bytes],
    content: bytes,
    opener: Opener,
    file: str,
    context: Contexts,
) -> Iterator[Context]:
    """Yield what one side took away and the other changed or moved: lines that were moved do not collide."""
    (base, ours, theirs), found = sides, _spots(content, file, context)
    for place, was in base.items():
        left = ours.get(place, theirs.get(place)) if (place in ours) != (place in theirs) else None
        if left and (place in found or not _same(was.sealed, left.sealed, opener)):
            yield place
    if not file.startswith(FOLDER):
        yield from torn(texts, content, file, context)


def _conflicting(lines: LineMerge, texts: tuple[bytes, bytes, bytes]) -> tuple[bytes, bool]:
    content, _ = lines(*texts)
    return content, False


def _is_as_chosen(content: bytes, file: str, context: Contexts, wanted: Mapping[Context, str]) -> bool:
    """Whether the result reads back, with each value where it was chosen for."""
    try:
        found = _spots(content, file, context)
    except GmconfigError:
        return False
    return all(place not in wanted or wanted[place] == spot.sealed for place, spot in found.items())
