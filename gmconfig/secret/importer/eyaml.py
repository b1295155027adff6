"""hiera-eyaml: `ENC[PKCS7,…]` inside the texts of a YAML file."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from gmconfig.errors import AccessDenied, BrokenConfiguration, Refused
from gmconfig.secret.importer.imported import Imported, Leaf, as_value, decoded, end_of, scalars

if TYPE_CHECKING:
    from gmconfig.secret.importer.keyring import KeyRing

_SEALED = re.compile(r"ENC\[([A-Za-z0-9]+),([A-Za-z0-9+/=\s]*)\]")


def read(raw: bytes, file: str, keys: KeyRing) -> Imported:
    """Open a file of hiera-eyaml.

    Raises:
        BrokenConfiguration: nothing in it is sealed, or it is damaged.
        Refused: something is sealed for another plugin than PKCS7.
        AccessDenied: the keys do not fit.
    """
    text = decoded(raw, file)
    found = [(node, at) for node, at in scalars(text, file) if _SEALED.search(node.text)]
    if not found:
        raise BrokenConfiguration(f'"{file}" holds nothing of hiera-eyaml')
    pair = keys.eyaml_keys()
    leaves = [Leaf(at, node.outer, end_of(text, node), _value(node.text, pair, file)) for node, at in found]
    notes = ["hiera-eyaml seals without a signature: nobody can tell whether values were exchanged before"]
    return Imported(text, leaves, [], notes)


def _value(text: str, pair: tuple[Any, Any], file: str) -> str | bytes:
    """Open what is sealed in a text; where that is all of it, the text is the value."""
    whole = _SEALED.fullmatch(text.strip())
    if whole:
        return as_value(_opened(whole, pair, file))
    return _SEALED.sub(lambda found: _opened(found, pair, file).decode("utf-8", "replace"), text)


def _opened(found: re.Match[str], pair: tuple[Any, Any], file: str) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der

    if found[1].upper() != "PKCS7":
        raise Refused(
            f'"{file}" holds a value of the plugin "{found[1]}"', hint="eyaml recrypt FILE -n pkcs7"
        )
    try:
        return pkcs7_decrypt_der(b64decode("".join(found[2].split()), validate=True), *pair, [])
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise AccessDenied(f'"{file}": the keys do not fit, or a value was changed') from None
