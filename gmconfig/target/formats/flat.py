"""dotenv and Java properties: names and texts."""

from __future__ import annotations

import re

from gmconfig.config.environ import variable_name
from gmconfig.config.formats import as_dotenv, as_properties
from gmconfig.path import Keys, walk
from gmconfig.target.formats.form import About, Form


def _dotenv(tree: object, about: About) -> bytes:  # noqa: ARG001  # as every form
    return as_dotenv(tree).encode("utf-8", "surrogateescape")


def _properties(tree: object, about: About) -> bytes:  # noqa: ARG001
    return as_properties(tree).encode("ascii")


def _read_dotenv(raw: bytes) -> object:
    from gmconfig.secret.importer.dotenv import entries

    return dict(entries(raw.decode("utf-8", "surrogateescape"), "the live file"))


def _dotenv_paths(tree: object) -> dict[str, Keys]:
    """Lists are one value each, as `variables_of` writes them."""
    found: dict[str, Keys] = {}
    stack: list[tuple[Keys, object]] = [((), tree)]
    while stack:
        keys, node = stack.pop()
        if isinstance(node, dict) and node:
            stack.extend(((*keys, key), value) for key, value in node.items())
        else:
            found[variable_name(keys or ("value",))] = keys
    return found


def _properties_paths(tree: object) -> dict[str, Keys]:
    return {".".join(str(key) for key in keys): keys for keys, _ in walk(tree)}


_LINE = re.compile(
    r"[ \t\f]*(?P<name>(?:\\.|[^\\=: \t\f])*)[ \t\f]*(?:[=:][ \t\f]*)?(?P<value>.*)", re.DOTALL
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_NAMED = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def _read_properties(raw: bytes) -> object:
    """Read what `java.util.Properties` would: continued lines, escapes, `=`, `:` or a blank between."""
    found: dict[str, str] = {}
    lines = iter(re.split(r"\r\n|\r|\n", raw.decode("latin-1")))
    for line in lines:
        text = line.lstrip(" \t\f")
        if not text or text[0] in "#!":
            continue
        while _is_continued(text):
            text = text[:-1] + next(lines, "").lstrip(" \t\f")
        matched = _LINE.fullmatch(text)
        if matched is None:
            raise ValueError("no line of properties")
        found[_unescaped(matched["name"])] = _unescaped(matched["value"])
    return found


def _is_continued(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _unescaped(text: str) -> str:
    plain = _ESCAPE.sub(lambda found: _plain(found[1]), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "\\u" in text else plain


def _plain(escape: str) -> str:
    return chr(int(escape[1:], 16)) if len(escape) == 5 else _NAMED.get(escape, escape)


DOTENV = Form("dotenv", ".env", _dotenv, _read_dotenv, _dotenv_paths)
PROPERTIES = Form("properties", ".properties", _properties, _read_properties, _properties_paths)
