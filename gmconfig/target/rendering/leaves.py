"""Trees with secrets in them, turned into what may be written, compared or left out. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from hashlib import sha256
from math import isfinite
from typing import Any

from gmconfig.config.placeholder import Unknown
from gmconfig.errors import BrokenConfiguration
from gmconfig.path import Keys, format_keys, walk
from gmconfig.secret.token import Secret

# Private-use characters: every form writes them as they are and reads them back.
_OPEN, _CLOSE = "\ue000gm:", ":gm\ue001"

_GONE: Any = object()
_PLAIN = (str, int, bool, type(None))


def marked(tree: object) -> object:
    """Put each secret's text between marks that survive writing and reading."""
    return _mapped(tree, lambda secret: f"{_OPEN}{secret.reveal()}{_CLOSE}")


def is_plain(tree: object) -> bool:
    """Whether a tree is of plain data alone, as JSON has it; numbers are finite."""
    kind = type(tree)
    if kind is dict:
        return all(type(key) is str and is_plain(value) for key, value in tree.items())  # type: ignore[attr-defined]
    if kind is list:
        return all(map(is_plain, tree))  # type: ignore[call-overload]
    return kind in _PLAIN or (kind is float and isfinite(tree))  # type: ignore[arg-type]


def unmarked(tree: object) -> tuple[object, dict[Keys, str]]:
    """Give the tree without marks, and where they were, each with the digest of the text there."""
    found: dict[Keys, str] = {}

    def plain(text: str, keys: Keys) -> str:
        if _OPEN not in text:
            return text
        bare = text.replace(_OPEN, "").replace(_CLOSE, "")
        found[keys] = sha256(bare.encode("utf-8", "surrogateescape")).hexdigest()
        return bare

    return _texts(tree, (), plain), found


def omitted(tree: object) -> object:
    """Leave every secret out."""
    return _mapped(tree, lambda _: _GONE)


def sealed(tree: object, tokens: Collection[str]) -> object:
    """Put each secret's token in its place.

    Raises:
        BrokenConfiguration: a text is only partly secret, so that no token stands for it.
    """
    for keys, leaf in walk(tree):
        if isinstance(leaf, Secret) and leaf.reveal() not in tokens:
            message = f'"{format_keys(keys)}" mixes text and a secret: no sealed value stands for it'
            raise BrokenConfiguration(message, hint="secrets: plain or omit, or make all of it the secret")
    return _mapped(tree, Secret.reveal)


def revealed(tree: object, *, flat: bool) -> object:
    """Put each secret's value in its place; a flat form has secret maps and lists as one line of JSON."""
    return _mapped(tree, lambda secret: _one_text(secret.reveal()) if flat else secret.reveal())


def has_unknown(tree: object) -> bool:
    """Whether something in the tree could not be opened."""
    return any(isinstance(leaf, Unknown) for _, leaf in walk(tree))


def _one_text(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _mapped(tree: object, change: Callable[[Secret], object]) -> object:
    if isinstance(tree, Secret):
        return change(tree)
    if isinstance(tree, dict):
        return {key: new for key, value in tree.items() if (new := _mapped(value, change)) is not _GONE}
    if isinstance(tree, list):
        return [new for value in tree if (new := _mapped(value, change)) is not _GONE]
    return tree


def _texts(tree: object, keys: Keys, plain: Callable[[str, Keys], str]) -> object:
    if isinstance(tree, dict):
        return {key: _texts(value, (*keys, key), plain) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_texts(value, (*keys, index), plain) for index, value in enumerate(tree)]
    return plain(tree, keys) if type(tree) is str else tree
