"""Changes of `access.yaml` as trees: members, grants and what is taken away; and the edits that make them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.errors import NotFound, Refused, UsageError
from gmconfig.path import KeyPath, Keys, did_you_mean
from gmconfig.project.names import HINT, is_name
from gmconfig.secret.access.policy import DEFAULT_SCOPE, EVERY, OPERATIONS, Policy

if TYPE_CHECKING:
    from gmconfig.storage.yaml.edit import Edit

Tree = dict[str, Any]


def with_member(policy: Policy, name: str, keys: Mapping[str, object]) -> Tree:
    """Add a member with their public keys; without keys, a name that only this process's checks know.

    Raises:
        Refused: there is a member or role of that name, or one with that key.
        UsageError: the name cannot be one.
    """
    if name in policy.members or name in policy.roles:
        hint = f"to change a key: gmconfig secret member remove {name}, then add it again"
        raise Refused(f'"{name}" is a member or role already', hint=hint)
    if not is_name(name):
        raise UsageError(f'"{name}" cannot name a member', hint=HINT)
    verifier = keys.get("verify") or keys.get("ssh")
    for member in policy.members.values():
        if verifier and member.verifier == verifier:
            raise Refused(f'this is the key of "{member.name}" already')
    tree = _copy(policy)
    tree.setdefault("members", {})[name] = dict(keys)
    return tree


def granted(policy: Policy, to: str, operations: Iterable[str], scope: str) -> Tree:
    """Let a member or a role do more in a scope; the same again changes nothing.

    Raises:
        NotFound: there is no such member, role or scope.
        UsageError: an operation is unknown, or `admin` is granted for less than everything.
    """
    check_operations(operations)
    check_name(policy, to)
    check_scope(policy, scope)
    if "admin" in operations and scope != EVERY:
        raise UsageError(
            "an admin signs the whole policy", hint=f"gmconfig secret grant {to} admin --scope '*'"
        )
    missing = [one for one in operations if not _allows(policy, to, one, scope)]
    tree = _copy(policy)
    if missing:
        entry = {"to": [to], "scopes": [scope], "may": missing}
        tree["grants"] = [*(tree.get("grants") or []), entry]
    return tree


def revoked(
    policy: Policy, name: str, operations: Sequence[str] = OPERATIONS, scope: str | None = None
) -> Tree:
    """Take operations in a scope (None: everywhere) from a member, or from a role.

    What a member had through a role and keeps, stands as a grant of their own afterwards.

    Raises:
        NotFound: there is no such member, role or scope.
    """
    check_operations(operations)
    check_name(policy, name, "gmconfig secret member list")
    if scope is not None:
        check_scope(policy, scope)
    tree = _copy(policy)
    grants: list[Tree] = []
    for grant in tree.get("grants") or []:
        grants.extend(_narrowed(policy, grant, name, set(operations), scope))
    tree["grants"] = [*grants, *_kept_of_roles(policy, name, set(operations), scope)]
    for role, names in (tree.get("roles") or {}).items():
        if name in _listed(names) and _role_gives(policy, role, set(operations), scope):
            tree["roles"][role] = [one for one in _listed(names) if one != name]
    return tree


def without_member(policy: Policy, name: str) -> Tree:
    """Take a member out of everything.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in policy.members:
        raise _unknown(policy, name)
    tree = _copy(policy)
    del tree["members"][name]
    for role, names in (tree.get("roles") or {}).items():
        if name in _listed(names):
            tree["roles"][role] = [one for one in _listed(names) if one != name]
    grants = [{**one, "to": [n for n in _listed(one["to"]) if n != name]} for one in tree.get("grants") or []]
    tree["grants"] = [one for one in grants if one["to"]]
    return tree


def check_name(policy: Policy, name: str, otherwise: str | None = None) -> None:
    """Refuse a name that is neither a member nor a role.

    Raises:
        NotFound: it is not; the hint names the nearest that is.
    """
    if name not in policy.members and name not in policy.roles:
        raise _unknown(policy, name, otherwise)


def check_scope(policy: Policy, scope: str) -> None:
    """Refuse a scope that the policy does not declare.

    Raises:
        NotFound: it does not; the hint names those that it does.
    """
    known = [DEFAULT_SCOPE, *(one for one in policy.scopes if one != DEFAULT_SCOPE)]
    if scope not in (EVERY, *known):
        raise NotFound(f'access.yaml declares no scope "{scope}"', hint=f"scopes: {', '.join(known)}")


