"""Differences as JSON has them; no secret is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gmconfig.config.diff import ABSENT
from gmconfig.path import walk
from gmconfig.secret.token import MASK, Secret

if TYPE_CHECKING:
    from gmconfig.drift.difference import Difference


def told(difference: Difference) -> dict[str, object]:
    """Give a difference as JSON has it; a value that is absent has no key, a secret is masked."""
    said: dict[str, object] = {"document": difference.document, "path": difference.path}
    said["kind"] = difference.change.kind
    if difference.problem:
        return {**said, "problem": difference.problem}
    for key, value in (("live", difference.live), ("wanted", difference.wanted)):
        if value is not ABSENT:
            said[key] = masked(value)
    return said


def has_secret(value: object) -> bool:
    """Whether a value is a secret, or has one in it."""
    return any(isinstance(leaf, Secret) for _, leaf in walk(value))


def masked(value: object) -> object:
    """Give a value with every secret in it masked, as JSON can hold it."""
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, Mapping):
        return {str(key): masked(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [masked(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
