"""What only opens history: keys of before a change of keys, or of former members; roots of before a reset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied
from gmconfig.secret.access.denial import next_steps
from gmconfig.secret.access.generation import FOLDER, read, unwrapped, wrap_file

if TYPE_CHECKING:
    from gmconfig.secret.access.generation import Record
    from gmconfig.secret.log.event import Event
    from gmconfig.secret.log.ledger import Ledger
    from gmconfig.secret.log.trust import Trust
    from gmconfig.secret.vault import Vault


def opened(record: Record, today: Vault) -> bytes:
    """Open an earlier key with what today's policy gives: grants of later on count too.

    Raises:
        AccessDenied: it was not wrapped for the member whom the identity at hand belongs to by now.
    """
    member = today.member
    try:
        content = today.snapshot.read(wrap_file(record, member))
    except FileNotFoundError:
        raise _denied(record, today) from None
    return unwrapped(content, record, member, today.held.identity)


def root_of_then(root: str, today: Ledger, then: Ledger) -> str:
    """Give the root that a trusted one says it replaced, as far back as it takes; else the trusted one."""
    seen, waiting = {root}, [root]
    while waiting:
        name = waiting.pop()
        if name in then.events:
            return name
        event = today.events.get(name)
        replaced = (event.tree.get("details") or {}).get("replaces", ()) if event else ()
        waiting += [one for one in replaced if one not in seen]
        seen.update(replaced)
    return root


def former_records(vault: Vault) -> Iterator[Record]:
    """Yield the records of keys that a member made who may make none any more; they open history only."""
    made = {
        one["record"]: f"{FOLDER}{one['scope']}/{one['generation']}/record.json"
        for event in vault.ledger
        for one in event.tree.get("generations", ())
        if one["record"] not in vault.standing.records and _could_make(vault.trust, event, one["scope"])
    }
    contents = vault.snapshot.read_many(set(made.values()))
    records = (read(raw, file) for file, raw in contents.items())
    yield from (record for record in records if record.digest in made)


def _could_make(trust: Trust, event: Event, scope: str) -> bool:
    """Whether any version ever signed let the member who signed an event make keys of a scope."""
    rights = ("admin", "rotate")
    return trust.was_member(event) and any(
        policy.allows(event.actor, right, scope) for _, policy in trust.signed.values() for right in rights
    )


def _denied(record: Record, today: Vault) -> AccessDenied:
    member, scope = today.member, record.scope
    if any(one.generation == record.generation for one in today.standing.current(scope)):
        return AccessDenied(
            f'"{member}" cannot read scope "{scope}": its key was not wrapped for them',
            hint=next_steps(member, "read", scope),
        )
    message = f'"{member}" cannot read what was sealed under an earlier key of scope "{scope}"'
    return AccessDenied(message, hint=next_steps(member, "read", scope, history=True))
