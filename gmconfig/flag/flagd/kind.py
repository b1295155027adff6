"""The types that a caller may expect of a flag's value."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from gmconfig.flag.flagd.decision import Decision, ErrorCode, Reason


class Kind(StrEnum):
    """A type of value, as OpenFeature's clients ask for it."""

    BOOLEAN = "boolean"
    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    OBJECT = "object"


_TYPES: dict[Kind, tuple[type, ...]] = {
    Kind.BOOLEAN: (bool,),
    Kind.STRING: (str,),
    Kind.INTEGER: (int,),
    Kind.FLOAT: (int, float),
    Kind.OBJECT: (dict, list),
}


def held_to(decision: Decision, kind: Kind, default: Any) -> Decision:
    """Give a decision whose value is of the type, else a mismatch with the caller's default.

    A whole number that is asked for as a float becomes one.
    """
    if decision.variant is None:
        return decision
    value = decision.value
    # bool is an int in Python; as in flagd-core, a float may still be true
    fits = isinstance(value, _TYPES[kind]) and not (kind is Kind.INTEGER and isinstance(value, bool))
    if not fits:
        message = f'"{decision.flag}" is not of type {kind}: its value is of type {type(value).__name__}'
        return Decision(
            decision.flag,
            default,
            None,
            Reason.ERROR,
            "error",
            ErrorCode.TYPE_MISMATCH,
            message,
            decision.metadata,
        )
    return (
        decision._replace(value=float(value)) if kind is Kind.FLOAT and type(value) is not float else decision
    )
