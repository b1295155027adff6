"""Kinds of secrets, and strong random values for those that can be made up."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from gmconfig.errors import UsageError

# Without characters that look alike or that a shell, a URL or YAML would read in their own way.
_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PUNCTUATION = "-_.~"
_WRITABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class SecretType(StrEnum):
    """What a secret is, which decides how a new one is made."""

    PASSWORD = "password"  # noqa: S105
    API_KEY = "api_key"
    TOKEN = "token"  # noqa: S105
    CERTIFICATE = "certificate"
    PRIVATE_KEY = "private_key"
    CONNECTION_STRING = "connection_string"
    ENCRYPTION_KEY = "encryption_key"
    SSH_KEY = "ssh_key"
    OTHER = "other"


def generate(kind: SecretType, length: int | None = None) -> str:
    """Make a new random value of a kind; `length` is in characters, for encryption keys in bytes.

    Raises:
        UsageError: values of this kind come from somewhere else, or have no such length.
    """
    make = _MAKERS.get(kind)
    if make is None:
        raise UsageError(
            f'a value of type "{kind}" cannot be generated: it comes from its source',
            hint="give it on stdin: --stdin",
        )
    if length is None:
        return make()
    return _of_length(kind, length)


def is_generated(kind: SecretType) -> bool:
    """Whether values of a kind can be made up."""
    return kind in _MAKERS


def _of_length(kind: SecretType, length: int) -> str:
    if kind not in _LENGTHS:
        raise UsageError(f'a value of type "{kind}" has no length to choose')
    make, allowed = _LENGTHS[kind]
    if type(length) is not int or length not in allowed:
        known = ", ".join(map(str, allowed)) if len(allowed) < 9 else f"{allowed[0]} to {allowed[-1]}"
        raise UsageError(f'"{length}" is not a length for type "{kind}"', hint=known)
    return make(length)


def recovery_phrase() -> str:
    """Make a phrase that a person can write down and type: eight groups of five, 196 bits."""
    return "-".join(writable(5) for _ in range(8))


def writable(length: int) -> str:
    """Make random characters that nobody takes for others, 4.9 bits each."""
    return "".join(secrets.choice(_WRITABLE) for _ in range(length))


def _password(length: int = 32) -> str:
    """32 characters, about 187 bits, with one of every kind that rules ask for."""
    while True:
        text = "".join(secrets.choice(_LETTERS + _PUNCTUATION) for _ in range(length))
        kinds = (str.islower, str.isupper, str.isdigit, _PUNCTUATION.__contains__)
        if all(any(kind(char) for char in text) for kind in kinds) and text[0] in _LETTERS:
            return text


def _api_key(length: int = 40) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _token(length: int = 43) -> str:
    """43 characters of base64url, 256 bits."""
    return secrets.token_urlsafe(length)[:length]


def _encryption_key(length: int = 32) -> str:
    from base64 import b64encode

    return b64encode(secrets.token_bytes(length)).decode()


def _private_key() -> str:
    """An Ed25519 key in PKCS#8, as TLS and JWT libraries read it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _ssh_key() -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


_MAKERS: Mapping[SecretType, Callable[[], str]] = {
    SecretType.PASSWORD: _password,
    SecretType.API_KEY: _api_key,
    SecretType.TOKEN: _token,
    SecretType.PRIVATE_KEY: _private_key,
    SecretType.ENCRYPTION_KEY: _encryption_key,
    SecretType.SSH_KEY: _ssh_key,
    SecretType.OTHER: _token,
}

_LENGTHS: Mapping[SecretType, tuple[Callable[[int], str], Sequence[int]]] = {
    SecretType.PASSWORD: (_password, range(12, 257)),
    SecretType.API_KEY: (_api_key, range(20, 257)),
    SecretType.TOKEN: (_token, range(22, 257)),
    SecretType.ENCRYPTION_KEY: (_encryption_key, (16, 24, 32, 48, 64)),
    SecretType.OTHER: (_token, range(22, 257)),
}
"""What can be longer or shorter, and within which limits: below them a value would not be strong."""
