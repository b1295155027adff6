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
    """A value that a former reader has seen and that has not changed since; `place` is for people.

    `backups` hold what was live with it, and can be opened by them: they do no harm once it is rotated.
    """

    member: str
    environment: str
    name: str
    since: str
    document: str | None = None
    backups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessChange:
    """What a change of access did; `words` says it in words.

    `rekeyed` are scopes with new keys, `sealed_again` counts values. `exposed` must be rotated at its source.
    `due` are scopes that a reader must re-key; `waiting` pairs scopes with members whose key only a reader
    can wrap.
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
    """A member, with what they may do in each scope; `keys` says what kind of key, None for none."""

    name: str
    keys: str | None
    roles: tuple[str, ...]
    rights: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class AccessSummary:
    """The access policy in force; `unsettled` says why nothing can be sealed, None if all is well.

    `changes` is what the file says beyond what was signed.
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
    """What `accept` signs for: places whose value stands, is gone, or whose event comes back into the log."""

    outcome: Outcome | None
    values: tuple[str, ...]
    gone: tuple[str, ...]
    restored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer of `verify`; `notes` say what could not be checked."""

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

    `places` are what it was about, `changes` what it did to the access policy, in words.
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

    `kind` is `+`, `-`, `~` (another value), `=` (the same value, other metadata) or `?` (cannot be compared).
    """

    name: str
    kind: str
    detail: str = ""
