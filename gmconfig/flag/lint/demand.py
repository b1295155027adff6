"""What code asks of flags, held against what the flag files say: unknown names, and values of another type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gmconfig.finding import Finding, Severity
from gmconfig.flag.catalogue import Catalogue
from gmconfig.flag.code.calls import Call
from gmconfig.flag.flagd.kind import Kind
from gmconfig.flag.lowering import type_of, variants_of
from gmconfig.flag.trouble import Trouble
from gmconfig.path.nearest import nearest

_TYPES = {
    Kind.BOOLEAN: "boolean",
    Kind.STRING: "string",
    Kind.INTEGER: "number",
    Kind.FLOAT: "number",
    Kind.OBJECT: "object",
}


def unmet(catalogue: Catalogue, calls: Iterable[Call]) -> Iterator[Finding]:
    """Yield what no flag can answer, so that the program would go on with its own default for ever."""
    for call in calls:
        if call.flag not in catalogue.flags:
            yield _finding(
                call, "unknown-flag", f'"{call.flag}" is in no flag file', _hint(catalogue, call.flag)
            )
        elif call.kind is not None and (given := _other_type(catalogue, call.flag, call.kind)):
            message = f'"{call.flag}" is asked for as {call.kind}, but {given}'
            hint = "where the types differ the program gets its own default"
            yield _finding(call, "flag-type", message, hint)


def _finding(call: Call, rule: str, message: str, hint: str) -> Finding:
    return Finding("flag", rule, Severity.ERROR, message, call.place, len(call.flag), hint=hint)


def _hint(catalogue: Catalogue, name: str) -> str:
    from shlex import quote

    meant = nearest(name, sorted(catalogue.flags))
    create = f"gmconfig flag create {'-- ' if name.startswith('-') else ''}{quote(name)}"
    return f'did you mean "{meant}"? else {create}' if meant else create


def _other_type(catalogue: Catalogue, name: str, kind: Kind) -> str | None:
    """Say what a flag's values are where they are not of the type that is asked for."""
    try:
        values = list(variants_of(catalogue.flag(name, ())).values())
    except Trouble:
        return None  # a finding of its own
    for value in values:
        if (given := type_of(value)) != _TYPES[kind]:
            return f"its values are {given or 'null'}"
        if kind is Kind.INTEGER and not _is_whole(value):
            return f"one of its values is {value}"
    return None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int)
