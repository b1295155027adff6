"""What the verbs of access answer: values without behaviour, for programs and for the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.api.outcome import Outcome
    from gmconfig.finding import Finding


@dataclass(frozen=True, slots=True)
class ExposedValue:
    """A value that a former reader has seen and that has not changed since.

    Attributes:
        member: who has seen it.
        environment: where; `common` is what all environments share, `base` a document's base layer.
        name: the secret's, or the document and the path.
        since: when they lost access, ISO 8601 in UTC.
        document: the document that holds it; None for a named secret.
        backups: backups that hold it and that the member can open; harmless once the value is rotated.
    """

    member: str
    environment: str
    name: str
    since: str
    document: str | None = None
    backups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessChange:
    """What a change of access did.

    Attributes:
        outcome: the commit and its files.
        words: the change of the policy, in words.
        rekeyed: scopes that got new keys.
        sealed_again: how many values were sealed under them.
        exposed: what a former reader has seen, and what must be rotated at its source.
        due: scopes that a reader must re-key, because the caller cannot.
        waiting: pairs of a scope and a member whose key only a reader can wrap.
    """

    outcome: Outcome
    words: tuple[str, ...] = ()
    rekeyed: tuple[str, ...] = ()
    sealed_again: int = 0
    exposed: tuple[ExposedValue, ...] = ()
    due: tuple[str, ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MemberSummary:
    """A member of the access policy.

    Attributes:
        name: what the policy calls them.
        keys: what kind of key they have; None for none.
        roles: the roles that they have.
        rights: what they may do, by scope.
    """

    name: str
    keys: str | None
    roles: tuple[str, ...]
    rights: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class AccessSummary:
    """The access policy in force.

    Attributes:
        root: the id of the event that began it, which clones pin.
        versions: how many times it was signed.
        signed_by, signed_at: who signed it last, and when (ISO 8601 in UTC).
        members: everybody whom it knows.
        scopes: the rules of each scope, in words.
        unsettled: why nothing can be sealed; None if all is well.
        changes: what the file says beyond what was signed.
        due: scopes that must get new keys, because somebody lost reading.
    """

    root: str
    versions: int
    signed_by: str
    signed_at: str
    members: tuple[MemberSummary, ...]
    scopes: Mapping[str, tuple[str, ...]]
    unsettled: str | None
    changes: tuple[str, ...]
    due: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What `accept` signs for, by place.

    Attributes:
        outcome: the commit; None where nothing was signed.
        values: sealed values that stand as they are.
        gone: sealed values that are not there any more.
        restored: values whose signed event comes back into the log.
    """

    outcome: Outcome | None
    values: tuple[str, ...]
    gone: tuple[str, ...]
    restored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer of `verify`.

    Attributes:
        findings: what is wrong.
        values, events: how many sealed values and signed events were looked at.
        notes: what could not be checked, in words.
    """

    findings: tuple[Finding, ...]
    values: int
    events: int
    notes: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether nothing is wrong."""
        return not any(finding.fails for finding in self.findings)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One write that was signed, or one read on this machine.

    Attributes:
        time: when, ISO 8601 in UTC.
        actor: the member who did it.
        operation: what was done, such as `set` or `read`.
        places: what it was about.
        reason: why, as it was given.
        signed: False where nobody whom the policy ever knew signed the write.
        user: on whose behalf a program says that it read; None where it says nothing.
        changes: what it did to the access policy, in words.
    """

    time: str
    actor: str
    operation: str
    places: tuple[str, ...] = ()
    reason: str = ""
    signed: bool = True
    user: str | None = None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecretDifference:
    """How one secret differs between two sides.

    Attributes:
        name: the secret's.
        kind: `+`, `-`, `~` (another value), `=` (the same value, other metadata) or `?` (cannot be compared).
        detail: what differs, or why it cannot be compared, in words.
    """

    name: str
    kind: str
    detail: str = ""
