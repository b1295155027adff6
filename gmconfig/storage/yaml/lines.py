"""What one line of an everyday YAML file says by itself; every other line is undecided here.

Each line is read once in a process: the files of a project repeat each other's.
"""

from __future__ import annotations

import re

from gmconfig.storage.yaml.scalars import PLAIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Line = tuple[int, bool, str | None, int, Any]
    """Indentation, whether a dash begins it, the key, the kind of value, and the value."""

SCALAR, EMPTY, TEXT, FLOW, BELOW, ALIAS, ANCHOR, MERGE = range(8)

_KEY = r"[A-Za-z0-9_][A-Za-z0-9_./-]*"
_TEMPLATED = (
    rf"{_KEY}(?:\{{\{{[\ A-Za-z0-9_.]*\}}\}}[A-Za-z0-9_./-]*)*"  # as charts write them, out of brackets
)
# What a plain scalar may hold: a colon only before a character, a number sign only behind one.
_WORD = r"(?:[!\"$-9;-~]++|:(?=[!-~])|(?<=[!-~])\#)"
_PLAIN = rf"(?:(?:[A-Za-z0-9_./+$(~]|-(?=[A-Za-z0-9_./-])){_WORD}*(?:\ +{_WORD}+)*)"
_QUOTED = r"\"[^\"\\]*\"|'[^']*'"
_LINE = re.compile(
    rf"(?P<indent>\ *)(?P<dash>-\ (?=[^\ ]))?(?:(?P<key>{_TEMPLATED}):(?=\ |$))?"
    rf"(?:(?P<gap>\ *)(?:(?P<plain>{_PLAIN})|(?P<quoted>{_QUOTED})|(?P<flow>[\[{{].*[\]}}])"
    r"|(?P<text>[|>]-?|\"[^\"\\]*\\(?=$))))?"
    r"(?:\ +\#.*)?\ *",
    re.X,
)
_COMMON = re.compile(rf"(\ *)(?:({_KEY}):|-)\ ([A-Za-z][A-Za-z0-9_.=+/@-]*)", re.X)
_NAME = r"[A-Za-z0-9_-]+"
_MERGE = re.compile(
    rf"(?P<indent>\ *)(?P<dash>-\ )?(?:!!merge\ )?<<:\ +"
    rf"(?:\*(?P<name>{_NAME})|\[(?P<names>\ *\*{_NAME}(?:\ *,\ *\*{_NAME})*)\ *\])(?:\ +\#.*)?\ *",
    re.X,
)
_ALIAS = re.compile(rf"(?P<lead>\ *(?:-\ )?(?:{_TEMPLATED}:\ +)?)\*(?P<name>{_NAME})(?:\ +\#.*)?\ *", re.X)
_ANCHOR = re.compile(rf"(?P<lead>\ *(?:-\ )?(?:{_TEMPLATED}:\ )?)\ *&(?P<name>{_NAME})(?P<rest>\ .*|)", re.X)
_BLANK = re.compile(r" *(?:#.*)?")
_TOKEN = re.compile(
    rf" *(?:(?P<mark>[{{}}\[\],])|(?P<key>{_KEY}): |(?:(?P<quoted>{_QUOTED})"
    r"|(?P<plain>[A-Za-z0-9_./](?:[A-Za-z0-9_./+-]| +(?=[A-Za-z0-9_./]))*))(?= *[,}\]]))"
)
_NULL_KEYS = frozenset(("null", "Null", "NULL"))
_LONGEST = 1_000
_MOST = 50_000
_DEEPEST = 20


class Undecided(Exception):  # no error: another way decides
    """Somebody who knows more of YAML has to read this."""


class _Lines(dict[str, "Line | None"]):
    """What each line says; None for one that says nothing."""

    def __missing__(self, text: str) -> Line | None:
        line = _common(text) or (None if _BLANK.fullmatch(text) else _read(text))
        if len(self) >= _MOST:
            self.clear()
        self[text] = line
        return line


