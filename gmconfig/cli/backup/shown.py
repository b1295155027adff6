"""Backups, as people read them and as JSON has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.cli import terminal
from gmconfig.cli.deploy.shown import ago
from gmconfig.counted import counted

if TYPE_CHECKING:
    from gmconfig.backup.check import Checked
    from gmconfig.backup.destination import Destination, Listed
    from gmconfig.backup.drill import Step
    from gmconfig.backup.manifest import Manifest
    from gmconfig.backup.prune import Pruned

_MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("-", "dim")}


def made(found: Manifest, place: str) -> Iterator[terminal.Line]:
    """Give a backup that was just made."""
    what = f"{counted(found.refs, 'ref')}, {counted(found.targets, 'target')}, {size(found.size)}"
    sealed = ", ".join(str(one["name"]) for one in found.sealed_to)
    yield [(found.id, "bold"), f"  {what}", f", sealed to {sealed}" if sealed else ", not sealed"]
    yield [(f"  {place}", "dim")]


def listing(found: Sequence[tuple[Destination, Listed]]) -> Iterator[terminal.Line]:
    """Give backups, a line each, below the place where they are."""
    places = dict.fromkeys(destination.store.place for destination, _ in found)
    for place in places:
        yield [(place, "dim")]
        here = [one for destination, one in found if destination.store.place == place]
        several = len({one.manifest.whose for one in here if one.manifest}) > 1
        yield from terminal.table([_row(one, several=several) for one in here])


def _row(one: Listed, *, several: bool) -> list[terminal.Span]:
    """Give a backup's line; with its repository where there are those of several."""
    if one.manifest is None:
        return [(one.id, "bold"), *([""] if several else []), "", "", "", ("damaged manifest", "red")]
    found = one.manifest
    whose = [found.repository] if several else []
    return [(one.id, "bold"), *whose, found.name or "-", ago(found.time), size(found.size), _known(one)]


def _known(one: Listed) -> terminal.Span:
    if one.problem:
        return (f"damaged: {one.problem}", "red")
    said = [f"verified {ago(one.verified)}"] if one.verified else []
    said += [f"pinned: {one.pinned}"] if one.pinned else []
    return ("; ".join(said) or "never verified", "green" if one.verified else "dim")


def one(destination: Destination, found: Listed) -> Iterator[terminal.Line]:
    """Give all about a backup."""
    made_of = found.manifest
    if made_of is None:
        return
    called = [f"  {said}" for said in (made_of.name, made_of.description) if said]
    yield from terminal.row([(found.id, "bold")], *called)
    opened = ", ".join(str(member["name"]) for member in made_of.sealed_to) or "everybody: it is not sealed"
    kept = f"{made_of.retention_days} days" if made_of.retention_days else "as long as a rule keeps it"
    signed = f"{made_of.maker['member']}, {made_of.maker['key']}" if made_of.maker else "nobody"
    for name, said in (
        ("made", f"{made_of.time} by {made_of.user} on {made_of.host} with gmconfig {made_of.tool}"),
        ("of", f"{made_of.repository} at {(made_of.commit or 'no commit')[:12]}"),
        ("at", destination.store.place),
        ("signed by", signed),
        ("opened by", opened),
        ("kept", kept),
        ("tags", ", ".join(made_of.tags)),
        ("state", terminal.plain([_known(found)])),
    ):
        if said:
            yield [(f"  {name:<10}", "dim"), said]
    for lacking in made_of.lacking:
        yield [("  ! ", "yellow"), f"not in it: {lacking}"]
    for piece in made_of.pieces:
        yield f"  {piece.kind:<12}{size(piece.size):>10}  {piece.digest[:16]}"


def checked(found: Sequence[Checked], *, read_data: bool) -> Iterator[terminal.Line]:
    """Give what a look at backups found."""
    for one in found:
        said = f"signed by {one.signed_by}" if one.signed_by else "not signed" if one.manifest else ""
        yield [_MARKS[one.is_good], f" {one.id}  ", (said if one.is_good else "not good", "dim")]
        yield from (f"    {problem}" for problem in one.problems)
    if not read_data:
        yield [("lengths only; every byte: gmconfig backup verify --read-data", "dim")]


def check(found: Checked) -> dict[str, Any]:
    """Give the same of one as JSON has it."""
    known = {"id": found.id, "good": found.is_good, "problems": list(found.problems)}
    return {**known, "signed_by": found.signed_by}


def steps(found: Sequence[Step]) -> Iterator[terminal.Line]:
    """Give what a drill looked at."""
    width = max(len(one.name) for one in found)
    for one in found:
        yield from terminal.row([_MARKS[one.is_good], f" {one.name:<{width}}  "], one.said)


def pruned(found: Pruned, *, dry_run: bool) -> Iterator[terminal.Line]:
    """Give what pruning did, with what keeps each."""
    gone = "would go" if dry_run else "removed"
    for verdict in found.verdicts:
        said: terminal.Span = f"kept: {', '.join(verdict.reasons)}" if verdict.stays else (gone, "yellow")
        yield [(verdict.id, "bold"), "  ", said]
    count = sum(not verdict.stays for verdict in found.verdicts)
    yield f"{count:,} of {len(found.verdicts):,} backups {gone}, {size(found.size)} of stored pieces with them"


def pruning(found: Pruned, *, dry_run: bool) -> dict[str, Any]:
    """Give what pruning did as JSON has it."""
    return {
        "backups": [
            {"id": one.id, "kept": one.stays, "reasons": list(one.reasons)} for one in found.verdicts
        ],
        "damaged": list(found.damaged),
        "pieces": found.pieces,
        "bytes": found.size,
        "dry_run": dry_run,
    }


def record(destination: Destination, found: Listed) -> dict[str, Any]:
    """Give a backup as JSON has it."""
    known = {"place": destination.store.place, "verified": found.verified, "pinned": found.pinned}
    known |= {"problem": found.problem, "id": found.id}
    if found.manifest is None:
        return {"manifest": None, **known}
    said = found.manifest.as_json()
    said["sealed_to"] = [member["name"] for member in found.manifest.sealed_to]
    said["signed_by"] = (said.pop("maker") or {}).get("member")
    return {"manifest": said, **known}


def tell_missing(names: Sequence[str]) -> None:
    """Say that backups were taken away, as far as the journal knows."""
    if names:
        few = ", ".join(names[-3:]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        terminal.warning(
            f"the journal tells of backups that are not there any more, and were not pruned: {few}"
        )


def fresh(found: Manifest) -> Listed:
    """Give a backup of which nothing is known yet but itself."""
    from gmconfig.backup.destination import Listed

    return Listed(found.id, found)


def size(count: int) -> str:
    """Say how many bytes, as people say it."""
    number = float(count)
    for unit in ("B", "KiB", "MiB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} GiB"
