"""Signatures of events: Ed25519 of a gmconfig identity, or an SSH key's in the form of `ssh-keygen -Y`.

A public key is one text: `ed25519:<base64>`, `ssh-ed25519 <base64>` or `ssh-rsa <base64>`.

Source:
    RFC 8032 (Ed25519); OpenSSH's PROTOCOL.sshsig, with SHA-512.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha512
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

DOMAIN = b"gmconfig event v1\0"
"""Goes in front of what is signed, so that no signature made for another purpose can pass for an event's."""

SSH_NAMESPACE = b"event@gmconfig"
SMALLEST_RSA_BITS = 2048


def sign(key: Ed25519PrivateKey, content: bytes) -> bytes:
    """Sign an event with an identity's own key."""
    return key.sign(DOMAIN + content)


def sign_with_ssh(key: Ed25519PrivateKey | RSAPrivateKey, content: bytes) -> bytes:
    """Sign an event with an SSH key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA512

    if isinstance(key, Ed25519PrivateKey):
        return key.sign(_ssh_message(content))
    return key.sign(_ssh_message(content), PKCS1v15(), SHA512())


def is_signed_by(public: str, content: bytes, signature: bytes) -> bool:
    """Whether the key made the signature over this content.

    Raises:
        BrokenConfiguration: the text is not a public key.
    """
    from cryptography.exceptions import InvalidSignature

    try:
        if public.startswith("ed25519:"):
            _ed25519(public).verify(signature, DOMAIN + content)
        else:
            _verify_ssh(public, content, signature)
    except InvalidSignature:
        return False
    return True


def public_text(key: Ed25519PrivateKey) -> str:
    """Write the public half of an identity's signing key."""
    return "ed25519:" + b64encode(key.public_key().public_bytes_raw()).decode()


def is_public_key(text: str) -> bool:
    """Whether a text is a public key in its one form."""
    try:
        if text.startswith("ed25519:"):
            _ed25519(text)
        else:
            _ssh(text)
    except BrokenConfiguration:
        return False
    return True


def _ed25519(public: str):  # type: ignore[no-untyped-def]
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = b64decode(public.removeprefix("ed25519:"), validate=True)
        if b64encode(raw).decode() == public.removeprefix("ed25519:"):
            return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        pass
    raise BrokenConfiguration(f'"{public}" is not a public key')


def _ssh(public: str):  # type: ignore[no-untyped-def]
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    try:
        key = load_ssh_public_key(public.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise BrokenConfiguration(f'"{public}" is not a public key') from None
    if isinstance(key, RSAPublicKey) and key.key_size < SMALLEST_RSA_BITS:
        raise BrokenConfiguration(f"an RSA key of {key.key_size} bits is too weak to sign with")
    if not isinstance(key, Ed25519PublicKey | RSAPublicKey) or len(public.split(" ")) != 2:
        raise BrokenConfiguration(f'"{public}" is neither an ed25519 nor an RSA key')
    return key


def _verify_ssh(public: str, content: bytes, signature: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA512

    key = _ssh(public)
    if isinstance(key, Ed25519PublicKey):
        key.verify(signature, _ssh_message(content))
    else:
        key.verify(signature, _ssh_message(content), PKCS1v15(), SHA512())


def _ssh_message(content: bytes) -> bytes:
    """Give what an SSH key signs.

    Source:
        PROTOCOL.sshsig of OpenSSH: magic, namespace, reserved, hash algorithm, hash.
    """
    parts = (SSH_NAMESPACE, b"", b"sha512", sha512(DOMAIN + content).digest())
    return b"SSHSIG" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
