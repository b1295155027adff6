"""What programs ask flags for: calls of OpenFeature's clients and of gmconfig, with the name written out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gmconfig.finding import Place
from gmconfig.flag.code.offsets import Offsets
from gmconfig.flag.flagd.kind import Kind

_OPENFEATURE = re.compile(rb"open[-_.]?feature", re.IGNORECASE)
_NAME = rb"""(?P<quote>["'`])(?P<name>[^"'`\\\n$]{1,200})(?P=quote)"""
_CONTEXT = rb"(?:[\w.]{0,80}(?:ctx|context(?:\(\))?|background\(\)|todo\(\))\s*,\s*)?"  # Go's comes first
_KEYWORD = rb"(?:(?:flag_?)?key\s*[:=]\s*)?"
# get_boolean_value("x"), getBooleanValue<T>("x"), GetBooleanDetailsAsync("x"), BooleanValue(ctx, "x"),
# useBooleanFlagValue("x"): one family of names in all of OpenFeature's languages.
_TYPED = re.compile(
    rb"(?<![A-Za-z0-9])(?:get|use|fetch)?_?"
    rb"(?P<kind>boolean|bool|string|integer|int|number|float|double|object|structure?|map)_?"
    rb"(?:flag_?)?(?:value(?:_?details)?|details|evaluation_?details)(?:_?async)?"
    rb"\s*(?:<[^<>()\n]{1,80}>)?\s*\(\s*" + _CONTEXT + _KEYWORD + _NAME,
    re.IGNORECASE,
)
_REACT = re.compile(rb"\buseFlag\s*\(\s*" + _NAME)
_OWN = re.compile(rb"\.(?P<method>is_feature_enabled|evaluate_feature)\(\s*" + _NAME)
_KINDS = {
    "bool": Kind.BOOLEAN,
    "boolean": Kind.BOOLEAN,
    "string": Kind.STRING,
    "int": Kind.INTEGER,
    "integer": Kind.INTEGER,
    "number": Kind.FLOAT,
    "float": Kind.FLOAT,
    "double": Kind.FLOAT,
}


class Call(NamedTuple):
    """A flag that a program asks for; `kind` is None where the call takes a value of any type."""

    flag: str
    kind: Kind | None
    place: Place


def calls(file: str, raw: bytes) -> Iterator[Call]:
    """Yield the flags that a source file asks for by name, in the file's order.

    OpenFeature's method names are ordinary words, so they count only in a file that mentions OpenFeature. A
    name that the program puts together, or keeps in a constant, is not seen.
    """
    found = [
        (match, Kind.BOOLEAN if match["method"] == b"is_feature_enabled" else None)
        for match in _OWN.finditer(raw)
    ]
    if _OPENFEATURE.search(raw):
        found += [
            (match, _KINDS.get(match["kind"].decode().lower(), Kind.OBJECT)) for match in _TYPED.finditer(raw)
        ]
        found += [(match, None) for match in _REACT.finditer(raw)]
    if not found:
        return
    offsets = Offsets(file, raw)
    for match, kind in sorted(found, key=lambda one: one[0].start("name")):
        yield Call(match["name"].decode("utf-8", "replace"), kind, offsets.place(match.start("name")))
