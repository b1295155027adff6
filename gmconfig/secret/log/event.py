"""Signed events: one file for each command that wrote a secret, the policy or a key.

    {"format": "gm1/event", "operation": "set", "actor": "alice", "time": "2026-11-22T16:40:01Z",
     "reason": "…", "root": "<id of the pinned root>", "policy": "<digest of the policy it was made under>",
     "changes": [{"document": null, "environment": "production", "variables": {}, "yaml": 1,
                  "scope": "default", "generation": "k3…",
                  "values": [[["db_password", "value"], "<token's SHA-256>", ["<its predecessors'>"],
                              "<metadata's>"]]}],
     "generations": [{"scope": "default", "generation": "k3…", "record": "<record's SHA-256>"}],
     "access": {…}, "parents": ["<id of the access event before>"],
     "key": "ed25519:…", "signature": "…"}

A value that is gone has null for its token. New metadata beside a value that stays names the events before
instead of tokens. `changes`, `generations`, `access` with `parents`, and the last part of a value stand only
where there is something to say. The signature covers all but itself.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from gmconfig.errors import BrokenConfiguration
from gmconfig.secret import canonical
from gmconfig.secret.keyring import signature

if TYPE_CHECKING:
    from gmconfig.secret.keyring.identity import Identity

FORMAT = "gm1/event"
FOLDER = "secrets/log/"

_NEEDED = {"format", "operation", "actor", "time", "reason", "root", "policy", "key", "signature"}
_KNOWN = _NEEDED | {"changes", "generations", "access", "parents", "details"}
_HASH_IN_NAME = 32


class Event(NamedTuple):
    """One event whose signature was proved; `id` is the SHA-256 of its file, `file` its name."""

    id: str
    file: str
    tree: Mapping[str, Any]

    @property
    def operation(self) -> str:
        """The word for what was done."""
        return str(self.tree["operation"])

    @property
    def actor(self) -> str:
        """The member who did it, by their own account; `key` is what was proved."""
        return str(self.tree["actor"])

    @property
    def key(self) -> str:
        """The public key whose signature was proved."""
        return str(self.tree["key"])

    @property
    def time(self) -> str:
        """When it was made, by the writer's clock."""
        return str(self.tree["time"])

    @property
    def reason(self) -> str:
        """Why, in the writer's words; empty where none was given."""
        return str(self.tree["reason"])

    @property
    def root(self) -> str:
        """The policy's root that it belongs to; empty for a root itself. Elsewhere it counts for nothing."""
        return str(self.tree["root"])

    @property
    def access(self) -> Mapping[str, Any] | None:
        """The policy that this event puts in force, or None."""
        return self.tree.get("access")

    @property
    def parents(self) -> tuple[str, ...]:
        """The access events that this one follows; empty for the root."""
        return tuple(self.tree.get("parents", ()))

    @property
    def described(self) -> str:
        """Who did what when, in a few words for messages."""
        return f"{self.operation} by {self.actor} on {self.time[:10]}"


def timestamp(now: datetime) -> str:
    """Write a time as events and metadata do."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(content: Mapping[str, object], identity: Identity) -> tuple[str, bytes]:
    """Sign an event; gives its file's name and bytes."""
    tree = {"format": FORMAT, **content, "key": identity.verifier}
    signed = identity.sign(canonical.dumps(tree))
    raw = canonical.dumps({**tree, "signature": b64encode(signed).decode()})
    return file_name(str(content["time"]), raw), raw


def file_name(time: str, raw: bytes) -> str:
    """Give the name of an event's file: writers never collide, since the name holds the content's hash."""
    compact = time.replace("-", "").replace(":", "")
    return f"{FOLDER}{time[:4]}/{compact}-{hashlib.sha256(raw).hexdigest()[:_HASH_IN_NAME]}.json"


def read(raw: bytes, file: str) -> Event:
    """Read an event and prove its signature.

    Raises:
        BrokenConfiguration: it is damaged, misnamed or not signed by the key that it names.
    """
    from gmconfig.finding import Place

    tree = canonical.loads(raw, "this event")
    try:
        if not isinstance(tree, dict):
            raise ValueError
        _check_shape(tree)
        if file_name(tree["time"], raw) != file:
            raise BrokenConfiguration("this event's name does not fit its content")
        unsigned = {key: value for key, value in tree.items() if key != "signature"}
        proof = b64decode(tree["signature"], validate=True)
        if not signature.is_signed_by(tree["key"], canonical.dumps(unsigned), proof):
            raise BrokenConfiguration(
                "this event's signature does not fit its content: it was changed or forged"
            )
    except (ValueError, TypeError, KeyError) as error:
        message = error.message if isinstance(error, BrokenConfiguration) else "this event is malformed"
        raise BrokenConfiguration(message, place=Place(file)) from None
    return Event(hashlib.sha256(raw).hexdigest(), file, tree)


def _check_shape(tree: dict[str, Any]) -> None:
    if tree.get("format") != FORMAT or not _NEEDED <= set(tree) <= _KNOWN:
        raise ValueError
    for key in _NEEDED:
        _is(tree[key], str)
    if len(tree["time"]) != len("2026-11-22T16:40:01Z") or not tree["time"].endswith("Z"):
        raise ValueError
    datetime.fromisoformat(tree["time"])
    if b64encode(b64decode(tree["signature"], validate=True)).decode() != tree["signature"]:
        raise ValueError
    for change in _is(tree.get("changes", []), list):
        _check_change(change)
    for generation in _is(tree.get("generations", []), list):
        for key in ("scope", "generation", "record"):
            _is(generation[key], str)
    _is(tree.get("access", {}), dict)
    _check_details(_is(tree.get("details", {}), dict))
    for parent in _is(tree.get("parents", []), list):
        _is(parent, str)


def _check_details(details: dict[str, Any]) -> None:
    """Check what else an event may say.

    `same` pairs new tokens with older ones of the same plaintext; `exposed` lists what former readers know;
    `access` is the policy's version that a key was made under; `replaces` are roots that this one ends.
    """
    for new, old in _is(details.get("same", []), list):
        _is(new, str), _is(old, str)
    for name in (*_is(details.get("access", []), list), *_is(details.get("replaces", []), list)):
        _is(name, str)
    for entry in _is(details.get("exposed", []), list):
        _is(entry["member"], str), _is(entry["scope"], str)
        for token, since in _is(entry["values"], list):
            _is(token, str), _is(since, str)


def _check_change(change: dict[str, Any]) -> None:
    for key in ("document", "environment"):
        if change[key] is not None:
            _is(change[key], str)
    for name, value in _is(change["variables"], dict).items():
        _is(name, str), _is(value, str)
    _is(change["yaml"], int), _is(change["scope"], str), _is(change["generation"], str)
    for entry in _is(change["values"], list):
        _check_entry(entry)


def _check_entry(entry: list[Any]) -> None:
    path, token, before, *metadata = entry
    for element in _is(path, list):
        if isinstance(element, dict):
            _is(element["is"], str), [_is(key, str) for key in _is(element["by"], list)]
        elif type(element) is not str and type(element) is not int:
            raise ValueError
    if token is not None:
        _is(token, str)
    if len(metadata) > 1 or any(type(one) is not str for one in [*_is(before, list), *metadata]):
        raise ValueError


def _is(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError
    return value
