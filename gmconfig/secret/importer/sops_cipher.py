"""How sops seals: one data key a file, AES-256-GCM a value, a hash over all values.

Source:
    `aes/cipher.go` and the MAC in `sops.go` of sops 3; tests open what the real tool writes.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import AccessDenied, BrokenConfiguration

if TYPE_CHECKING:
    from gmconfig.path import Keys

_SHAPE = re.compile(
    r"ENC\[AES256_GCM,data:([A-Za-z0-9+/=]*),iv:([A-Za-z0-9+/=]+),tag:([A-Za-z0-9+/=]+),type:([a-z]+)\]"
)
# Written into the hash first where it covers encrypted values only, so that the two ways never agree.
ONLY_ENCRYPTED = bytes.fromhex("8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69")


class Opened(NamedTuple):
    """A value with its bytes as the hash has them; `kind` is sops' own name for its type."""

    value: object
    plain: bytes
    kind: str

    def __repr__(self) -> str:
        return f"Opened({self.kind})"


def is_sealed(text: object) -> bool:
    """Whether a text has the whole shape of a value that sops sealed."""
    return isinstance(text, str) and _SHAPE.fullmatch(text) is not None


def is_sealed_comment(text: str) -> bool:
    """Whether it is a comment that sops sealed."""
    return is_sealed(text) and text.endswith("type:comment]")


def associated(keys: Keys) -> bytes:
    """Give what binds a value to its place: keys joined by colons; a list's items share their list's."""
    return (":".join(str(key) for key in keys if isinstance(key, str)) + ":").encode()


def opened(text: str, key: bytes, bound: bytes) -> Opened | None:
    """Open a value; None where the key or the place is another one, or it was changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    try:
        data, nonce, tag = (b64decode(part, validate=True) for part in found.groups()[:3])
        plain = AESGCM(key).decrypt(nonce, data + tag, bound)
    except (InvalidTag, ValueError):
        return None
    return Opened(_typed(plain, found[4]), plain, found[4])


def sealed(value: object, key: bytes, bound: bytes) -> str:
    """Seal a value as sops does."""
    import secrets

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(32)
    both = AESGCM(key).encrypt(nonce, plain_bytes(value), bound)
    data, iv, tag = (b64encode(part).decode() for part in (both[:-16], nonce, both[-16:]))
    return f"ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:{kind_of(value)}]"


def plain_bytes(value: object) -> bytes:
    """Give a value's bytes as Go writes them; nothing for null."""
    if value is None:
        return b""
    if isinstance(value, bool):
        return str(value).encode()
    if isinstance(value, float):
        return _shortest(value).encode()
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def kind_of(value: object) -> str:
    """Give sops' name of a value's type."""
    for known, name in ((bool, "bool"), (int, "int"), (float, "float"), (bytes, "bytes")):
        if isinstance(value, known):
            return name
    return "str"


def _shortest(value: float) -> str:
    """Write a number without an exponent, as Go's shortest form does."""
    if not isfinite(value):
        return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[str(value)]
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _typed(plain: bytes, kind: str) -> object:
    from gmconfig.secret.importer.imported import as_value

    try:
        if kind == "int":
            return int(plain)
        if kind == "float":
            return float(plain)
        if kind == "bool":
            return {b"true": True, b"false": False}[plain.lower()]
        if kind in ("str", "time", "comment"):
            return as_value(plain)
        if kind == "bytes":
            return plain
    except (ValueError, KeyError):
        pass
    raise BrokenConfiguration(f'a value is not of the type "{kind}" that sops says it is')


def data_key(wraps: list[str], identities: list[object]) -> bytes:
    """Open the file's data key with one of the identities.

    Raises:
        AccessDenied: none of them fits.
    """
    import pyrage

    for wrap in wraps:
        for identity in identities:
            try:
                key: bytes = pyrage.decrypt(wrap.encode(), [identity])
            except (pyrage.DecryptError, ValueError):
                continue
            if len(key) == 32:
                return key
    raise AccessDenied(
        "none of your age identities opens this file", hint="ask a reader: sops updatekeys FILE"
    )
