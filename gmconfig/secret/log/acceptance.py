"""The signed way out after honest work with plain git: a revert, a cherry-pick, a merge by hand, a rename.

What stands in the files now is sealed again, and one event names everything that it replaces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.secret import seal
from gmconfig.secret.log.sayings import Entry
from gmconfig.secret.log.standing import fingerprint
from gmconfig.secret.token import Context, Sealed, parse
from gmconfig.storage.change import YamlEdit

if TYPE_CHECKING:
    from gmconfig.secret.file.draft import Draft
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.change import FileEdit


def unsettled(vault: Vault, found: Iterable[Sealed]) -> list[Sealed]:
    """Give the sealed values that the log does not vouch for, or knows several of."""
    return [sealed for sealed in found if not _is_settled(vault, sealed)]


def accept(draft: Draft, found: Iterable[Sealed], present: Collection[Context] = ()) -> dict[str, FileEdit]:
    """Seal values again where they stand now; gives the edits of their files.

    `present` are all places that hold a sealed value now: a value was moved away from any other.

    Raises:
        AccessDenied: one of them was never sealed for any place that the log knows, or is not the caller's to
            read or write.
    """
    from gmconfig.storage.yaml.edit import Set

    edits: dict[str, list[Set]] = {}
    for sealed in found:
        value, entry = _value(draft.vault, sealed)
        if entry and entry.context != sealed.context and entry.context not in present:
            draft.drop(entry.context)
        token = draft.seal(
            sealed.context, value, before=sealed, metadata=draft.vault.metadata_of(sealed), same_as=sealed
        )
        edits.setdefault(sealed.file, []).append(Set(sealed.written_at, token, create=False))
    return {file: YamlEdit(file, tuple(sets)) for file, sets in edits.items()}


def accept_removal(draft: Draft, entries: Iterable[Entry]) -> None:
    """Log that values are gone on purpose, which were removed by hand."""
    for entry in entries:
        draft.drop(entry.context)


def _is_settled(vault: Vault, sealed: Sealed) -> bool:
    try:
        vault.check(sealed)
    except GmconfigError:
        return False
    return len(vault.standing.heads(sealed.context)) <= 1


def _value(vault: Vault, sealed: Sealed) -> tuple[object, Entry | None]:
    """Open a value for the place where the log saw it, or else for the one where it stands."""
    token = parse(sealed)
    entry = next(iter(vault.standing.known(fingerprint(sealed), token.key_name)), None)
    context = entry.context if entry else sealed.context
    return seal.open_token(token, vault.key(*token.key_name), context), entry
