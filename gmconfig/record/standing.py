"""Which commit each target had when a deployment had come to its end: found in the chain of records. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gmconfig.record.entry import THERE, Record


def commits(records: Iterable[Record]) -> dict[str, str]:
    """Give the commit of what each target has, by records, the newest first."""
    found: dict[str, str] = {}
    for record in records:
        for name, outcome in record.targets.items():
            if name not in found and outcome.step in THERE:
                found[name] = record.commit_of(name)
    return found


def apart(records: Sequence[Record], goal: Record) -> Mapping[str, str]:
    """Give the targets that had another commit than the goal's when that had come to its end.

    They were held, or it left them out: going back to it does not mean that they follow it.

    Args:
        records: of the environment, the newest first.
        goal: one of them.
    """
    then = records[next(place for place, one in enumerate(records) if one.id == goal.id) :]
    return {name: commit for name, commit in commits(then).items() if commit != goal.commit}
