"""Who is asking: the keys that open what was wrapped for a member, and sign what the member writes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from gmconfig.errors import AccessDenied, BrokenConfiguration
from gmconfig.secret.keyring import bech32, signature
from gmconfig.secret.seal import KEY_LENGTH, expand, length_prefixed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

PREFIX = "gmconfig-identity-"
_ROOT_LENGTH = 64


class Identity(Protocol):
    """A member's private half, wherever it came from."""

    @property
    def source(self) -> str:
        """Where it came from, for people."""

    @property
    def recipient(self) -> str:
        """What keys are wrapped for: `age1…` or an SSH public key."""

    @property
    def verifier(self) -> str:
        """The public key that proves this identity's signatures."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """Open an age file that was made for the recipient."""

    def sign(self, content: bytes) -> bytes:
        """Sign an event."""


class SeedIdentity:
    """An identity that grows from one seed of 32 bytes; `root` is the pin that came with it, if any."""

    def __init__(self, seed: bytes, source: str, root: str | None = None) -> None:
        self.seed = seed
        self.source = source
        self.root = root

    def __repr__(self) -> str:
        return f"SeedIdentity({self.recipient})"

    @property
    def recipient(self) -> str:
        """The age X25519 recipient."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        public = X25519PrivateKey.from_private_bytes(self._derived(b"gm1/identity-age")).public_key()
        return bech32.encode("age", public.public_bytes_raw())

    @property
    def verifier(self) -> str:
        """The Ed25519 public key."""
        return signature.public_text(self._signing_key())

    def unwrap(self, wrapped: bytes) -> bytes:
        """Open an age file with the X25519 key."""
        import pyrage

        secret = bech32.encode("age-secret-key-", self._derived(b"gm1/identity-age")).upper()
        return _decrypted(wrapped, pyrage.x25519.Identity.from_str(secret))

    def sign(self, content: bytes) -> bytes:
        """Sign an event with the Ed25519 key."""
        return signature.sign(self._signing_key(), content)

    def text(self, root: str | None = None) -> str:
        """Write the identity as one string for a file or a CI variable, with the pinned root if given."""
        text = bech32.encode(PREFIX, self.seed).upper()
        return f"{text}.{root}" if root else text

    def _signing_key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._derived(b"gm1/identity-ed25519"))

    def _derived(self, label: bytes) -> bytes:
        return expand(self.seed, length_prefixed([label]))


class SshIdentity:
    """An SSH key that is a member: opens through age's SSH recipients, signs as `ssh-keygen -Y` does."""

    def __init__(self, key: Ed25519PrivateKey | RSAPrivateKey, source: str) -> None:
        self.key = key
        self.source = source

    def __repr__(self) -> str:
        return f"SshIdentity({self.recipient})"

    @property
    def recipient(self) -> str:
        """The SSH public key, without a comment."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return self.key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()

    @property
    def verifier(self) -> str:
        """The same SSH public key."""
        return self.recipient

    def unwrap(self, wrapped: bytes) -> bytes:
        """Open an age file; the key reaches pyrage in memory only, where its passphrase is gone already."""
        import pyrage
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        plain = self.key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        return _decrypted(wrapped, pyrage.ssh.Identity.from_buffer(plain))

    def sign(self, content: bytes) -> bytes:
        """Sign an event with the SSH key."""
        return signature.sign_with_ssh(self.key, content)


def generate(source: str = "new") -> SeedIdentity:
    """Make a new identity."""
    return SeedIdentity(os.urandom(KEY_LENGTH), source)


def parse(text: str, source: str) -> SeedIdentity:
    """Read an identity's text; lines that begin with # are comments.

    Raises:
        BrokenConfiguration: the text holds no identity; the message does not quote it.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    seed, _, root = (lines[0] if len(lines) == 1 else "").partition(".")
    key = bech32.decode(PREFIX, seed)
    if key is None or len(key) != KEY_LENGTH or (root and not _is_digest(root)):
        raise BrokenConfiguration(
            f"{source} does not hold an identity", hint="make one: gmconfig secret keygen"
        )
    return SeedIdentity(key, source, root or None)


def wrap(content: bytes, recipient: str) -> bytes:
    """Make an age file that only the recipient opens.

    Raises:
        BrokenConfiguration: the text is not a recipient.
    """
    import pyrage

    kind = pyrage.ssh.Recipient if recipient.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        wrapped: bytes = pyrage.encrypt(content, [kind.from_str(recipient)])
    except (pyrage.RecipientError, pyrage.EncryptError):
        raise BrokenConfiguration(f'"{recipient}" is not a public key that age knows') from None
    return wrapped


def _decrypted(wrapped: bytes, identity: object) -> bytes:
    import pyrage

    try:
        content: bytes = pyrage.decrypt(wrapped, [identity])
    except pyrage.DecryptError:
        raise AccessDenied("the wrapped key was not made for this identity, or it was changed") from None
    return content


def _is_digest(text: str) -> bool:
    return len(text) == _ROOT_LENGTH and set(text) <= set("0123456789abcdef")
