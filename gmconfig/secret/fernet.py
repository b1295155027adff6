"""Opening a Fernet token whose bytes and key are at hand already.

`cryptography.fernet.Fernet` decodes both from text again and asks the clock, which costs as much as the
cryptography itself where ten thousand values each have a key of their own. Sealing uses the library's class;
a test holds the two to each other and to the specification's public vectors.

Source:
    https://github.com/fernet/spec/blob/master/Spec.md
"""

from __future__ import annotations

import hmac
from functools import lru_cache

_HASH = 32
_BLOCK = 16
_PADDINGS = tuple(bytes([count]) * count for count in range(_BLOCK + 1))
_HEAD = 9  # version and time


def opened(key: bytes, raw: bytes) -> bytes:
    """Give the plaintext of a token, once its signature is proved.

    Args:
        key: 16 bytes that sign, then 16 bytes that encrypt.
        raw: the token's bytes, whose length and version were checked.

    Raises:
        ValueError: the key is another one, or the token was changed.
    """
    cipher, aes, cbc = _library()
    if not hmac.compare_digest(hmac.digest(key[:_BLOCK], raw[:-_HASH], "sha256"), raw[-_HASH:]):
        raise ValueError("signature")
    decryptor = cipher(aes(key[_BLOCK:]), cbc(raw[_HEAD : _HEAD + _BLOCK])).decryptor()
    return _unpadded(decryptor.update(raw[_HEAD + _BLOCK : -_HASH]))  # whole blocks: nothing is left over


@lru_cache(maxsize=1)
def _library():  # type: ignore[no-untyped-def]
    """Load what decrypts once: naming it in every call would cost as much as the padding."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher, algorithms.AES, modes.CBC


def _unpadded(padded: bytes) -> bytes:
    """Take PKCS 7's padding off; only who holds the key can have got it wrong."""
    count = padded[-1] if padded else 0
    if not 0 < count <= _BLOCK or not padded.endswith(_PADDINGS[count]):
        raise ValueError("padding")
    return padded[:-count]
