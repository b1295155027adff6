"""flagd's two integer bucketings: from what identifies a user to a place in a line of weights.

Source:
    v2: flagd's Go core 0.16 (`fractional.go`); v3: openfeature-flagd-core 2.0 (`custom_ops.py`). Both take
    murmur3_32 with seed 0; v2 of the text's bytes, v3 of the value's canonical CBOR.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import mmh3

from gmconfig.errors import BrokenConfiguration
from gmconfig.flag.flagd import cbor

MOST = (1 << 31) - 1
"""What the weights of one split may add up to."""


class Bucketing(StrEnum):
    """Which of flagd's bucketings a set of flags uses; another one moves users."""

    V2 = "flagd-v2"
    V3 = "flagd-v3"


METADATA = "bucketing"
"""What a flagd file's metadata calls the bucketing that it was made for; a file without it is for v3."""


def of_file(content: Any, wanted: str | None = None) -> Bucketing:
    """Give the bucketing that a flagd file was made for; `wanted` speaks for a file that does not say.

    Raises:
        BrokenConfiguration: it says another one than the wanted: users would be dealt out anew.
    """
    metadata = content.get("metadata") if isinstance(content, dict) else None
    said = metadata.get(METADATA) if isinstance(metadata, dict) else None
    if said not in list(Bucketing):
        return Bucketing(wanted or Bucketing.V3)
    if wanted and wanted != said:
        message = f'the file was compiled for "{said}", not for "{wanted}"'
        raise BrokenConfiguration(message, hint=f"--bucketing {said}, or none")
    return Bucketing(said)


def marked(metadata: Mapping[str, Any], bucketing: Bucketing) -> dict[str, Any]:
    """Give a compiled file's metadata, which says if it is not for v3; what is null is left out of it."""
    said = {METADATA: str(bucketing)} if bucketing is not Bucketing.V3 else {}
    told = {**said, **metadata}
    if told.get(METADATA) in list(Bucketing):
        told[METADATA] = str(bucketing)
    return {key: value for key, value in told.items() if value is not None}


def place(raw: bytes, total: int) -> int:
    """Give the place of a unit's bytes in a line of `total`: below it, evenly spread.

    >>> place(b"user123", 100_000)
    12545
    """
    return (mmh3.hash(raw, 0, signed=False) * total) >> 32


def bytes_of(bucketing: Bucketing) -> Callable[[Any], bytes | None]:
    """Give what turns a unit into the bytes that are hashed; None for what is not a unit there."""
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
