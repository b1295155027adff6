"""A file with sealed values as `git diff` shows it: each value as a mark that changes only when the value does.

The mark is a short keyed hash: the key is this clone's own, so a mark that is pasted somewhere says nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable

from gmconfig.errors import GmconfigError
from gmconfig.secret import plaintext, seal
from gmconfig.secret.log.standing import fingerprint
from gmconfig.secret.token import parse
from gmconfig.secret.vault import Vault

_TOKEN = re.compile(rb"gm1s?(?:\.[A-Za-z0-9_=-]+){3,4}")
_LENGTH = 8

Show = Callable[[str], str]


def readable(raw: bytes, show: Show) -> bytes:
    """Give a file's text with every token as `show` says; anything else stays, whether it is YAML or not."""
    return _TOKEN.sub(lambda found: show(found[0].decode()).encode(), raw)


def as_mark(vault: Callable[[], Vault], key: bytes) -> Show:
    """Show a value as a mark: the same value has the same one, however it was sealed."""

    def show(token: str) -> str:
        value = opened(vault, token)
        if value is None:
            return f"<sealed, not for you: {fingerprint(token)[:_LENGTH]}>"
        return f"<sealed: {hmac.new(key, value, hashlib.sha256).hexdigest()[:_LENGTH]}>"

    return show


def in_plain(vault: Callable[[], Vault]) -> Show:
    """Show a value itself, as JSON on one line."""

    def show(token: str) -> str:
        value = opened(vault, token)
        if value is None:
            return f"<sealed, not for you: {fingerprint(token)[:_LENGTH]}>"
        return value.decode()

    return show


def opened(vault: Callable[[], Vault], token: str) -> bytes | None:
    """Open a token for the place that the log saw it at; None where that cannot be."""
    try:
        entry = vault().standing.entries.get(fingerprint(token))
        if entry is None:
            return None
        parsed = parse(token)
        return plaintext.encode(seal.open_token(parsed, vault().key(*parsed.key_name), entry.context))
    except GmconfigError:
        return None
