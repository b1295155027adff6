"""Whether everything sealed in a snapshot was written by somebody who may: needs no decryption key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.finding import Finding, Place, Severity
from gmconfig.secret.policy import FILE
from gmconfig.secret.token import Sealed

if TYPE_CHECKING:
    from gmconfig.secret.standing import Entry
    from gmconfig.secret.store import Named
    from gmconfig.secret.vault import Vault

CHECK = "secret"


def findings(vault: Vault, found: Iterable[Sealed], named: Iterable[Named] = ()) -> Iterator[Finding]:
    """Yield every offence: `found` are the sealed values of all documents, `named` all named secrets.

    Raises:
        Refused: there is no pinned policy to judge by.
    """
    yield from _log(vault)
    places = set()
    for sealed in [*found, *_sealed(secrets := list(named))]:
        places.add(sealed.context)
        yield from _value(vault, sealed)
    for secret in secrets:
        if secret.sealed is None:
            message = f'secret "{secret.name}" stands in plain text, or has no value'
            yield _finding("plaintext", message, Place(secret.file))
    for token, entry in vault.standing.entries.items():
        if entry.context not in places and vault.standing.replacement(token, entry.scope) is None:
            yield _finding("removed", f"{entry.context}: its sealed value was removed; it was {_last(entry)}")


def _log(vault: Vault) -> Iterator[Finding]:
    """Yield what is wrong with the log, the policy and the keys themselves."""
    for error in vault.ledger.damaged:
        place = error.place if isinstance(error.place, Place) else None
        yield _finding("event", error.message, place)
    for event in vault.trust.forged:
        message = f"no admin of the version before signed this access policy ({event.described})"
        yield _finding("policy", message, Place(event.file))
    if vault.trust.unsettled:
        yield _finding("policy", vault.trust.unsettled, Place(FILE), "gmconfig secret access sign")
    for scope in sorted({record.scope for record in vault.standing.records.values()}):
        if len(vault.standing.current(scope)) > 1:
            message = f'scope "{scope}" was re-keyed on several branches'
            yield _finding("keys", message, hint=f"gmconfig secret rekey {scope}")


def _value(vault: Vault, sealed: Sealed) -> Iterator[Finding]:
    try:
        vault.check(sealed)
    except GmconfigError as error:
        yield _finding("token", error.message, vault.place(sealed), error.hint)
        return
    if len(heads := vault.standing.heads(sealed.context)) > 1:
        message = f"{sealed.context}: written {len(heads)} times side by side, and nobody chose"
        yield _finding("heads", message, vault.place(sealed), "gmconfig secret accept")


def _sealed(named: Iterable[Named]) -> list[Sealed]:
    return [one.sealed for one in named if one.sealed is not None]


def _last(entry: Entry) -> str:
    return f"last written ({entry.event.described})"


def _finding(rule: str, message: str, place: Place | None = None, hint: str | None = None) -> Finding:
    return Finding(CHECK, rule, Severity.ERROR, message, place, hint=hint)
