"""A member who has a passphrase instead of a key file: PBKDF2 opens the seed that the repository keeps.

Colleagues can still wrap new keys for such a member, because the seed's public keys stand in the policy like
anybody's.

Source:
    RFC 8018, section 5.2, with HMAC-SHA256.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import pbkdf2_hmac
from typing import NamedTuple

from gmconfig.errors import AccessDenied, UsageError
from gmconfig.secret.keyring.identity import SeedIdentity
from gmconfig.secret.seal import KEY_LENGTH

ITERATIONS = 1_200_000
FEWEST_ITERATIONS = 600_000
MOST_ITERATIONS = 10_000_000
SALT_LENGTH = 16
SHORTEST = 12


class SealedSeed(NamedTuple):
    """A seed under a passphrase, as it stands in `access.yaml`."""

    salt: bytes
    iterations: int
    seed: str

    @classmethod
    def from_tree(cls, tree: Mapping[str, object]) -> SealedSeed:
        """Read it from the policy's tree.

        Raises:
            ValueError: a part is missing, malformed, or outside the limits that keep it safe and quick.
        """
        salt = b64decode(str(tree["salt"]), validate=True)
        iterations = tree["iterations"]
        if type(iterations) is not int or not FEWEST_ITERATIONS <= iterations <= MOST_ITERATIONS:
            raise ValueError(f"iterations must lie between {FEWEST_ITERATIONS:,} and {MOST_ITERATIONS:,}")
        if len(salt) != SALT_LENGTH or set(tree) != {"salt", "iterations", "seed"}:
            raise ValueError("expected salt (16 bytes in base64), iterations and seed")
        return cls(salt, iterations, str(tree["seed"]))

    def tree(self) -> dict[str, object]:
        """Give the tree that stands in the policy."""
        return {"salt": b64encode(self.salt).decode(), "iterations": self.iterations, "seed": self.seed}


def protect(identity: SeedIdentity, passphrase: str, iterations: int = ITERATIONS) -> SealedSeed:
    """Seal an identity's seed under a passphrase.

    Raises:
        UsageError: the passphrase is too short to stand in a repository that others can copy.
    """
    from cryptography.fernet import Fernet

    if len(passphrase) < SHORTEST:
        raise UsageError(
            f"a passphrase needs at least {SHORTEST} characters: whoever has the repository can try for ever",
            hint="five random words or more",
        )
    salt = os.urandom(SALT_LENGTH)
    fernet = Fernet(_key(passphrase, salt, iterations))
    return SealedSeed(salt, iterations, fernet.encrypt(identity.seed).decode("ascii"))


def unlock(sealed: SealedSeed, passphrase: str, source: str) -> SeedIdentity:
    """Open a seed with its passphrase.

    Raises:
        AccessDenied: it is another passphrase.
    """
    from cryptography.fernet import Fernet, InvalidToken

    try:
        seed = Fernet(_key(passphrase, sealed.salt, sealed.iterations)).decrypt(sealed.seed.encode())
    except (InvalidToken, ValueError):
        raise AccessDenied("the passphrase does not fit") from None
    if len(seed) != KEY_LENGTH:
        raise AccessDenied("what the passphrase opens is not an identity")
    return SeedIdentity(seed, source)


def _key(passphrase: str, salt: bytes, iterations: int) -> bytes:
    derived = pbkdf2_hmac("sha256", passphrase.encode(), salt, iterations, KEY_LENGTH)
    return urlsafe_b64encode(derived)