LINES = _Lines()


def _common(text: str) -> Line | None:
    """Read what most lines are, a word behind a key or a dash, in a third of the time; None for any other."""
    found = _COMMON.fullmatch(text)
    if found is None or len(text) > _LONGEST:
        return None
    indent, key, word = found.groups()
    return None if key in _NULL_KEYS else (len(indent), key is None, key, SCALAR, PLAIN[word])


def _read(text: str) -> Line:
    found = _LINE.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return _named(text)
    key = found["key"]
    if key in _NULL_KEYS:
        raise Undecided
    kind, value = _value(found)
    if key is None and not found["dash"]:
        kind = BELOW if kind == SCALAR else EMPTY
    if key is None and kind in (EMPTY, TEXT):
        raise Undecided
    return len(found["indent"]), bool(found["dash"]), key, kind, value


def _named(text: str) -> Line:
    """Read a line with a merge key, an alias or an anchor: it is what it is without that, and a name."""
    if len(text) > _LONGEST:
        raise Undecided
    if merge := _MERGE.fullmatch(text):
        names = tuple(re.findall(_NAME, merge["names"] or merge["name"]))
        return len(merge["indent"]), bool(merge["dash"]), "<<", MERGE, (names, merge["names"] is not None)
    named = _ALIAS.fullmatch(text) or _ANCHOR.fullmatch(text)
    if named is None or not named["lead"].strip():
        raise Undecided
    alias = named.re is _ALIAS
    indent, dash, key, kind, value = _read(named["lead"] + ("~" if alias else named["rest"].lstrip(" ")))
    if kind >= ALIAS or (key is not None) != named["lead"].rstrip().endswith(
        ":"
    ):  # "- &a b: c" names the key
        raise Undecided
    return indent, dash, key, *((ALIAS, named["name"]) if alias else (ANCHOR, (named["name"], kind, value)))


def _value(found: re.Match[str]) -> tuple[int, Any]:
    if found["plain"] is not None:
        return SCALAR, PLAIN[found["plain"]]
    if found["quoted"] is not None:
        return SCALAR, found["quoted"][1:-1]
    if found["flow"] is not None:
        return FLOW, _Flow(found["flow"]).whole()
    return (TEXT, found["text"]) if found["text"] else (EMPTY, None)


class _Flow:
    """Reads `{a: 1, b: [x, "y"]}` on one line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> object:
        """Give the value of the whole text."""
        value = self._node(self._token(), 0)
        if self._at != len(self._text):
            raise Undecided
        return value

    def _token(self) -> re.Match[str]:
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            raise Undecided
        self._at = found.end()
        return found

    def _node(self, token: re.Match[str], depth: int) -> object:
        if token["quoted"] is not None:
            return token["quoted"][1:-1]
        if token["plain"] is not None:
            return PLAIN[token["plain"]]
        if token["mark"] == "[" and depth < _DEEPEST:
            return self._items(depth + 1)
        if token["mark"] == "{" and depth < _DEEPEST:
            return self._entries(depth + 1)
        raise Undecided

    def _items(self, depth: int) -> list[object]:
        items: list[object] = []
        token = self._token()
        while token["mark"] != "]":
            items.append(self._node(token, depth))
            token = self._next("]")
        return items

    def _entries(self, depth: int) -> dict[str, object]:
        entries: dict[str, object] = {}
        token = self._token()
        while token["mark"] != "}":
            key = token["key"]
            if key is None or key in _NULL_KEYS or key in entries:
                raise Undecided
            entries[key] = self._node(self._token(), depth)
            token = self._next("}")
        return entries

    def _next(self, end: str) -> re.Match[str]:
        """Give what follows a comma, or the end; a comma before the end is undecided."""
        token = self._token()
        if token["mark"] == end:
            return token
        if token["mark"] != ",":
            raise Undecided
        token = self._token()
        if token["mark"] in (end, ","):
            raise Undecided
        return token
