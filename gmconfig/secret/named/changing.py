"""Changing named secrets: create, set, rotate, describe, delete, move.

Each gives the edits of the files concerned; with the draft's own (the event, new keys) they are one commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gmconfig.errors import Refused, UsageError
from gmconfig.path import KeyPath, did_you_mean
from gmconfig.path.lookalike import oddity
from gmconfig.secret.access.rule import COMMON
from gmconfig.secret.log.place import secret_context
from gmconfig.secret.named.store import VALUE, Named, file_of, metadata_digest, sealed_of
from gmconfig.storage.change import YamlEdit

if TYPE_CHECKING:
    from gmconfig.secret.file.draft import Draft
    from gmconfig.storage.change import FileEdit

FIELDS = ("type", "description", "owner", "created", "rotate_every", "expires", "length")

Edits = dict[str, "FileEdit"]


def create(
    draft: Draft, name: str, value: object, *, environment: str | None, metadata: Mapping[str, object]
) -> Edits:
    """Add a secret to an environment's file; `metadata` holds what is said in clear, `created` is added.

    Raises:
        Refused: that file has it already.
        UsageError: the name cannot be one, or a field of the metadata is unknown.
    """
    check_name(name)
    if name in draft.vault.secrets(environment):
        option = f" -e {environment}" if environment else ""
        hint = f"to change its value: gmconfig secret set {name}{option}"
        raise Refused(f'secret "{name}" exists in {environment or COMMON}', hint=hint)
    entry = _clear({**metadata, "created": draft.time})
    entry[VALUE] = draft.seal(secret_context(name, environment), value, metadata=metadata_digest(entry))
    return _edits(environment, _set((name,), entry))


def change(draft: Draft, named: Named, value: object, metadata: Mapping[str, object] | None = None) -> Edits:
    """Give a secret a new value, or new metadata, or both; the same ones again change nothing."""
    from gmconfig.storage.yaml.edit import Set, Unset

    entry = _clear(metadata or {}, named.metadata)
    context = secret_context(named.name, named.environment)
    token = draft.seal(context, value, before=named.sealed, metadata=metadata_digest(entry))
    wanted = {**entry, VALUE: token}
    now = {**named.metadata, VALUE: named.sealed}
    edits: list[Set | Unset] = [
        Set(KeyPath((named.name, key)), new) for key, new in wanted.items() if now.get(key) != new
    ]
    edits += [Unset(KeyPath((named.name, key))) for key in now if key not in wanted]
    return _edits(named.environment, *edits)


def delete(draft: Draft, named: Named) -> Edits:
    """Take a secret out of its file."""
    from gmconfig.storage.yaml.edit import Unset

    draft.drop(secret_context(named.name, named.environment), named.sealed)
    return _edits(named.environment, Unset(KeyPath((named.name,))))


def move(draft: Draft, named: Named, name: str, environment: str | None) -> Edits:
    """Give a secret another name, or another environment, sealed for its new place.

    Raises:
        Refused: there is one of that name already.
        BrokenConfiguration: it is not sealed.
    """
    from gmconfig.storage.yaml.edit import Unset

    check_name(name)
    if name in draft.vault.secrets(environment):
        raise Refused(f'secret "{name}" exists in {environment or COMMON}')
    sealed = sealed_of(named)
    value = draft.vault.open(sealed)
    entry = _clear({}, named.metadata)
    context = secret_context(name, environment)
    entry[VALUE] = draft.seal(context, value, metadata=metadata_digest(entry), same_as=sealed)
    draft.drop(secret_context(named.name, named.environment), named.sealed)
    old, new = Unset(KeyPath((named.name,))), _set((name,), entry)
    if environment == named.environment:
        return _edits(environment, old, new)
    return {**_edits(named.environment, old), **_edits(environment, new)}


def both(one: FileEdit | None, other: FileEdit) -> FileEdit:
    """Join two changes of one file of secrets."""
    if not isinstance(one, YamlEdit) or not isinstance(other, YamlEdit):
        return other
    return YamlEdit(other.file, (*one.edits, *other.edits))


def check_name(name: str) -> None:
    """Refuse a name that could not be written in a placeholder.

    Raises:
        UsageError: it is empty or holds something else than letters, digits, `_`, `-`, `.` and `/`.
    """
    if not name or not all(char.isalnum() or char in "_-./" for char in name) or not name[0].isalnum():
        raise UsageError(f'"{name}" cannot name a secret', hint="letters, digits, _, -, . and / make a name")
    odd = oddity(name)
    if odd:
        raise UsageError(f'"{name}" {odd}, and cannot name a secret', hint="type the name anew")


def _clear(metadata: Mapping[str, object], kept: Mapping[str, object] | None = None) -> dict[str, object]:
    """Order the fields, leaving out those that say nothing; what somebody added to `kept` by hand stays."""
    for key in metadata:
        if key not in FIELDS:
            hint = did_you_mean(key, FIELDS, ", ".join(FIELDS))
            raise UsageError(f'a secret has no field "{key}"', hint=hint)
    given = {**(kept or {}), **metadata}
    ordered = dict.fromkeys([*FIELDS, *given])
    return {key: given[key] for key in ordered if given.get(key) not in (None, "")}


def _set(keys: tuple[str, ...], value: object) -> Any:
    from gmconfig.storage.yaml.edit import Set

    return Set(KeyPath(keys), value)


def _edits(environment: str | None, *edits: Any) -> Edits:
    """Give the edit of one file of secrets; nothing where nothing changes."""
    file = file_of(environment)
    return {file: YamlEdit(file, edits)} if edits else {}
