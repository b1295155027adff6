"""The shape of a flag file, as `schemas/flags.schema.json` has it for editors; a test compares the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.flag.flagd.bucketing import Bucketing
from gmconfig.flag.moment import seconds
from gmconfig.flag.state import FeatureState
from gmconfig.project.shape import (
    SWITCH,
    TEXT,
    VALUE,
    Either,
    ListOf,
    MapOf,
    Problem,
    Record,
    Scalar,
    Words,
    optional,
    said,
)

if TYPE_CHECKING:
    from gmconfig.path import Keys
    from gmconfig.project.shape import Shape

TYPES = ("boolean", "string", "number", "object")


def _anything(value: object, keys: Keys, problems: list[Problem]) -> None:
    """Accept whatever stands there."""


def _percentage(value: object, keys: Keys, problems: list[Problem]) -> None:
    """Report what is not a percentage, or finer than what splits are counted in."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        problems.append(Problem(keys, f"expected a percentage from 0 to 100, found {said(value)}"))
    elif abs(value * 1000 - round(value * 1000)) > 1e-6:
        problems.append(Problem(keys, f"{value} has more than three decimals"))


def _named(key: str) -> str | None:
    return None if key and key.isprintable() else "a name is made of printable characters"


DAY = Scalar("a date such as 2027-02-01", (str,), lambda text: len(text) == 10 and seconds(text) is not None)
MOMENT = Scalar(
    "a time with its zone such as 2027-02-01T08:00:00Z", (str,), lambda text: seconds(text) is not None
)
SERVE = Scalar("a variant, or true or false", (str, bool))
USER = Scalar("a user's key in quotes", (str,))
CONDITION = Either(TEXT, record=Record({}, more=True))
OPEN = Record({}, more=True)
EXPERIMENT = Record(
    {
        "name": Scalar("a name of printable characters", (str,), lambda text: _named(text) is None),
        "control": TEXT,
        "metrics": MapOf(Words("proportion", "mean"), _named),
        "planned_users": Scalar("a number of users", (int,), lambda text: int(text) > 0),
        "minimum_effect": Scalar("a percentage above 0", (int, float), lambda text: 0 < float(text) <= 1e6),
        "started": MOMENT,
        "stopped": MOMENT,
    }
)

FIELDS: dict[str, Shape] = {
    "description": TEXT,
    "owner": TEXT,
    "type": Words(*TYPES),
    "variants": MapOf(_anything, _named),
    "state": Words(*FeatureState),
    "serve": SERVE,
    "default": SERVE,
    "created": DAY,
    "expires": DAY,
    "permanent": SWITCH,
    "metadata": MapOf(VALUE, _named),
    "requires": Either(TEXT, items=ListOf(TEXT), record=MapOf(SERVE)),
    "users": ListOf(USER),
    "rules": ListOf(Record({"if": CONDITION, "serve": SERVE}, required=("if", "serve"))),
    "rollout": Record(
        {"percentage": _percentage, "variants": MapOf(_percentage), "by": TEXT, "salt": TEXT},
    ),
    "schedule": ListOf(Record({"at": MOMENT, "percentage": _percentage}, required=("at", "percentage"))),
    "progressive": Record({"from": MOMENT, "to": MOMENT}, required=("from", "to")),
    "experiment": EXPERIMENT,
    "targeting": OPEN,
    "flagd": OPEN,
}

FLAG = Record(FIELDS | {"environments": MapOf(optional(Record(FIELDS)))})

SHAPE = Record(
    {
        "bucketing": Words(*Bucketing),
        "segments": MapOf(CONDITION, _named),
        "flags": MapOf(FLAG, _named),
        "metadata": MapOf(optional(VALUE), _named),
        "evaluators": MapOf(OPEN, _named),
        "flagd": OPEN,
    }
)
