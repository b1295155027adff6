"""Kinds of secrets, and strong random values for those that can be made up."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from enum import StrEnum

from gmconfig.errors import UsageError

# Without characters that look alike or that a shell, a URL or YAML would read in their own way.
_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PUNCTUATION = "-_.~"


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


def generate(kind: SecretType) -> str:
    """Make a new random value of a kind.

    Raises:
        UsageError: values of this kind come from somewhere else.
    """
    make = _MAKERS.get(kind)
    if make is None:
        raise UsageError(
            f'a value of type "{kind}" cannot be generated: it comes from its source',
            hint="give it on stdin: --stdin",
        )
    return make()


def _password() -> str:
    """32 characters, about 187 bits, with one of every kind that rules ask for."""
    while True:
        text = "".join(secrets.choice(_LETTERS + _PUNCTUATION) for _ in range(32))
        kinds = (str.islower, str.isupper, str.isdigit, _PUNCTUATION.__contains__)
        if all(any(kind(char) for char in text) for kind in kinds) and text[0] in _LETTERS:
            return text


def _api_key() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(40))


def _token() -> str:
    return secrets.token_urlsafe(32)


def _encryption_key() -> str:
    from base64 import b64encode

    return b64encode(secrets.token_bytes(32)).decode()


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
