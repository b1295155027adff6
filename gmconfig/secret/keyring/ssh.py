"""The user's SSH keys as identities: the public half without a passphrase, the private one with it."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

from gmconfig.errors import AccessDenied, BrokenConfiguration, NotFound
from gmconfig.secret.keyring.identity import SshIdentity
from gmconfig.storage.given import read_given

_MAGIC = b"openssh-key-v1\0"
_BEGIN = "-----BEGIN "


def is_private_key(path: Path) -> bool:
    """Whether a file is an SSH private key, by its first line."""
    text = _text(path)
    return text is not None and text.startswith(_BEGIN)


def public_half(path: Path) -> str | None:
    """Give a private key's public half without its passphrase, as `ssh-ed25519 AAAA…`; None if unknown."""
    beside = _text(path.with_name(path.name + ".pub"))
    if _text(path) is None:
        return None
    if beside and len(beside.split()) >= 2:
        return " ".join(beside.split()[:2])
    return _embedded(_text(path) or "")


def load(path: Path, ask: Callable[[str], str] | None) -> SshIdentity:
    """Load a private key, asking for its passphrase where it has one.

    Raises:
        NotFound: it needs a passphrase and nobody can be asked.
        AccessDenied: the passphrase does not fit.
        BrokenConfiguration: it is not an ed25519 or RSA key.
    """
    raw = read_given(path)
    try:
        return SshIdentity(_loaded(raw, None, path), str(path))
    except TypeError:
        if ask is None:
            raise NotFound(f"the SSH key {path} needs its passphrase", hint="run it on a terminal") from None
    try:
        return SshIdentity(_loaded(raw, ask(f"passphrase of {path}: ").encode(), path), str(path))
    except (TypeError, BrokenConfiguration):
        raise AccessDenied(f"the passphrase of {path} does not fit") from None


def _loaded(raw: bytes, secret: bytes | None, path: Path):  # type: ignore[no-untyped-def]
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    read = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in raw else load_pem_private_key
    try:
        key = read(raw, secret)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey | RSAPrivateKey):
        raise BrokenConfiguration(f"{path} is neither an ed25519 nor an RSA key")
    return key


def _embedded(text: str) -> str | None:
    """Read the public half that every OpenSSH private key carries in clear.

    Source:
        PROTOCOL.key of OpenSSH.
    """
    lines = text.splitlines()
    try:
        rest = b64decode("".join(line for line in lines if not line.startswith("-----")), validate=True)
    except (ValueError, binascii.Error):
        return None
    if not rest.startswith(_MAGIC):
        return None
    rest = rest[len(_MAGIC) :]
    for _ in range(3):  # cipher, key derivation and its options
        rest = rest[4 + int.from_bytes(rest[:4], "big") :]
    blob = rest[8 : 8 + int.from_bytes(rest[4:8], "big")]
    kind = blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode("ascii", "replace")
    return f"{kind} {b64encode(blob).decode()}" if kind in ("ssh-ed25519", "ssh-rsa") else None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
