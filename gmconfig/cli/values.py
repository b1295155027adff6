"""How values look: plain for reading, as one line in a table, as JSON; a secret is never among them."""

from __future__ import annotations

import os
import sys

from gmconfig.cli import terminal
from gmconfig.config.placeholder import Unknown
from gmconfig.secret.token import is_token
from gmconfig.spoken import spoken

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Callable

MASK = "●●●●●"
MARKS = {"+": "green", "-": "red", "~": "yellow"}
"""What is new, gone or changed, each with its colour."""

_LIMIT = 60
_KNOWN = 20  # so many characters before the first that differs tell where one is
_WIDE = 120  # on a terminal that is wider, two sides share what there is more


def as_json(value: object) -> str:
    """Give a value as JSON, secrets masked; numbers that JSON has not as the text that YAML has for them."""
    return spoken(_dumped(masked(value), indent=2))


def json_line(value: object) -> str:
    """Give a value as JSON on one line, secrets masked."""
    return spoken(_dumped(masked(value)))


def _dumped(value: object, indent: int | None = None) -> str:
    import json

    try:
        return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, indent=indent)


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, float) and value - value != 0:  # of all numbers, only these
        from gmconfig.path import scalar_text

        return scalar_text(value)
    return value


def as_yaml(value: object) -> str:
    """Give a value as YAML; a scalar alone is its plain text."""
    value = masked(value)
    if isinstance(value, dict | list):
        from gmconfig.storage.yaml import dump

        return dump(value).decode()
    from gmconfig.path import scalar_text

    return scalar_text(value) + "\n"


def inline(value: object, *, limit: int = _LIMIT) -> str:
    """Give a value on one line, quoted like JSON, shortened where it is long, less so on a wide terminal."""
    return _shortened(_whole(value), _room(limit))


def sides(before: object, after: object) -> tuple[str, str]:
    """Give two values on one line each; those that begin alike and are too long for that, from where they part."""
    told, whole = (inline(before), inline(after)), (_whole(before), _whole(after))
    if told[0] != told[1] or whole[0] == whole[1]:
        return told
    part = len(os.path.commonprefix(whole)) - _KNOWN
    first, second = (_shortened(f"…{text[part:]}", _room(_LIMIT)) for text in whole)
    return first, second


def _whole(value: object) -> str:
    value = masked(value)
    if value == MASK or (isinstance(value, str) and is_token(value)):
        return MASK
    import json

    return json.dumps(value, ensure_ascii=False, default=str)


def _room(limit: int) -> int:
    return limit + max(terminal.width() - _WIDE, 0) * 3 // 8 if sys.stdout.isatty() else limit


def _shortened(text: str, room: int) -> str:
    if len(text) <= 4 * room and terminal.cells(text) <= room:
        return text
    kept = text[: room - 1]
    while terminal.cells(kept) >= room:
        kept = kept[:-1]
    return kept + "…"


def masked(value: object) -> object:
    """Give the value with every secret replaced by the mask."""
    return _mapped(value, lambda _: MASK)


def unsealed(value: object) -> object:
    """Give the value with every sealed token replaced by the mask, as a line of text shows it."""
    if isinstance(value, dict):
        return {key: unsealed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unsealed(item) for item in value]
    return MASK if is_token(value) else value


def revealed(value: object) -> object:
    """Give the value with every secret in plain: only where somebody asked for just that."""
    return _mapped(value, lambda leaf: leaf.reveal())  # type: ignore[attr-defined]


def _mapped(value: object, change: Callable[[object], object]) -> object:
    if isinstance(value, dict):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, change) for item in value]
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode()
    if isinstance(value, Unknown):
        return MASK if is_token(value.text) else value.text
    return change(value) if hasattr(value, "reveal") else value
