"""A layer merged key by key, maps within maps too: what both sides added at one place stays, side by side.

What comes of it counts only if it reads as what both sides wanted.
"""

from __future__ import annotations

from collections.abc import Callable

from gmconfig.errors import GmconfigError
from gmconfig.secret.named.chunks import merged_chunks

LineMerge = Callable[[bytes, bytes, bytes], tuple[bytes, bool]]

_ABSENT = object()


class _Clash(Exception):
    """Both sides changed one value, each in its way."""


def merged_maps(base: bytes, ours: bytes, theirs: bytes, lines: LineMerge) -> bytes | None:
    """Merge three texts of a map; None where they clash, or are not written as plain blocks."""
    from gmconfig.storage.yaml import load

    try:
        wanted = _both(load(base), load(ours), load(theirs))
        found = merged_chunks(base, ours, theirs, _nested(lines))
        if found is None or not found[1]:
            return None
        content = found[0]
        return content if _same(load(content), wanted) else None
    except (GmconfigError, _Clash):
        return None


def _nested(lines: LineMerge) -> LineMerge:
    """Give a merge of the pieces of a map: line by line, else key by key of the map that is their value."""

    def merged(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bool]:
        content, is_clean = lines(base, ours, theirs)
        if is_clean:
            return content, True
        cut = [_cut(piece) for piece in (base, ours, theirs)]
        heads, bodies = [head for head, _ in cut], [body for _, body in cut]
        depth = _depth(bodies)
        if not depth:
            return content, False
        head, fits = lines(heads[0], heads[1], heads[2])
        inner = [_dedented(body, depth) for body in bodies]
        found = merged_chunks(inner[0], inner[1], inner[2], merged)
        if not fits or found is None or not found[1]:
            return content, False
        return head + _indented(found[0], depth), True

    return merged


def _cut(piece: bytes) -> tuple[bytes, bytes]:
    """Part the line that begins a key, with the comments above it, from what stands below."""
    at = 0
    for line in piece.splitlines(keepends=True):
        at += len(line)
        if line[:1] not in b"# \t\r\n":
            break
    return piece[:at], piece[at:]


def _depth(bodies: list[bytes]) -> int:
    """Give how far the bodies are indented; 0 where that is not the same, or one is empty."""
    depths = {
        min((len(line) - len(line.lstrip(b" ")) for line in body.splitlines() if line.strip()), default=0)
        for body in bodies
    }
    return depths.pop() if len(depths) == 1 else 0


def _dedented(body: bytes, depth: int) -> bytes:
    lines = body.splitlines(keepends=True)
    return b"".join(line[depth:] if line.strip() else line for line in lines)


def _indented(body: bytes, depth: int) -> bytes:
    lines = body.splitlines(keepends=True)
    return b"".join(b" " * depth + line if line.strip() else line for line in lines)


def _both(base: object, ours: object, theirs: object) -> object:
    """Give what both sides want.

    Raises:
        _Clash: they do not go together.
    """
    if _same(theirs, base) or _same(ours, theirs):
        return ours
    if _same(ours, base):
        return theirs
    if not (isinstance(base, dict) and isinstance(ours, dict) and isinstance(theirs, dict)):
        raise _Clash
    every = {
        key: _both(*(side.get(key, _ABSENT) for side in (base, ours, theirs)))
        for key in dict.fromkeys((*ours, *theirs))
    }
    return {key: value for key, value in every.items() if value is not _ABSENT}


def _same(one: object, other: object) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other
