"""What looks like a secret in a file, by format, name and randomness; needs no key."""

from __future__ import annotations

from gmconfig.secret.scan.entropy import holds_random, random_values
from gmconfig.secret.scan.formats import formatted, may_hold
from gmconfig.secret.scan.hit import Hit, apart
from gmconfig.secret.scan.kind import Kind, is_binary, kind_of
from gmconfig.secret.scan.names import named_values, promises

_SEALED = (b"gm1.", b"gm1s.", b"ENC[")


_MOST_LINES = 50_000
_LARGE = 100_000

_harmless: set[bytes] = set()
"""Lines in which nothing begins that any rule means: files of a project repeat each other's."""


def suspects(raw: bytes, file: str) -> list[Hit]:
    """Give what looks like a secret; where two rules mean the same text, the surer one speaks."""
    if is_binary(raw) or _is_known(raw, file):
        return []
    hits = list(formatted(raw))
    kind = kind_of(file)
    if kind is not Kind.RANDOM:
        hits.extend(named_values(raw, bare=kind is Kind.CONFIGURATION))
    if kind is Kind.CONFIGURATION:
        hits.extend(random_values(raw))
    return apart([hit for hit in hits if not raw.startswith(_SEALED, hit.start)]) if hits else []


def _is_known(raw: bytes, file: str) -> bool:
    """Whether all lines are harmless; what was not seen before is judged at once, whatever its order."""
    fresh = set(raw.split(b"\n")) - _harmless
    if not fresh:
        return True
    if kind_of(file) is not Kind.CONFIGURATION:
        return False
    text = b"\n".join(fresh)
    if may_hold(text) or promises(text) or holds_random(text):
        return False
    if len(_harmless) < _MOST_LINES and len(text) < _LARGE:
        _harmless.update(fresh)
    return True
