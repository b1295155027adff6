"""Whether everything sealed in a snapshot was written by somebody who may: needs no decryption key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.finding import Finding, Place, Severity
from gmconfig.secret.access.generation import FOLDER, wrap_file
from gmconfig.secret.access.policy import FILE
from gmconfig.secret.access.rights import losers
from gmconfig.secret.token import Sealed
from gmconfig.storage.snapshot import files_below

if TYPE_CHECKING:
    from gmconfig.secret.log.sayings import Entry
    from gmconfig.secret.named.store import Named
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
    yield from _keys(vault)
    for scope in sorted({record.scope for record in vault.standing.records.values()}):
        yield from _scope(vault, scope)


def _scope(vault: Vault, scope: str) -> Iterator[Finding]:
    current = vault.standing.current(scope)
    if len(current) > 1:
        message = f'scope "{scope}" was re-keyed on several branches'
        yield _finding("keys", message, hint=f"gmconfig secret rekey {scope}")
    policy = vault.trust.policies[0]
    # What waits for a signature may give back what a merge took: nobody has lost anything until then.
    lost = {} if vault.trust.unsettled else losers(vault.trust, vault.standing, policy, scope)
    for (name, _), (_, gone) in lost.items():
        message = f'scope "{scope}" is due for new keys: {name} may not {" or ".join(gone)} there any more'
        yield _finding("rekey-due", message, hint=f"gmconfig secret rekey {scope}")
    for record in current:
        for member in vault.trust.policies[0].readers(scope):
            if not vault.snapshot.exists(wrap_file(record, member.name)):
                message = f'{member.name} may read scope "{scope}", but has no wrapped key of it'
                yield _finding("keys", message, hint=f"gmconfig secret rekey {scope}")


def _keys(vault: Vault) -> Iterator[Finding]:
    """Yield records of keys that no rightful event names, and those that one names and that are gone."""
    standing = vault.standing
    named = {file: digest for digest, (_, file) in standing.makers.items()}
    present = {name for name in files_below(vault.snapshot, FOLDER) if name.endswith("/record.json")}
    for file in sorted(present - named.keys()):
        message = "no signed event of somebody who may make keys names this one: it was forged"
        if not _is_former(vault, file):
            yield _finding("keys", message, Place(file))
    for file, digest in named.items():
        scope, name = file.removeprefix(FOLDER).split("/")[:2]
        if digest not in standing.records and (scope, name) not in standing.retired:
            yield _finding("keys", "this key's record was removed or changed", Place(file))


def _is_former(vault: Vault, file: str) -> bool:
    """Whether a key was made by somebody who could, once: it opens history only, and counts for nothing else."""
    scope, name = file.removeprefix(FOLDER).split("/")[:2]
    return any(
        (made["scope"], made["generation"]) == (scope, name)
        for event in vault.ledger
        if vault.trust.was_member(event) or vault.trust.root not in (event.root, event.id)
        for made in event.tree.get("generations", ())
    )


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
