"""Deciding a flag for one user after another, beside flagd's own Python evaluator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from timeit import Timer
from typing import Any

from tests.benchmarks.bench import Bench, missing
from tests.benchmarks.row import Bar, Contender, Row

OURS, FLAGD = "gmconfig flags", "openfeature-flagd-core"
_UNIT = {"cat": ["salt", {"var": "targetingKey"}]}
_SPLIT = {"fractional": [_UNIT, ["enabled", 25_000], ["disabled", 75_000]]}
_FLAG = {
    "state": "ENABLED",
    "variants": {"enabled": True, "disabled": False},
    "defaultVariant": "disabled",
    "targeting": _SPLIT,
}
_USERS = [f"user-{number}" for number in range(1000)]


def rows(bench: Bench) -> Iterator[Row]:
    """Give a thousand decisions of a 25 % rollout by each evaluator."""
    asks = {OURS: _gmconfig()}
    bars, notes = [], []
    if bench.module("openfeature.contrib.tools.flagd.core"):
        asks[FLAGD] = _flagd_core()
        bars.append(Bar(OURS, FLAGD, 1 / 7))
    else:
        notes.append(missing("openfeature-flagd-core"))
    yield Row(
        "flag",
        "flag evaluation, fractional, one thread",
        tuple(Contender(name, _measure(ask)) for name, ask in asks.items()),
        tuple(bars),
        tuple(notes),
        check=lambda: _differences(asks),
    )


def _measure(ask: Callable[[str], Any]) -> Callable[[], float]:
    timer = Timer(lambda: [ask(user) for user in _USERS])
    return lambda: timer.timeit(1) / len(_USERS)


def _gmconfig() -> Callable[[str], Any]:
    from gmconfig.flag.flag_set import FlagSet

    flags = FlagSet({"flags": {"f": _FLAG}})
    return lambda user: flags.evaluate("f", user, None, False).value


def _flagd_core() -> Callable[[str], Any]:
    from openfeature.contrib.tools.flagd.core import FlagdCore
    from openfeature.evaluation_context import EvaluationContext

    core = FlagdCore()
    core.set_flags(json.dumps({"flags": {"f": _FLAG}}))
    return lambda user: core.resolve_boolean_value("f", False, EvaluationContext(user)).value


def _differences(asks: dict[str, Callable[[str], Any]]) -> list[str]:
    answers = {name: [ask(user) for user in _USERS] for name, ask in asks.items()}
    return [f"{name} decides differently" for name, found in answers.items() if found != answers[OURS]]
