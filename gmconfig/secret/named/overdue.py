"""Which named secrets should have got a new value by now: needs no key, only the log and what is said in clear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import GmconfigError
from gmconfig.secret.log.sayings import Entry
from gmconfig.secret.log.standing import RESEALING, Standing, fingerprint
from gmconfig.secret.named.due import due_on

if TYPE_CHECKING:
    from gmconfig.secret.named.store import Named
    from gmconfig.secret.vault import Vault


class Overdue(NamedTuple):
    """A secret that is due since a day, and why, in words."""

    secret: Named
    since: date
    reason: str


def overdue(vault: Vault, secrets: Iterable[Named], today: date) -> Iterator[Overdue]:
    """Yield the secrets that are due.

    Raises:
        UsageError: `rotate_every` or `expires` of one cannot be read.
    """
    for secret in secrets:
        day = due_day(vault, secret)
        if day is not None and day <= today:
            yield Overdue(secret, day, _reason(secret, day))


def due_day(vault: Vault, secret: Named) -> date | None:
    """Give the day on which a secret must have a new value; None where nothing says so."""
    every = "rotate_every" in secret.metadata
    written = value_written(vault, secret) if every else None
    return due_on(secret.metadata, written)


def value_written(vault: Vault, secret: Named) -> str | None:
    """Give when the value was written, however often it was sealed again since; None where nobody knows."""
    try:
        known = secret.sealed and written(vault.standing, secret.sealed)
    except GmconfigError:  # no trusted policy, which is another check's finding
        known = None
    return known or born(secret)


def born(secret: Named) -> str | None:
    """Give when a secret was made, by what its file says in clear."""
    created = secret.metadata.get("created")
    return created if isinstance(created, str) and len(created) == len("2026-11-22T16:40:01Z") else None


def written(standing: Standing, token: str) -> str | None:
    """Give when the plaintext of a token was first sealed, by the log: a re-keyed value is not a new one."""
    times: list[str] = []
    seen: set[str] = set()
    waiting = [fingerprint(token)]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            for entry in _entries(standing, name):
                times.append(entry.event.time)
                waiting += _older(entry, name)
    return min(times, default=None)


def _entries(standing: Standing, name: str) -> list[Entry]:
    first = standing.entries.get(name)
    return standing.repeated.get(name) or ([] if first is None else [first])


def _older(entry: Entry, name: str) -> list[str]:
    """Give the tokens of the same plaintext that an event replaced."""
    pairs = (entry.event.tree.get("details") or {}).get("same", ())
    same = [old for new, old in pairs if new == name]
    return same or (list(entry.before) if entry.event.operation in RESEALING else [])


def _reason(secret: Named, day: date) -> str:
    if str(secret.metadata.get("expires", ""))[:10] == day.isoformat():
        return f"it expires on {day}"
    return f"its value is older than {secret.metadata['rotate_every']} since {day}"
