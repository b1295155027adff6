"""The bytes inside a sealed value: its type and content as canonical JSON, and nothing else.

JSON has no bytes, no infinities and no tags, so each of those is a map of one key that begins with `!`;
a map of the user's that looks the same is wrapped in `!map`.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from functools import lru_cache
from math import isfinite

from gmconfig.errors import BrokenConfiguration, UsageError

_DEEPEST = 200
_UNESCAPED = bytes(code for code in range(0x20, 0x100) if code not in b'"\\')
"""What stands for itself inside of a JSON text."""


def encode(value: object) -> bytes:
    """Give a value's one encoding: keys sorted, no spaces, UTF-8.

    Raises:
        UsageError: the value is of a type that YAML does not have.
    """
    if type(value) is str:
        return _text(value)
    return _text(_tagged(value, 0))


def decode(plain: bytes) -> object:
    """Give the value of an encoding.

    Raises:
        BrokenConfiguration: the bytes are not an encoding of a value.
    """
    try:
        if plain[:1] == plain[-1:] == b'"' and len(plain) > 1 and not plain[1:-1].translate(None, _UNESCAPED):
            return plain[1:-1].decode()
        value = _decoder().decode(plain.decode())
        return value if type(value) is str else _untagged(value)
    except (ValueError, TypeError, RecursionError):
        # The cause would quote the plaintext.
        raise BrokenConfiguration("this sealed value holds something that is not a value") from None


def _text(value: object) -> bytes:
    try:
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
        ).encode()
    except UnicodeEncodeError:
        raise UsageError("a value with half a surrogate pair cannot be sealed") from None


def _tagged(value: object, depth: int) -> object:
    if depth > _DEEPEST:
        raise UsageError(f"a value nested deeper than {_DEEPEST} levels cannot be sealed")
    if isinstance(value, float) and not isfinite(value):
        return {"!float": repr(value)}
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        tag = getattr(value, "tag", None)
        return str(value) if tag is None else {"!tag": [str(tag), str(value)]}
    if isinstance(value, bytes):
        return {"!binary": b64encode(value).decode()}
    return _tagged_container(value, depth)


def _tagged_container(value: object, depth: int) -> object:
    if isinstance(value, list | tuple):
        return [_tagged(item, depth + 1) for item in value]
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise UsageError(f"a value of type {type(value).__name__} cannot be sealed")
    tree = {key: _tagged(item, depth + 1) for key, item in value.items()}
    return {"!map": tree} if _looks_tagged(tree) else tree


def _looks_tagged(tree: dict[str, object]) -> bool:
    return len(tree) == 1 and next(iter(tree)).startswith("!")


def _untagged(value: object) -> object:
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    if not _looks_tagged(value):
        return {key: _untagged(item) for key, item in value.items()}
    ((tag, content),) = value.items()
    return _special(tag, content)


def _special(tag: str, content: object) -> object:
    if tag == "!map" and isinstance(content, dict):
        return {key: _untagged(item) for key, item in content.items()}
    if tag == "!binary" and isinstance(content, str):
        return b64decode(content, validate=True)
    if tag == "!float" and content in ("inf", "-inf", "nan"):
        return float(str(content))
    if tag == "!tag" and isinstance(content, list) and [type(part) for part in content] == [str, str]:
        from gmconfig.storage.yaml import Tagged

        return Tagged(content[1], content[0])
    raise ValueError(tag)


@lru_cache(maxsize=1)
def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> object:
    raise ValueError(name)
