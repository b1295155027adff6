"""What looks like a secret in a file, by format, name and randomness; needs no key."""

from __future__ import annotations

from gmconfig.secret.scan.entropy import random_values
from gmconfig.secret.scan.formats import formatted
from gmconfig.secret.scan.hit import Hit, apart
from gmconfig.secret.scan.kind import Kind, is_binary, kind_of
from gmconfig.secret.scan.names import named_values

_SEALED = (b"gm1.", b"gm1s.", b"ENC[")


def suspects(raw: bytes, file: str) -> list[Hit]:
    """Give what looks like a secret; where two rules mean the same text, the surer one speaks."""
    if is_binary(raw):
        return []
    hits = list(formatted(raw))
    kind = kind_of(file)
    if kind is not Kind.RANDOM:
        hits.extend(named_values(raw, bare=kind is Kind.CONFIGURATION))
    if kind is Kind.CONFIGURATION:
        hits.extend(random_values(raw))
    return apart([hit for hit in hits if not raw.startswith(_SEALED, hit.start)]) if hits else []
