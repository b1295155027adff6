"""What a change of access came to: in words, with what must be rotated now."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gmconfig.cli import outcome, terminal, values
from gmconfig.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gmconfig.api.access.answers import AccessChange, ExposedValue

_MOST_SHOWN = 10


def show(change: AccessChange, output: str, who: str | None = None) -> None:
    """Print what was changed; `who` is the member who loses something."""
    if output == "json":
        return terminal.answer(values.as_json(record(change)))
    if not change.outcome.files:
        return terminal.lines(["nothing to change"])
    rows: list[terminal.Line] = [*_words(change.words)]
    rows += _keys(change, who)
    rows += exposure(change.exposed)
    for scope in change.due:
        rows.append(
            f"re-key due: you cannot read scope {scope}; a reader must: gmconfig secret rekey {scope}"
        )
    for scope, member in change.waiting:
        rows.append(f"{member} gets the key of {scope} when a reader runs: gmconfig secret rekey {scope}")
    return terminal.lines([*rows, *outcome.ending(change.outcome)])


def nothing(message: str, output: str) -> None:
    """Say that there was nothing to change, in the same shape."""
    from gmconfig.api.access.answers import AccessChange

    if output == "json":
        return terminal.answer(values.as_json(record(AccessChange(outcome.none(message)))))
    return terminal.answer(message)


def exposure(exposed: Sequence[ExposedValue]) -> Iterable[terminal.Line]:
    """Give the list of what to rotate, shortened where it is long."""
    if not exposed:
        return []
    seen = sorted({one.member for one in exposed})
    have = "has" if len(seen) == 1 else "have"
    shown = exposed[:_MOST_SHOWN]
    rows = terminal.table([["  " + one.environment, one.name, f"since {one.since[:10]}"] for one in shown])
    more = len(exposed) - len(shown)
    return [
        "",
        f"rotate these at their source ({', '.join(seen)} {have} seen them):",
        *rows,
        *([f"  …{more} more: gmconfig secret exposed"] if more else []),
        *in_backups(exposed),
        "",
        f"CI fails on `gmconfig secret exposed` until {'they are' if len(exposed) > 1 else 'it is'} rotated.",
    ]


def in_backups(found: Sequence[ExposedValue]) -> Iterator[terminal.Line]:
    """Say who can open which backups: rotating makes them worthless, taking them away does not."""
    opened: dict[str, dict[str, None]] = {}
    for one in found:
        opened.setdefault(one.member, {}).update(dict.fromkeys(one.backups))
    for member, ids in opened.items():
        if ids:
            few = ", ".join(list(ids)[:3]) + (f" and {len(ids) - 3:,} more" if len(ids) > 3 else "")
            yield f"{member} can open backups of what was live with them: {few}; worthless once these are rotated"


def record(change: AccessChange) -> dict[str, Any]:
    """Give the change as JSON has it."""
    return {
        **outcome.record(change.outcome),
        "changes": list(change.words),
        "rekeyed": list(change.rekeyed),
        "sealed_again": change.sealed_again,
        "exposed": [asdict(one) for one in change.exposed],
        "rekey_due": list(change.due),
        "waiting": [{"scope": scope, "member": member} for scope, member in change.waiting],
    }


def _words(words: Iterable[str]) -> list[terminal.Line]:
    colours = {"+": "green", "-": "red", "~": "yellow"}
    return [[(word, colours.get(word[:1], ""))] if word[:1] in colours else word for word in words]


def _keys(change: AccessChange, who: str | None) -> list[terminal.Line]:
    if not change.rekeyed:
        return [f"{counted(change.sealed_again, 'value')} sealed again."] if change.sealed_again else []
    count = len(change.rekeyed)
    scopes = counted(count, "scope")
    sealed = f"{counted(change.sealed_again, 'value')} sealed again."
    if who is None:
        return [f"new keys for {scopes} ({', '.join(change.rekeyed)}), {sealed}"]
    have = "it has" if count == 1 else "both have" if count == 2 else "all have"
    return [f"{who} had {scopes} ({', '.join(change.rekeyed)}); {have} new keys, {sealed}"]
