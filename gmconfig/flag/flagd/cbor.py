"""Canonical CBOR of what a flag can be bucketed by.

Source:
    RFC 8949, section 4.2.1, and flagd's ADR on fractional units: whole floats of 64 bits count as integers.
"""

from __future__ import annotations

import struct
from typing import Any

_LOWEST, _HIGHEST = -(1 << 63), (1 << 64) - 1
_WIDTHS = ((24, 1 << 8, ">B"), (25, 1 << 16, ">H"), (26, 1 << 32, ">I"), (27, 1 << 64, ">Q"))


def encoded(value: Any) -> bytes:
    """Encode JSON data canonically.

    >>> encoded(["a", 25]).hex()
    '8261611819'

    Raises:
        TypeError: it is not JSON data.
    """
    if isinstance(value, str):
        return text(value)
    if value is None or isinstance(value, bool):
        return b"\xf6" if value is None else b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        whole = value.is_integer() and _LOWEST <= value <= _HIGHEST
        return _integer(int(value)) if whole else _float(value)
    if isinstance(value, list | tuple):
        return _head(0x80, len(value)) + b"".join(map(encoded, value))
    if isinstance(value, dict):
        return _map(value)
    raise TypeError(f"{type(value).__name__} is not JSON data")


def text(value: str) -> bytes:
    """Encode a text.

    >>> text("ab").hex()
    '626162'
    """
    raw = value.encode()
    return text_head(len(raw)) + raw


def text_head(size: int) -> bytes:
    """Give what stands before the bytes of a text."""
    return _head(0x60, size)


def _head(kind: int, count: int) -> bytes:
    if count < 24:
        return bytes((kind | count,))
    for mark, limit, form in _WIDTHS:
        if count < limit:
            return bytes((kind | mark,)) + struct.pack(form, count)
    raise OverflowError(count)


def _integer(value: int) -> bytes:
    kind, count = (0x00, value) if value >= 0 else (0x20, -1 - value)
    if count <= _HIGHEST:
        return _head(kind, count)
    raw = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return (b"\xc2" if value >= 0 else b"\xc3") + _head(0x40, len(raw)) + raw


def _float(value: float) -> bytes:
    """Encode in the shortest form that keeps the value; there is one NaN."""
    if value != value:  # noqa: PLR0124  # only NaN differs from itself
        return b"\xf9\x7e\x00"
    for mark, form in ((b"\xf9", ">e"), (b"\xfa", ">f")):
        try:
            raw = struct.pack(form, value)
        except OverflowError:
            continue
        if struct.unpack(form, raw)[0] == value:
            return mark + raw
    return b"\xfb" + struct.pack(">d", value)


def _map(value: dict[Any, Any]) -> bytes:
    """Encode a map, its keys sorted as the canonical form of cbor2 has them: the shorter first."""
    pairs = sorted(((encoded(key), encoded(item)) for key, item in value.items()), key=_by_length)
    return _head(0xA0, len(pairs)) + b"".join(key + item for key, item in pairs)


def _by_length(pair: tuple[bytes, bytes]) -> tuple[int, bytes]:
    return len(pair[0]), pair[0]
