"""A tree as a YAML file of sops, sealed for age recipients."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from gmconfig.errors import Refused, UsageError
from gmconfig.path import format_keys
from gmconfig.secret.importer import sops_cipher as cipher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.path import Keys

_VERSION = "3.9.0"
_SUFFIX = "_unencrypted"


def write(tree: dict[str, object], recipients: Sequence[str], *, only: str | None = None) -> bytes:
    """Write a file that every reader of sops opens; `only` encrypts below keys that this pattern matches.

    Raises:
        UsageError: there is no recipient, or one is none of age's.
        Refused: a key says to sops that its value is not a secret.
    """
    from gmconfig.storage.yaml import dump

    key, total = secrets.token_bytes(32), hashlib.sha512()
    body = _sealed(tree, key, (), total) if only is None else _partly(tree, key, (), total, re.compile(only))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    mac = cipher.sealed(total.hexdigest().upper(), key, now.encode())
    wraps = [{"recipient": recipient, "enc": _wrapped(key, recipient)} for recipient in recipients]
    if not wraps:
        hint = "give --age age1…, or set SOPS_AGE_RECIPIENTS"
        raise UsageError("sops needs an age recipient to seal for", hint=hint)
    rule = {"unencrypted_suffix": _SUFFIX} if only is None else {"encrypted_regex": only}
    sops = {"age": wraps, "lastmodified": now, "mac": mac, **rule, "version": _VERSION}
    return dump({**body, "sops": sops})


def _sealed(value: object, key: bytes, keys: Keys, total: Any) -> Any:
    if isinstance(value, dict):
        for name in value:
            if str(name).endswith(_SUFFIX) or (not keys and name == "sops"):
                raise Refused(f'sops would not seal "{format_keys((*keys, name))}"', hint="rename it first")
        return {name: _sealed(item, key, (*keys, name), total) for name, item in value.items()}
    if isinstance(value, list):
        return [_sealed(item, key, (*keys, number), total) for number, item in enumerate(value)]
    if value is None or value == "":
        return value
    plain = str(value) if type(value) not in (bool, int, float, bytes) else value
    total.update(cipher.plain_bytes(plain))
    return cipher.sealed(plain, key, cipher.associated(keys))


def _partly(value: object, key: bytes, keys: Keys, total: Any, only: re.Pattern[str]) -> Any:
    """Encrypt what lies below a matching key; the hash covers everything."""
    if isinstance(value, dict):
        return {
            name: (_sealed if only.search(str(name)) else partial(_partly, only=only))(
                item, key, (*keys, name), total
            )
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_partly(item, key, (*keys, number), total, only) for number, item in enumerate(value)]
    if value is not None:
        total.update(cipher.plain_bytes(value))
    return value


def _wrapped(key: bytes, recipient: str) -> str:
    import pyrage

    try:
        if recipient.startswith("ssh-"):
            target: Any = pyrage.ssh.Recipient.from_str(recipient)
        else:
            target = pyrage.x25519.Recipient.from_str(recipient)
    except (pyrage.RecipientError, ValueError):
        raise UsageError(f'"{recipient}" is not a recipient of age') from None
    sealed: bytes = pyrage.encrypt(key, [target], armored=True)
    return sealed.decode()
