"""Named secrets: `secrets/<environment>.yaml` and `secrets/common.yaml`, metadata in clear, the value sealed.

    db_password:
      type: password
      description: the application's login
      rotate_every: 90d
      value: gm1.default.k3….gAAAA…

What changes a secret returns the edits of all files concerned, so that they become one commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gmconfig.errors import BrokenConfiguration, NotFound, Refused, UsageError
from gmconfig.finding import Place
from gmconfig.path import KeyPath, nearest
from gmconfig.secret import plaintext
from gmconfig.secret.place import secret_context
from gmconfig.secret.rule import COMMON
from gmconfig.secret.token import Sealed, is_token
from gmconfig.storage.change import YamlEdit

if TYPE_CHECKING:
    from gmconfig.secret.draft import Draft
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.snapshot import Snapshot

FOLDER = "secrets/"
VALUE = "value"
FIELDS = ("type", "description", "owner", "created", "rotate_every", "expires")

Edits = dict[str, "FileEdit"]


@dataclass(frozen=True, slots=True)
class Named:
    """A named secret as it stands in its file; `environment` None is `common`.

    `sealed` is None where the value stands in plain text, or is missing.
    """

    name: str
    environment: str | None
    file: str
    metadata: Mapping[str, Any]
    sealed: Sealed | None

    @property
    def place(self) -> str:
        """The file and environment, for people."""
        return self.environment or COMMON


def file_of(environment: str | None) -> str:
    """Give the file that holds an environment's secrets; None is `common`."""
    return f"{FOLDER}{environment or COMMON}.yaml"


def metadata_digest(entry: object) -> str:
    """Give the hash of what a secret's entry says in clear."""
    metadata = {key: value for key, value in entry.items() if key != VALUE} if isinstance(entry, dict) else {}
    return hashlib.sha256(plaintext.encode(metadata)).hexdigest()


def secrets_in(snapshot: Snapshot, environment: str | None) -> dict[str, Named]:
    """Give the secrets of one file by name; empty where there is no file.

    Raises:
        BrokenConfiguration: the file is not a map of maps.
    """
    from gmconfig.storage.yaml import load

    file = file_of(environment)
    if not snapshot.exists(file):
        return {}
    tree = load(snapshot.read(file), file)
    if not isinstance(tree, dict | None):
        raise BrokenConfiguration("a file of secrets is a map of names", place=Place(file))
    return {name: _named(name, environment, file, entry) for name, entry in (tree or {}).items()}


def every_secret(snapshot: Snapshot, environments: Sequence[str | None]) -> Iterator[Named]:
    """Yield the secrets of several files; None is `common`. Needs no key."""
    for environment in environments:
        yield from secrets_in(snapshot, environment).values()


def look_up(snapshot: Snapshot, name: str, chain: Sequence[str]) -> Named:
    """Find a secret as an environment sees it: its own file, then those it extends, then `common`.

    `chain` is the environment with its ancestors, the root first; empty for `common` alone.

    Raises:
        NotFound: none of the files has it; the hint is the command that makes it.
        BrokenConfiguration: it is there, but not sealed.
    """
    known: list[str] = []
    for environment in (*reversed(chain), None):
        found = secrets_in(snapshot, environment)
        if name in found:
            return _whole(found[name])
        known += found
    where = chain[-1] if chain else COMMON
    near = nearest(name, known)
    option = f" -e {chain[-1]}" if chain else ""
    hint = f'did you mean "{near}"?' if near else f"gmconfig secret create {name}{option}"
    raise NotFound(f'secret "{name}" does not exist in {where}', hint=hint)


def create(
    draft: Draft, name: str, value: object, *, environment: str | None, metadata: Mapping[str, object]
) -> Edits:
    """Add a secret to an environment's file; `metadata` holds what is said in clear, `created` is added.

    Raises:
        Refused: that file has it already.
        UsageError: the name cannot be one, or a field of the metadata is unknown.
    """
    check_name(name)
    if name in secrets_in(draft.vault.snapshot, environment):
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
    if name in secrets_in(draft.vault.snapshot, environment):
        raise Refused(f'secret "{name}" exists in {environment or COMMON}')
    value = draft.vault.open(_whole(named).sealed)  # type: ignore[arg-type]  # whole means sealed
    entry = _clear({}, named.metadata)
    entry[VALUE] = draft.seal(secret_context(name, environment), value, metadata=metadata_digest(entry))
    draft.drop(secret_context(named.name, named.environment), named.sealed)
    old, new = Unset(KeyPath((named.name,))), _set((name,), entry)
    if environment == named.environment:
        return _edits(environment, old, new)
    return {**_edits(named.environment, old), **_edits(environment, new)}


def check_name(name: str) -> None:
    """Refuse a name that could not be written in a placeholder.

    Raises:
        UsageError: it is empty or holds something else than letters, digits, `_`, `-`, `.` and `/`.
    """
    if not name or not all(char.isalnum() or char in "_-./" for char in name) or not name[0].isalnum():
        raise UsageError(f'"{name}" cannot name a secret', hint="letters, digits, _, -, . and / make a name")


def _named(name: str, environment: str | None, file: str, entry: object) -> Named:
    if not isinstance(entry, dict):
        raise BrokenConfiguration(f'"{name}" is not a map with a "{VALUE}"', place=_place(file, name))
    metadata = {key: value for key, value in entry.items() if key != VALUE}
    token = entry.get(VALUE)
    context = secret_context(name, environment)
    sealed = Sealed(str(token), context, file, (name, VALUE)) if is_token(token) else None
    return Named(name, environment, file, metadata, sealed)


def _whole(named: Named) -> Named:
    if named.sealed is None:
        hint = f"gmconfig secret seal {named.file} {KeyPath((named.name, VALUE))}"
        raise BrokenConfiguration(
            f'secret "{named.name}" is not sealed', hint=hint, place=_place(named.file, named.name)
        )
    return named


def _place(file: str, name: str) -> Place:
    del name  # its line would need the file to be read again; the message names it
    return Place(file)


def _clear(metadata: Mapping[str, object], kept: Mapping[str, object] | None = None) -> dict[str, object]:
    """Order the fields, leaving out those that say nothing; what a hand has added to `kept` stays."""
    for key in metadata:
        if key not in FIELDS:
            near = nearest(key, FIELDS)
            hint = f'did you mean "{near}"?' if near else ", ".join(FIELDS)
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
