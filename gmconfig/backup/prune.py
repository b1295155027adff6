"""Removing backups that nothing keeps, and then the pieces that no backup names any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gmconfig.backup.retention import Candidate, Rules, Verdict, judged
from gmconfig.errors import BrokenConfiguration, Refused
from gmconfig.project.span import KEEP

if TYPE_CHECKING:
    from gmconfig.backup.destination import Destination, Listed
    from gmconfig.backup.manifest import Manifest

COUNTS = ("last", "hourly", "daily", "weekly", "monthly", "yearly")


@dataclass(frozen=True, slots=True)
class Pruned:
    """What pruning did, or would do: a verdict for each backup, and what was freed besides.

    Attributes:
        verdicts: the newest backup first.
        damaged: manifests that nobody can read; they stay until somebody has looked.
        pieces: how many stored pieces no backup names any more.
        size: their bytes.
    """

    verdicts: tuple[Verdict, ...]
    damaged: tuple[str, ...]
    pieces: int
    size: int


def prune(destination: Destination, rules: Rules, *, dry_run: bool) -> Pruned:
    """Remove what nothing keeps.

    Raises:
        UsageError: the rules are empty, and no backup says how long it stays.
        Refused: a shallow clone asks.
        Locked: somebody is adding one.
    """
    if dry_run:
        return _pruned(destination, rules, dry_run=True)
    with destination.at_work(alone=True):
        return _pruned(destination, rules, dry_run=False)


def _pruned(destination: Destination, rules: Rules, *, dry_run: bool) -> Pruned:
    if destination.origin is not None and not destination.origin.id:
        hint = "git fetch --unshallow"
        raise Refused("a shallow clone cannot tell for certain which backups are its repository's", hint=hint)
    every = destination.every()
    verdicts = _verdicts(destination, every, rules)
    damaged = tuple(one.id for one in every if one.manifest is None)
    going = {verdict.id for verdict in verdicts if not verdict.stays}
    orphans = [] if damaged else _orphans(destination, every, going)
    size = sum(destination.store.size(f"objects/{name}") or 0 for name in orphans)
    if not dry_run:
        for verdict in verdicts:
            if not verdict.stays:
                destination.remove(verdict.id)
        for name in orphans:
            destination.store.remove(f"objects/{name}")
        destination.store.sweep()
    return Pruned(tuple(verdicts), damaged, len(orphans), size)


def _verdicts(destination: Destination, every: Sequence[Listed], rules: Rules) -> list[Verdict]:
    """Judge the backups of each project by themselves: one's newest says nothing about another's."""
    groups: dict[str, list[Candidate]] = {}
    for one in every:
        if one.manifest is not None and _is_certain(destination, one.manifest):
            groups.setdefault(one.manifest.whose, []).append(_candidate(one))
    now = datetime.now(UTC)
    return [verdict for group in groups.values() for verdict in judged(group, rules, now)]


def _orphans(destination: Destination, every: Sequence[Listed], going: set[str]) -> list[str]:
    """Give the pieces that only backups which go have named; a damaged manifest may name any of them."""
    manifests = (one.manifest for one in every if one.manifest and one.id not in going)
    named = {piece.name for manifest in manifests for piece in manifest.pieces}
    return [name for name in destination.store.names("objects") if name not in named]


def _is_certain(destination: Destination, made: Manifest) -> bool:
    """Whether a backup is of the project for certain; one that a shallow clone made only says its name."""
    return destination.origin is None or destination.origin.id == made.origin


def _candidate(one: Listed) -> Candidate:
    if one.manifest is None:
        raise BrokenConfiguration(f"{one.id}: {one.problem}")
    made = one.manifest
    return Candidate(
        one.id,
        made.moment,
        made.retention_days,
        made.tags,
        pinned=one.pinned is not None,
        verified=one.verified is not None,
        broken=one.problem is not None,
    )


def rules_of(settings: Mapping[str, object]) -> Rules:
    """Read rules as gmconfig.yaml has them, below `backups: {keep: …}`."""
    counts = {name: int(str(settings[name])) for name in COUNTS if settings.get(name) is not None}
    within, tags = settings.get("within"), settings.get("tags")
    return Rules(
        **counts,
        within=timedelta(seconds=KEEP.seconds(str(within))) if within else None,
        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
    )
