"""flagd's two integer bucketings: from what identifies a user to a place in a line of weights.

Source:
    v2: flagd's Go core 0.16 (`fractional.go`); v3: openfeature-flagd-core 2.0 (`custom_ops.py`). Both take
    murmur3_32 with seed 0; v2 of the text's bytes, v3 of the value's canonical CBOR.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import mmh3

from gmconfig.flag import cbor

MOST = (1 << 31) - 1
"""What the weights of one split may add up to."""


class Bucketing(StrEnum):
    """Which of flagd's bucketings a set of flags uses; another one moves users."""

    V2 = "flagd-v2"
    V3 = "flagd-v3"


def place(raw: bytes, total: int) -> int:
    """Give the place of a unit's bytes in a line of `total`: below it, evenly spread.

    >>> place(b"user123", 100_000)
    50297
    """
    return (mmh3.hash(raw, 0, signed=False) * total) >> 32


def bytes_of(bucketing: Bucketing) -> Callable[[Any], bytes | None]:
    """Give what turns a unit into the bytes that are hashed; None for what is no unit there."""
    return _bytes_v2 if bucketing is Bucketing.V2 else _bytes_v3


def default_unit(bucketing: Bucketing, flag: str, targeting_key: Any) -> Any:
    """Give the unit of a split that names none; None for a user who cannot be told apart."""
    if not isinstance(targeting_key, str):
        return None
    if bucketing is Bucketing.V2:
        return flag + targeting_key
    return [flag, targeting_key] if targeting_key else None


def _bytes_v2(unit: Any) -> bytes | None:
    return unit.encode() if isinstance(unit, str) else None


def _bytes_v3(unit: Any) -> bytes | None:
    if unit is None:
        return None
    try:
        return cbor.encoded(unit)
    except (TypeError, ValueError, OverflowError):
        return None
