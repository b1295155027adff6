"""Deciding a 25 % rollout for one user after another, beside the evaluators that Python programs use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from timeit import Timer
from typing import Any

from tests.benchmarks.bench import Bench, missing
from tests.benchmarks.row import Bar, Contender, Row

OURS, FLAGD, GROWTHBOOK, UNLEASH = "gmconfig flags", "openfeature-flagd-core", "growthbook", "UnleashClient"
Ask = Callable[[str], Any]

_UNIT = {"cat": ["salt", {"var": "targetingKey"}]}
_SPLIT = {"fractional": [_UNIT, ["enabled", 25_000], ["disabled", 75_000]]}
_FLAG = {
    "state": "ENABLED",
    "variants": {"enabled": True, "disabled": False},
    "defaultVariant": "disabled",
    "targeting": _SPLIT,
}
_ROLLOUT = {"force": True, "coverage": 0.25, "hashAttribute": "id"}
_STRATEGY = {
    "name": "flexibleRollout",
    "parameters": {"rollout": "25", "stickiness": "userId", "groupId": "f"},
    "constraints": [],
}
_USERS = [f"user-{number}" for number in range(1000)]


def rows(bench: Bench) -> Iterator[Row]:
    """Give a thousand decisions of a 25 % rollout by each evaluator; nobody asks a network."""
    asks, bars, notes = {OURS: _gmconfig()}, [], []
    for name, (module, most, made) in _PEERS.items():
        if bench.module(module):
            asks[name] = made(bench.work(f"flags-{name}"))
            bars.append(Bar(OURS, name, most))
        else:
            notes.append(missing(name))
    yield Row(
        "flag",
        "flag evaluation, fractional, one thread",
        tuple(Contender(name, _measure(ask)) for name, ask in asks.items()),
        tuple(bars),
        tuple(notes),
        check=lambda: _differences(asks),
    )


def _measure(ask: Ask) -> Callable[[], float]:
    timer = Timer(lambda: [ask(user) for user in _USERS])
    return lambda: timer.timeit(1) / len(_USERS)


def _gmconfig() -> Ask:
    from gmconfig.flag.flagd.flag_set import FlagSet

    flags = FlagSet({"flags": {"f": _FLAG}})
    return lambda user: flags.evaluate("f", user, None, False).value


def _flagd_core(_folder: Path) -> Ask:
    from openfeature.contrib.tools.flagd.core import FlagdCore
    from openfeature.evaluation_context import EvaluationContext

    core = FlagdCore()
    core.set_flags(json.dumps({"flags": {"f": _FLAG}}))
    return lambda user: core.resolve_boolean_value("f", False, EvaluationContext(user)).value


def _growthbook(_folder: Path) -> Ask:
    """Ask one instance for one user after another, which is its fastest way; so is a rule with a coverage."""
    from growthbook import GrowthBook

    book = GrowthBook(features={"f": {"defaultValue": False, "rules": [_ROLLOUT]}})

    def ask(user: str) -> bool:
        book.set_attributes({"id": user})
        return book.is_on("f")

    return ask


def _unleash(folder: Path) -> Ask:
    """Give the client its toggles beforehand; it never hears of a server."""
    from UnleashClient import UnleashClient
    from UnleashClient.cache import FileCache

    toggle = {"name": "f", "type": "release", "enabled": True, "strategies": [_STRATEGY], "variants": []}
    cache = FileCache("bench", directory=str(folder))
    cache.bootstrap_from_dict({"version": 1, "features": [toggle]})
    client = UnleashClient(
        "http://127.0.0.1:9/api", "bench", cache=cache, disable_metrics=True, disable_registration=True
    )
    client.initialize_client(fetch_toggles=False)
    return lambda user: client.is_enabled("f", {"userId": user})


_PEERS: dict[str, tuple[str, float, Callable[[Path], Ask]]] = {
    FLAGD: ("openfeature.contrib.tools.flagd.core", 1 / 7, _flagd_core),
    GROWTHBOOK: ("growthbook", 1 / 5, _growthbook),
    UNLEASH: ("UnleashClient", 1 / 5, _unleash),
}


def _differences(asks: dict[str, Ask]) -> list[str]:
    """Say who decides otherwise: flagd's users are ours, the others' hashes give as many."""
    answers = {name: [ask(user) for user in _USERS] for name, ask in asks.items()}
    wrong = [name for name in (FLAGD,) if name in answers and answers[name] != answers[OURS]]
    wrong += [name for name, found in answers.items() if not 200 < sum(found) < 300]
    return [f"{name} decides differently" for name in wrong]
