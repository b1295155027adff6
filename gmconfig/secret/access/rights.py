"""What members may do under one policy and no more under another, by their keys and not their names alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gmconfig.secret.access.policy import DEFAULT_SCOPE, OPERATIONS

if TYPE_CHECKING:
    from gmconfig.secret.access.policy import Member, Policy
    from gmconfig.secret.log.event import Event
    from gmconfig.secret.log.standing import Standing
    from gmconfig.secret.log.trust import Trust

LOSSES = ("read", "write", "rotate")
"""Whoever loses one of these must not know the key that comes next."""


def scopes_of(*policies: Policy) -> tuple[str, ...]:
    """Give every scope that some policy declares, the default among them."""
    return tuple(sorted({DEFAULT_SCOPE, *(scope for policy in policies for scope in policy.scopes)}))


def lost(before: Policy, after: Policy, scope: str) -> dict[str, tuple[str, ...]]:
    """Give what each member (whose keys count) may do in a scope no more; a new key is a new member."""
    found = {}
    for name, member in before.members.items():
        if member.verifier is None:
            continue
        kept = after.members.get(name) == member
        gone = [
            operation
            for operation in LOSSES
            if before.allows(name, operation, scope) and not (kept and after.allows(name, operation, scope))
        ]
        if gone:
            found[name] = tuple(gone)
    return found


def losers(
    trust: Trust, standing: Standing, after: Policy, scope: str
) -> dict[tuple[str, str | None], tuple[Member, tuple[str, ...]]]:
    """Give who could do something in a scope since its current keys were made, and may not under a policy."""
    found: dict[tuple[str, str | None], tuple[Member, tuple[str, ...]]] = {}
    for policy in _since(trust, _anchors(trust, standing, scope)):
        for name, operations in lost(policy, after, scope).items():
            member = policy.members[name]
            found[name, member.verifier] = (member, operations)
    return found


def described(before: Policy, after: Policy) -> list[str]:
    """Say in words what one policy changes in another, a line each."""
    lines = [*_members(before, after)]
    for scope in scopes_of(before, after):
        lines += _scope(before, after, scope)
    lines += _names(before.roles, after.roles, "role")
    for section in ("must_be_sealed", "references", "rotation", "layout"):
        if (before.tree.get(section) or None) != (after.tree.get(section) or None):
            lines.append(f"~ {section}: {_count(before, section)} → {_count(after, section)} rules")
    return lines


def _members(before: Policy, after: Policy) -> Iterable[str]:
    for name in sorted({*before.members, *after.members}):
        old, new = before.members.get(name), after.members.get(name)
        if old is None and new is not None:
            yield f"+ member {name} ({_key(new)})"
        elif new is None:
            yield f"- member {name}"
        elif old != new and new is not None:
            yield f"~ member {name} has another key ({_key(new)})"


def _key(member: Member) -> str:
    return member.recipient[:40] if member.recipient else "no keys: enforced by this process only"


def _scope(before: Policy, after: Policy, scope: str) -> Iterable[str]:
    if before.scopes.get(scope, ()) != after.scopes.get(scope, ()):
        yield f"~ scope {scope} covers other places"
    for name in sorted({*before.members, *after.members}):
        old, new = (
            {one for one in OPERATIONS if name in policy.members and policy.allows(name, one, scope)}
            for policy in (before, after)
        )
        for sign, words in (("+", new - old), ("-", old - new)):
            if words:
                listed = ", ".join(one for one in OPERATIONS if one in words)
                yield f"{sign} {name}: {listed} in scope {scope}"


def _names(
    before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]], what: str
) -> Iterable[str]:
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"~ {what} {name}: {', '.join(sorted(after.get(name, ()))) or 'nobody'}"


def _count(policy: Policy, section: str) -> int:
    value = policy.tree.get(section)
    return len(value) if isinstance(value, list | dict) else 0


def _anchors(trust: Trust, standing: Standing, scope: str) -> set[str]:
    """Give the signed versions under which a scope's current keys were made."""
    found: set[str] = set()
    for record in standing.current(scope):
        event, _ = standing.makers[record.digest]
        named = (event.tree.get("details") or {}).get("access", ())
        made_under = {event.id} if event.access is not None else set(named)
        found |= made_under or {
            i for i, (_, policy) in trust.signed.items() if policy.digest == record.policy
        }
    return found


def _since(trust: Trust, anchors: set[str]) -> list[Policy]:
    """Give the versions from the anchors on, them included."""
    reached: set[str] = set()
    waiting: list[tuple[Event, Policy]] = list(trust.signed.values())
    while ready := [e for e, _ in waiting if e.id in anchors or reached.intersection(e.parents)]:
        reached |= {event.id for event in ready}
        waiting = [one for one in waiting if one[0].id not in reached]
    return [policy for event, policy in trust.signed.values() if event.id in reached]
