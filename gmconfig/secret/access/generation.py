"""Generations of a scope's key: the public record of each, and the key wrapped for every reader.

`secrets/keys/<scope>/<generation>/record.json` says which key it is without giving it away; beside it lies
one age file a reader. The record counts only if a rightful signed event names it, a wrapped key only if it
matches the record's commitment.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from gmconfig.errors import AccessDenied, BrokenConfiguration
from gmconfig.secret import canonical, seal
from gmconfig.secret.keyring import identity
from gmconfig.secret.token import is_generation, is_scope

if TYPE_CHECKING:
    from gmconfig.secret.access.policy import Member
    from gmconfig.secret.keyring.identity import Identity

FORMAT = "gm1/generation"
FOLDER = "secrets/keys/"

_FIELDS = {"format", "scope", "generation", "commitment", "public", "predecessors", "policy"}


class Record(NamedTuple):
    """What everybody may know about one generation; `digest` is the SHA-256 of its file."""

    scope: str
    generation: str
    commitment: bytes
    public: bytes
    predecessors: tuple[str, ...]
    policy: str
    digest: str


class NewGeneration:
    """A new key with the files that make it known."""

    def __init__(self, key: bytes, record: Record, files: Mapping[str, bytes]) -> None:
        self.key = key
        self.record = record
        self.files = files


def make(
    scope: str, readers: Iterable[Member], policy: str, predecessors: tuple[str, ...] = ()
) -> NewGeneration:
    """Make a new key for a scope and wrap it for its readers."""
    from gmconfig.secret.named.generator import writable

    key, name = os.urandom(seal.KEY_LENGTH), writable(10)
    public = seal.scope_private_key(key, scope, name).public_key().public_bytes_raw()
    raw = canonical.dumps(
        {
            "format": FORMAT,
            "scope": scope,
            "generation": name,
            "commitment": b64encode(seal.commitment(key, scope, name)).decode(),
            "public": b64encode(public).decode(),
            "predecessors": list(predecessors),
            "policy": policy,
        }
    )
    record = read(raw, record_file(scope, name))
    files = {record_file(scope, name): raw}
    files |= {wrap_file(record, member.name): wrapped(key, record, member) for member in readers}
    return NewGeneration(key, record, files)


def wrapped(key: bytes, record: Record, member: Member) -> bytes:
    """Wrap a generation's key for one member."""
    return identity.wrap(_payload(record, member.name, key), member.recipient or "")


def unwrapped(content: bytes, record: Record, member: str, who: Identity) -> bytes:
    """Open a wrapped key and prove that it is the one the record means.

    Raises:
        AccessDenied: it was made for somebody else, for another scope, generation or member, or is forged.
    """
    payload = who.unwrap(content)
    key = payload[-seal.KEY_LENGTH :]
    if payload != _payload(record, member, key):
        raise AccessDenied(
            f'the wrapped key of scope "{record.scope}" was made for another place: it was relabelled'
        )
    if seal.commitment(key, record.scope, record.generation) != record.commitment:
        raise AccessDenied(f'the wrapped key of scope "{record.scope}" is not the one its record commits to')
    return key


def read(raw: bytes, file: str) -> Record:
    """Read a record.

    Raises:
        BrokenConfiguration: it is damaged, or lies where another one belongs.
    """
    from gmconfig.finding import Place

    tree = canonical.loads(raw, f"the key record {file}")
    try:
        record = _record(tree, hashlib.sha256(raw).hexdigest())
    except (ValueError, TypeError, KeyError):
        raise BrokenConfiguration("this key record is malformed", place=Place(file)) from None
    if record_file(record.scope, record.generation) != file:
        raise BrokenConfiguration("this key record lies where another one belongs", place=Place(file))
    return record


def record_file(scope: str, generation: str) -> str:
    """Give the name of a record's file."""
    return f"{FOLDER}{scope}/{generation}/record.json"


def wrap_file(record: Record, member: str) -> str:
    """Give the name of a wrapped key's file."""
    return f"{FOLDER}{record.scope}/{record.generation}/{member}.age"


def _record(tree: Any, digest: str) -> Record:
    from base64 import b64decode

    if set(tree) != _FIELDS or tree["format"] != FORMAT:
        raise ValueError
    names = [tree["generation"], *tree["predecessors"]]
    if not is_scope(tree["scope"]) or not all(is_generation(name) for name in names):
        raise ValueError
    commitment, public = (b64decode(tree[key], validate=True) for key in ("commitment", "public"))
    if len(commitment) != seal.KEY_LENGTH or len(public) != seal.KEY_LENGTH:
        raise ValueError
    return Record(tree["scope"], names[0], commitment, public, tuple(names[1:]), str(tree["policy"]), digest)


def _payload(record: Record, member: str, key: bytes) -> bytes:
    parts = (b"gm1/wrap", record.scope.encode(), record.generation.encode(), member.encode(), key)
    return seal.length_prefixed(parts)
