"""In which order targets are changed: canaries, then the declared waves, each in batches; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.target.declared import Target

_BATCH = re.compile(r"(\d{1,6})(%?)")


def waves(
    targets: Sequence[Target], canaries: Sequence[str] = (), batch: str | None = None
) -> list[list[Target]]:
    """Give the groups of targets to change one after the other.

    Args:
        targets: what would be changed.
        canaries: words that mean targets which go first, whatever their wave.
        batch: how many of a wave go at once, as a number or in per cent of it ("10%"); None is all.

    Raises:
        UsageError: the batch is not a number, or a canary is not among the targets.
    """
    first = [one for one in targets if any(one.answers_to(word) for word in canaries)]
    _check_canaries(targets, canaries)
    groups = [first] if first else []
    for number in sorted({one.wave for one in targets if one not in first}):
        wave = [one for one in targets if one.wave == number and one not in first]
        groups.extend(_batches(wave, batch))
    return groups


def check_batch(batch: str | None) -> None:
    """Refuse what is not a size of a batch, however many targets there are.

    Raises:
        UsageError: it is neither a number nor a share in per cent.
    """
    if batch is not None:
        _size(batch, 1)


def _batches(wave: Sequence[Target], batch: str | None) -> Iterator[list[Target]]:
    size = len(wave) if batch is None else _size(batch, len(wave))
    for start in range(0, len(wave), size):
        yield list(wave[start : start + size])


def _size(batch: str, among: int) -> int:
    match = _BATCH.fullmatch(batch)
    if match is None or not int(match[1]) or (match[2] and int(match[1]) > 100):
        raise UsageError(f'"{batch}" is not a size of a batch', hint="--batch 5, or --batch 10%")
    number = int(match[1])
    return max(1, among * number // 100) if match[2] else number


def _check_canaries(targets: Sequence[Target], canaries: Sequence[str]) -> None:
    for word in canaries:
        if not any(one.answers_to(word) for one in targets):
            raise UsageError(f'the canary "{word}" is not among the targets that would change')
