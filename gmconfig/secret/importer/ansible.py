"""ansible-vault: whole files, and values inline behind `!vault`; formats 1.1 and 1.2."""

from __future__ import annotations

import hashlib
import hmac
from binascii import unhexlify
from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied, BrokenConfiguration
from gmconfig.secret.importer.comments import left_out, secret_comments
from gmconfig.secret.importer.imported import (
    Imported,
    Leaf,
    as_value,
    decoded,
    end_of,
    every_leaf,
    of_tree,
    scalars,
)

if TYPE_CHECKING:
    from gmconfig.secret.importer.keyring import KeyRing

_HEAD = "$ANSIBLE_VAULT;"
_TAGS = ("!vault", "!vault-encrypted")
_ITERATIONS = 10_000


class Passwords:
    """The passwords at hand; the one that fitted last is tried first."""

    def __init__(self, keys: KeyRing, file: str) -> None:
        self._waiting = keys.vault_passwords()
        self._known: list[bytes] = []
        self._file = file

    def open(self, envelope: str) -> bytes:
        """Open one envelope.

        Raises:
            BrokenConfiguration: it is not one.
            AccessDenied: no password fits, or it was changed.
        """
        salt, code, data = _parts(envelope, self._file)
        for password in self._known:
            plain = _opened(password, salt, code, data)
            if plain is not None:
                return plain
        for password in self._waiting:
            self._known.insert(0, password)
            plain = _opened(password, salt, code, data)
            if plain is not None:
                return plain
        raise AccessDenied(f'"{self._file}": no password fits, or the value was changed')


def read(raw: bytes, file: str, keys: KeyRing) -> Imported:
    """Open a file of ansible-vault, or the values in it.

    Raises:
        BrokenConfiguration: nothing in it is sealed, or it is damaged.
        AccessDenied: no password fits, or it was tampered with.
    """
    text = decoded(raw, file)
    passwords = Passwords(keys, file)
    if text.startswith(_HEAD):
        return _whole(as_value(passwords.open(text)), file)
    leaves = [
        Leaf(keys, node.outer, end_of(text, node), as_value(passwords.open(node.text)))
        for node, keys in scalars(text, file)
        if node.tag in _TAGS
    ]
    if not leaves:
        raise BrokenConfiguration(f'"{file}" holds nothing of ansible-vault')
    return Imported(text, leaves, [], [])


def _whole(plain: str | bytes, file: str) -> Imported:
    """Take all values of an opened file for secrets; what is not a map is one secret, named after the file."""
    from gmconfig.storage.yaml import load

    try:
        tree = load(plain.encode(), file) if isinstance(plain, str) else None
    except BrokenConfiguration:  # its place and line would be those of a plaintext
        tree = None
    if isinstance(tree, dict):
        text = str(plain)
        leaves = every_leaf(text, file)
        edits = list(secret_comments(text, leaves))
        return Imported(text, leaves, edits, [], left_out(len(edits)))
    name = file.rpartition("/")[2].partition(".")[0] or "content"
    return of_tree({name: plain})


def _parts(envelope: str, file: str) -> tuple[bytes, bytes, bytes]:
    lines = envelope.strip().splitlines()
    head = lines[0].strip().split(";") if lines else []
    if len(head) < 3 or head[0] != _HEAD[:-1] or head[1] not in ("1.1", "1.2") or head[2] != "AES256":
        raise BrokenConfiguration(f'"{file}" holds an envelope that is not of ansible-vault 1.1 or 1.2')
    try:
        parts = unhexlify("".join(line.strip() for line in lines[1:])).split(b"\n")
        salt, code, data = (unhexlify(part) for part in parts)
    except ValueError:
        raise BrokenConfiguration(f'"{file}" holds a damaged envelope of ansible-vault') from None
    return salt, code, data


def _opened(password: bytes, salt: bytes, code: bytes, data: bytes) -> bytes | None:
    """Open with one password; None where the code over the data is another one."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    drawn = hashlib.pbkdf2_hmac("sha256", password, salt, _ITERATIONS, 80)
    key, signing, nonce = drawn[:32], drawn[32:64], drawn[64:]
    if not hmac.compare_digest(hmac.digest(signing, data, "sha256"), code):
        return None
    cipher = Cipher(algorithms.AES(key), modes.CTR(nonce)).decryptor()
    padding = PKCS7(128).unpadder()
    try:
        return padding.update(cipher.update(data) + cipher.finalize()) + padding.finalize()
    except ValueError:
        return None
