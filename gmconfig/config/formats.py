"""A resolved document as text: `FORMATS[name](tree)`. A new format is a function and an entry in the dict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.environ import json_text, variables_of
from gmconfig.errors import BrokenConfiguration
from gmconfig.path import format_keys, scalar_text, walk

if TYPE_CHECKING:
    from collections.abc import Callable


def as_yaml(tree: object) -> str:
    """Give YAML that every reader, 1.1 or 1.2, understands alike."""
    from gmconfig.storage.yaml import dump

    return dump(tree).decode()


def as_json(tree: object) -> str:
    """Give JSON, indented; binary as base64."""
    import json

    try:
        text = json.dumps(tree, ensure_ascii=False, indent=2, allow_nan=False, default=_base64)
    except ValueError as error:
        raise BrokenConfiguration("JSON has no infinite numbers and no .nan", hint="use -o yaml") from error
    return _encodable(text) + "\n"


def as_toml(tree: object) -> str:
    """Give TOML, which knows no null.

    Raises:
        BrokenConfiguration: there is one, or the document is not a map.
    """
    import tomli_w

    if not isinstance(tree, dict):
        raise BrokenConfiguration("TOML holds a map, and this document is not one", hint="use -o yaml")
    for keys, value in walk(tree):
        if value is None:
            raise BrokenConfiguration(f'TOML has no null: "{format_keys(keys)}" is one', hint="use -o yaml")
    return tomli_w.dumps(_writable(tree), multiline_strings=False)  # type: ignore[arg-type]  # a map stays one


def as_dotenv(tree: object) -> str:
    """Give lines that a POSIX shell reads back alike: `set -a; . ./file`."""
    return "".join(f"{name}={shell_quoted(text)}\n" for name, text in variables_of(tree).items())


def as_shell(tree: object) -> str:
    """Give `export` lines for `eval "$(gmconfig config show …)"`."""
    return "".join(f"export {name}={shell_quoted(text)}\n" for name, text in variables_of(tree).items())


def as_properties(tree: object) -> str:
    """Give a Java properties file, in ASCII: keys are paths joined by dots, items by their position."""
    lines = {}
    for keys, value in walk(tree):
        name = ".".join(str(key) for key in keys)
        if name in lines:
            raise BrokenConfiguration(f'two values would both be "{name}"', hint="use -o yaml")
        lines[name] = json_text(value) if isinstance(value, dict | list) else _plain(value)
    return "".join(f"{_escaped(name, key=True)}={_escaped(text)}\n" for name, text in lines.items())


FORMATS: dict[str, Callable[[object], str]] = {
    "yaml": as_yaml,
    "json": as_json,
    "toml": as_toml,
    "dotenv": as_dotenv,
    "properties": as_properties,
    "shell": as_shell,
}

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,")


def shell_quoted(text: str) -> str:
    """Quote a text so that a POSIX shell takes it as it is, newlines and all."""
    if text and _SAFE.issuperset(text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return _base64(value)
    return "" if value is None else scalar_text(value)


def _base64(value: object) -> str:
    """Give what JSON has no form for as text."""
    from base64 import b64encode

    return b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _writable(tree: object) -> object:
    if isinstance(tree, dict):
        return {key: _writable(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_writable(value) for value in tree]
    if isinstance(tree, bytes):
        return _base64(tree)
    return str(tree) if isinstance(tree, str) else tree


def _encodable(text: str) -> str:
    """Escape what UTF-8 cannot hold: half a surrogate pair is legal in a YAML escape."""
    return "".join(f"\\u{ord(char):04x}" if 0xD800 <= ord(char) <= 0xDFFF else char for char in text)


def _escaped(text: str, *, key: bool = False) -> str:
    """Escape for `java.util.Properties`, which reads Latin-1 and takes blanks, = and : for separators."""
    found = []
    for index, char in enumerate(text):
        if char in "\\\t\n\r\f":
            found.append({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f"}[char])
        elif char in "=:#! " and (key or index == 0):
            found.append("\\" + char)
        elif " " <= char <= "~":
            found.append(char)
        else:
            units = char.encode("utf-16-be", "surrogatepass")
            found.extend(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
    return "".join(found)
