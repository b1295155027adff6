"""Randomness: values that look drawn, not written."""

from __future__ import annotations

import re
from collections import Counter
from math import log2
from typing import TYPE_CHECKING

from gmconfig.secret.scan.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORTEST = 20
# A value alone on its side of an assignment, or in a list; bounded, so that no text makes it slow.
_ASSIGNED = re.compile(
    rb"""(?:[:=][ \t]*|(?<![^\s])-[ \t]+)["']?([A-Za-z0-9+/_-]{20,256}={0,2})["']?[ \t]*(?=[,#}\]\r\n]|\Z)"""
)
_DIGESTS = (b"sha1-", b"sha256-", b"sha384-", b"sha512-", b"md5-", b"AAAA")


def random_values(raw: bytes) -> Iterator[Hit]:
    """Yield values of assignments that look random, unless their name says that they are public."""
    for found in _drawn(raw):
        from gmconfig.secret.scan.public import reason

        if reason(raw, found.start(1)) is None:
            message = "this value looks random, like a secret"
            yield Hit(found.start(1), found.end(1), "high-entropy", message)


def holds_random(raw: bytes) -> bool:
    """Whether some line has a value that looks random, whatever its name."""
    return any(True for _ in _drawn(raw))


def _drawn(raw: bytes) -> Iterator[re.Match[bytes]]:
    """Yield values that look drawn: letters of both cases and digits in no order."""
    for found in _ASSIGNED.finditer(raw):
        if is_random(found[1]) and not found[1].startswith(_DIGESTS):
            yield found


def is_random(text: bytes) -> bool:
    """Whether a text of base64's letters looks drawn: words, paths, digests and versions do not."""
    text = text.rstrip(b"=")
    kinds = [_kind(char) for char in text]
    if len(text) < _SHORTEST or not {"upper", "lower", "digit"} <= set(kinds):
        return False
    changes = sum(before != after for before, after in zip(kinds, kinds[1:], strict=False))
    return changes >= 0.4 * len(text) and entropy(text) >= 0.8 * log2(min(len(text), 64))


def entropy(text: bytes) -> float:
    """Give the bits of each character, by how often each occurs."""
    return -sum(count / len(text) * log2(count / len(text)) for count in Counter(text).values())


def _kind(char: int) -> str:
    if 48 <= char <= 57:
        return "digit"
    if 65 <= char <= 90:
        return "upper"
    return "lower" if 97 <= char <= 122 else "other"
