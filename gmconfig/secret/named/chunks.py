"""A file of named secrets cut into one piece a secret, so that branches which add some do not collide."""

from __future__ import annotations

from collections.abc import Callable

from gmconfig.errors import GmconfigError

LineMerge = Callable[[bytes, bytes, bytes], tuple[bytes, bool]]


def merged_chunks(base: bytes, ours: bytes, theirs: bytes, lines: LineMerge) -> tuple[bytes, bool] | None:
    """Merge piece by piece; None where a side cannot be cut so."""
    cut = [chunks(raw) for raw in (base, ours, theirs)]
    if any(pieces is None for pieces in cut):
        return None
    old, own, other = (pieces or {} for pieces in cut)
    found, is_clean = [], True
    for name in _order(list(own), list(other)):
        piece, clean = _piece(old.get(name), own.get(name), other.get(name), lines)
        found.append(piece)
        is_clean = is_clean and clean
    return b"".join(found), is_clean


def chunks(raw: bytes) -> dict[str, bytes] | None:
    """Cut at the lines that begin a secret; comments and blank lines belong to the one that follows.

    None where the text is not written as plain blocks.
    """
    found: dict[str, bytes] = {}
    waiting, name = b"", ""
    for line in raw.splitlines(keepends=True):
        whole = line if line.endswith(b"\n") else line + b"\n"
        if line[:1] in b"#\r\n":
            waiting += whole
        elif line[:1] in b" \t":
            found[name] = found.get(name, b"") + waiting + whole
            waiting = b""
        else:
            name = line.partition(b":")[0].decode("utf-8", "surrogateescape").strip("\"' \r\n")
            if name in found:
                return None
            found[name], waiting = waiting + whole, b""
    if waiting:
        found[""] = waiting
    return found if _names(raw) == [name for name in found if name] else None


def _names(raw: bytes) -> list[str] | None:
    from gmconfig.storage.yaml import load

    try:
        tree = load(raw)
    except GmconfigError:
        return None
    return list(tree) if isinstance(tree, dict) else [] if tree is None else None


def _order(own: list[str], other: list[str]) -> list[str]:
    """Ours in our order; what only they have comes after what it follows on their side."""
    order = [name for name in own if name]
    before = ""
    for name in (name for name in other if name):
        if name not in order:
            order.insert(order.index(before) + 1 if before else len(order), name)
        before = name
    return [*order, ""] if "" in own or "" in other else order


def _piece(old: bytes | None, own: bytes | None, other: bytes | None, lines: LineMerge) -> tuple[bytes, bool]:
    if other in (own, old):
        return own or b"", True
    if own == old:
        return other or b"", True
    return lines(old or b"", own or b"", other or b"")
