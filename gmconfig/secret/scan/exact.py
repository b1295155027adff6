"""Finding thousands of known texts in thousands of files without a search for each.

A file is cut into blocks of four or eight bytes. Wherever a text of twice that length stands in it, one of
the text's own blocks, at one of four or eight offsets, is among them; only then is the text searched for.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gmconfig.secret.scan.hit import Hit, apart
from gmconfig.secret.scan.needles import AS_BASE64

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gmconfig.secret.scan.needles import Needle

_WIDE_FROM = 15
_BOUNDED_BELOW = 16
_MOST = 50


class Searcher:
    """Looks for all needles at once."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        self.needles = tuple(needles)
        self._narrow = _Blocks("I", 4, [n for n in self.needles if len(n.text) < _WIDE_FROM])
        self._wide = _Blocks("Q", 8, [n for n in self.needles if len(n.text) >= _WIDE_FROM])

    def __repr__(self) -> str:
        return f"Searcher({len(self.needles)} needles)"

    def find(self, raw: bytes) -> list[Hit]:
        """Give every place where one of them stands; the longest speaks where several do."""
        likely = {*self._narrow.likely(raw), *self._wide.likely(raw)}
        ordered = sorted(likely, key=lambda needle: (-len(needle.text), needle.name, needle.form))
        return apart([hit for needle in ordered for hit in _occurrences(raw, needle)]) if ordered else []


class _Blocks:
    """Needles by every block that a file which holds one must have."""

    def __init__(self, code: str, size: int, needles: list[Needle]) -> None:
        self._code = code
        self._size = size
        self._owners: dict[int, list[Needle]] = {}
        for needle in needles:
            for offset in range(size):
                block = int.from_bytes(needle.text[offset : offset + size], sys.byteorder)
                self._owners.setdefault(block, []).append(needle)
        self._known = frozenset(self._owners)

    def likely(self, raw: bytes) -> Iterator[Needle]:
        if self._owners:
            whole = len(raw) // self._size * self._size
            blocks = set(memoryview(raw)[:whole].cast(self._code))  # type: ignore[call-overload]
            for block in blocks & self._known:
                yield from self._owners[block]


def _occurrences(raw: bytes, needle: Needle) -> Iterator[Hit]:
    at, count = raw.find(needle.text), 0
    form = f" ({needle.form})" if needle.form else ""
    bounded = len(needle.text) < _BOUNDED_BELOW and needle.form != AS_BASE64
    while at >= 0 and count < _MOST:
        end = at + len(needle.text)
        if not bounded or _stands_alone(raw, at, end):
            yield Hit(at, end, "known-value", f"the value of {needle.name} stands here in plain{form}")
            count += 1
        at = raw.find(needle.text, end)


def _stands_alone(raw: bytes, start: int, end: int) -> bool:
    """Whether a short text is not part of a longer word."""
    before, after = raw[start - 1 : start] if start else b"", raw[end : end + 1]
    return not (
        (before.isalnum() and raw[start : start + 1].isalnum())
        or (after.isalnum() and raw[end - 1 : end].isalnum())
    )
