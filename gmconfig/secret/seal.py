"""Sealing and opening one value with a scope's key: HKDF binds the key to the place, Fernet does the rest.

Frozen: what is derived here is what repositories hold. `tests/secret/vectors.json` pins every byte.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from functools import lru_cache

from gmconfig.errors import AccessDenied
from gmconfig.path import Selector
from gmconfig.secret import fernet, plaintext
from gmconfig.secret.token import Context, PathElement, Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

KEY_LENGTH = 32


def length_prefixed(parts: Iterable[bytes]) -> bytes:
    """Join parts so that no two different lists give the same bytes: each has its length in front."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def expand(key: bytes, info: bytes) -> bytes:
    """Derive 32 bytes from a key: HKDF-Expand-SHA256, which for one block is one HMAC.

    Source:
        RFC 5869, section 2.3.
    """
    return hmac.digest(key, info + b"\x01", "sha256")


def context_info(label: str, scope: str, generation: str, context: Context) -> bytes:
    """Encode everything that a value is bound to, unambiguously."""
    head = _head(label, scope, generation, context.layer)
    return head + b"".join([_prefixed(element) for element in context.path])


def value_key(scope_key: bytes, scope: str, generation: str, context: Context) -> bytes:
    """Derive the Fernet key (its 32 bytes) of the one value that stands at this place."""
    return expand(scope_key, context_info("gm1/value", scope, generation, context))


def seal_value(value: object, scope_key: bytes, scope: str, generation: str, context: Context) -> str:
    """Seal a value for one place; gives the token."""
    from cryptography.fernet import Fernet

    key = urlsafe_b64encode(value_key(scope_key, scope, generation, context))
    return str(Token(scope, generation, Fernet(key).encrypt(plaintext.encode(value)).decode("ascii")))


def seal_for_readers(value: object, public: bytes, scope: str, generation: str, context: Context) -> str:
    """Seal a value with nothing but the scope's public key, which cannot open it again."""
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    ephemeral = X25519PrivateKey.generate()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    share = ephemeral.public_key().public_bytes_raw()
    key = _agreed_key(shared, share + public, context_info("gm1s/value", scope, generation, context))
    inside = Fernet(urlsafe_b64encode(key)).encrypt(plaintext.encode(value)).decode("ascii")
    return str(Token(scope, generation, inside, urlsafe_b64encode(share).decode("ascii").rstrip("=")))


def open_token(token: Token, scope_key: bytes, context: Context) -> object:
    """Open a token at the place where it was found.

    Raises:
        BrokenConfiguration: what it holds is not a value.
        AccessDenied: it was not sealed for this place with this key, or was changed since.
    """
    try:
        plain = fernet.opened(_opening_key(token, scope_key, context), token.raw)
    except ValueError:
        raise AccessDenied("this sealed value does not belong here, or it was changed") from None
    return plaintext.decode(plain)


def scope_private_key(scope_key: bytes, scope: str, generation: str) -> X25519PrivateKey:
    """Derive the key that opens what writers sealed without being able to read."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    info = length_prefixed([b"gm1/scope-x25519", scope.encode(), generation.encode()])
    return X25519PrivateKey.from_private_bytes(expand(scope_key, info))


def commitment(scope_key: bytes, scope: str, generation: str) -> bytes:
    """Derive what a generation's record says about its key, so that no other key can pass for it."""
    return expand(scope_key, length_prefixed([b"gm1/commitment", scope.encode(), generation.encode()]))


def _opening_key(token: Token, scope_key: bytes, context: Context) -> bytes:
    if not token.ephemeral:
        return value_key(scope_key, token.scope, token.generation, context)
    private = scope_private_key(scope_key, token.scope, token.generation)
    share = urlsafe_b64decode(token.ephemeral + "=")
    shared = private.exchange(_public(share))
    info = context_info("gm1s/value", token.scope, token.generation, context)
    return _agreed_key(shared, share + private.public_key().public_bytes_raw(), info)


def _public(raw: bytes) -> X25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    return X25519PublicKey.from_public_bytes(raw)


def _agreed_key(shared: bytes, salt: bytes, info: bytes) -> bytes:
    """Derive the Fernet key from an agreement: HKDF-SHA256 salted with both public keys, as age does."""
    return expand(hmac.digest(salt, shared, "sha256"), info)


@lru_cache(maxsize=1024)
def _head(
    label: str,
    scope: str,
    generation: str,
    layer: tuple[str | None, str | None, tuple[tuple[str, str], ...], int],
) -> bytes:
    document, environment, variables, yaml_document = layer
    named = [part.encode() for pair in sorted(variables) for part in pair]
    return length_prefixed(
        [
            label.encode(),
            scope.encode(),
            generation.encode(),
            b"secrets" if document is None else b"d" + document.encode(),
            b"base" if environment is None else b"e" + environment.encode(),
            length_prefixed(named),
            str(yaml_document).encode(),
        ]
    )


@lru_cache(maxsize=16_384)
def _prefixed(element: PathElement) -> bytes:
    return length_prefixed([_element(element)])


def _element(element: PathElement) -> bytes:
    if isinstance(element, str):
        return b"k" + element.encode()
    if isinstance(element, Selector):
        keys = length_prefixed([key.encode() for key in element.keys])
        return b"m" + length_prefixed([keys, element.value.encode()])
    return b"i" + str(element).encode()