def check_operations(operations: Iterable[str]) -> None:
    """Refuse what is not an operation.

    Raises:
        UsageError: one is not.
    """
    for one in operations:
        if one not in OPERATIONS:
            raise UsageError(f'"{one}" is not an operation', hint=", ".join(OPERATIONS))


def edits(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Edit, ...]:
    """Give the edits that turn one policy's file into another, leaving what stays as it is written."""
    return tuple(_edits(before, after, ()))


def _edits(before: object, after: object, keys: Keys) -> Iterable[Edit]:
    from gmconfig.storage.yaml.edit import Append, Set, Unset

    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and before:
        for key in before:
            if key not in after:
                yield Unset(KeyPath((*keys, key)))
        for key, value in after.items():
            yield from _edits(before.get(key), value, (*keys, key))
    elif isinstance(before, list) and isinstance(after, list) and before == after[: len(before)] and before:
        for item in after[len(before) :]:
            yield Append(KeyPath(keys), item)
    else:
        yield Set(KeyPath(keys), after)


def _narrowed(policy: Policy, grant: Tree, name: str, gone: set[str], scope: str | None) -> Iterable[Tree]:
    """Split one grant so that a name keeps only what was not taken."""
    to, scopes, may = (_listed(grant[key]) for key in ("to", "scopes", "may"))
    if name not in to or not gone & set(may) or not (scope is None or {scope, EVERY} & set(scopes)):
        yield grant
        return
    others = [one for one in to if one != name]
    if others:
        yield {**grant, "to": others}
    left = [one for one in may if one not in gone]
    if scope is None or scope == EVERY:
        if left:
            yield {"to": [name], "scopes": scopes, "may": left}
        return
    yield from _split(policy, name, scopes, may, left, scope)


def _split(
    policy: Policy, name: str, scopes: list[str], may: list[str], left: list[str], scope: str
) -> Iterable[Tree]:
    """Give what stays to a name that loses something in one scope only."""
    known = sorted({DEFAULT_SCOPE, *policy.scopes}) if EVERY in scopes else scopes
    elsewhere = [one for one in known if one != scope]
    if "admin" in left and EVERY in scopes:
        yield {"to": [name], "scopes": [EVERY], "may": ["admin"]}
        left, may = ([one for one in ops if one != "admin"] for ops in (left, may))
    if elsewhere and may:
        yield {"to": [name], "scopes": elsewhere, "may": may}
    if left:
        yield {"to": [name], "scopes": [scope], "may": left}


def _kept_of_roles(policy: Policy, name: str, gone: set[str], scope: str | None) -> Iterable[Tree]:
    """Give grants of their own for what a member has through roles that are about to be left."""
    for role in sorted(role for role, names in policy.roles.items() if name in names):
        if not _role_gives(policy, role, gone, scope):
            continue
        for grant in policy.tree.get("grants") or []:  # type: ignore[attr-defined]
            if role in _listed(grant["to"]):
                own = {"to": [name], "scopes": _listed(grant["scopes"]), "may": _listed(grant["may"])}
                yield from _narrowed(policy, own, name, gone, scope)


def _role_gives(policy: Policy, role: str, gone: set[str], scope: str | None) -> bool:
    return any(
        role in grant.to and gone & grant.may and (scope in (None, EVERY) or {scope, EVERY} & grant.scopes)
        for grant in policy.grants
    )


def _allows(policy: Policy, to: str, operation: str, scope: str) -> bool:
    """Whether a member or role has been granted it; a role only by name."""
    if to in policy.members:
        return policy.allows(to, operation, scope)
    return any(
        to in grant.to and operation in grant.may and {scope, EVERY} & grant.scopes for grant in policy.grants
    )


def _unknown(policy: Policy, name: str, otherwise: str | None = None) -> NotFound:
    more = otherwise or f"gmconfig secret member add {name}"
    hint = did_you_mean(name, [*policy.members, *policy.roles], more)
    return NotFound(f'"{name}" is neither a member nor a role', hint=hint)


def _listed(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]


def _copy(policy: Policy) -> Tree:
    return copy.deepcopy(dict(policy.tree))
