"""Named secrets: `secrets/<environment>.yaml` and `secrets/common.yaml`, metadata in clear, the value sealed.

db_password:
  type: password
  description: the application's login
  rotate_every: 90d
  value: gm1.default.k3….gAAAA…
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gmconfig.errors import BrokenConfiguration, NotFound
from gmconfig.path import did_you_mean, format_keys
from gmconfig.secret import plaintext
from gmconfig.secret.access.rule import COMMON
from gmconfig.secret.log.place import secret_context
from gmconfig.secret.token import Sealed, is_token

if TYPE_CHECKING:
    from gmconfig.finding import Place
    from gmconfig.storage.snapshot import Snapshot

FOLDER = "secrets/"
VALUE = "value"


class Named(NamedTuple):
    """A named secret as it stands in its file; `environment` None is `common`.

    `sealed` is None where the value stands in plain text, or is missing.
    """

    name: str
    environment: str | None
    file: str
    metadata: Mapping[str, Any]
    sealed: Sealed | None

    @property
    def where(self) -> str:
        """The environment, or `common`."""
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
    entries = _entries(tree, file)
    return {name: _named(name, environment, file, entry) for name, entry in entries.items()}


def check_entries(tree: object, file: str) -> None:
    """Check that a tree is what a file of secrets holds: names, each with a map of what is said of it.

    Raises:
        BrokenConfiguration: it is something else; the message quotes no value.
    """
    for name, entry in _entries(tree, file).items():
        _named(name, None, file, entry)


def sealed_of(named: Named) -> Sealed:
    """Give a secret's token.

    Raises:
        BrokenConfiguration: the value stands in plain text, or is missing.
    """
    if named.sealed is None:
        hint = f"gmconfig secret seal {named.file} {format_keys((named.name, VALUE))}"
        raise BrokenConfiguration(f'secret "{named.name}" is not sealed', hint=hint, place=_place(named.file))
    return named.sealed


def missing(name: str, environment: str | None, known: Sequence[str]) -> NotFound:
    """Say that a secret does not exist, and how to make it."""
    option = f" -e {environment}" if environment else ""
    hint = did_you_mean(name, known, f"gmconfig secret create {name}{option}")
    return NotFound(f'secret "{name}" does not exist in {environment or COMMON}', hint=hint)


def _entries(tree: object, file: str) -> dict[str, object]:
    if not isinstance(tree, dict | None):
        raise BrokenConfiguration("a file of secrets is a map of names", place=_place(file))
    return tree or {}


def _named(name: str, environment: str | None, file: str, entry: object) -> Named:
    if not isinstance(entry, dict):
        raise BrokenConfiguration(f'"{name}" is not a map with a "{VALUE}"', place=_place(file))
    metadata = {key: value for key, value in entry.items() if key != VALUE}
    token = entry.get(VALUE)
    context = secret_context(name, environment)
    sealed = Sealed(str(token), context, file, (name, VALUE)) if is_token(token) else None
    return Named(name, environment, file, metadata, sealed)


def _place(file: str) -> Place:
    from gmconfig.finding import Place

    return Place(file)
