"""The report of an experiment, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gmconfig.cli import terminal
from gmconfig.flag.experiment.wording import amount, difference, lift, share, shares

if TYPE_CHECKING:
    from gmconfig.flag.experiment.assessment import Assessment, Result

_STYLES = {"higher": "green", "lower": "red", "undecided": "dim", "withheld": "yellow", "no users": "dim"}


def lines(found: Assessment) -> Iterator[terminal.Line]:
    """Yield the report as lines of text."""
    one = found.experiment
    ended = f" to {one.stopped}" if one.stopped else ""
    yield f"{one.name}  flag {one.flag}, since {one.started}{ended}"
    yield ""
    yield from terminal.table(list(_arms(found)))
    yield from _split(found)
    for metric, kind in one.metrics.items():
        yield ""
        told = "share of users" if kind == "proportion" else "mean per user"
        yield [metric, (f"  {told}", "dim")]
        results = [result for result in found.results if result.metric == metric]
        yield from terminal.table(list(_compared(found, results)))
        yield from _planning(results, kind)
    yield ""
    yield [(text, "dim") for text in (_method(found),)]


def record(found: Assessment) -> dict[str, Any]:
    """Give the report as JSON has it."""
    one = found.experiment
    return {
        "name": one.name,
        "flag": one.flag,
        "started": one.started,
        "stopped": one.stopped,
        "method": found.method,
        "alpha": found.alpha,
        "arms": [
            {
                "variant": variant,
                "control": variant == one.control,
                "planned": planned,
                "users": found.users[variant],
            }
            for variant, planned in one.arms.items()
        ],
        "split": {"as_planned": found.is_as_planned, "p_value": found.split_p_value},
        "users_in_several_variants": found.in_several,
        "users_in_other_variants": found.strangers,
        "results": [_result(result) for result in found.results],
    }


def _result(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = {
        "metric": result.metric,
        "kind": result.kind,
        "variant": result.variant,
        "verdict": str(result.verdict),
    }
    found = result.comparison
    if found is None:
        return told
    return told | {
        "control_value": found.control,
        "value": found.treatment,
        "lift": {"value": found.lift, "interval": found.interval and list(found.interval)},
        "relative_lift": {
            "value": found.relative,
            "interval": found.relative_interval and list(found.relative_interval),
        },
        "test": found.test,
        "p_value": found.p_value,
        "adjusted_p_value": result.adjusted,
        "detectable_lift": result.detectable,
        "power": result.power,
    }


def _arms(found: Assessment) -> Iterator[list[terminal.Span]]:
    total = max(1, sum(found.users.values()))
    for variant, planned in found.experiment.arms.items():
        users = found.users[variant]
        role = "control" if variant == found.experiment.control else ""
        yield [
            variant,
            f"{users:>9,} users",
            f"{100 * users / total:5.2f} % seen",
            f"{100 * planned:5.2f} % planned",
            (role, "dim"),
        ]


def _split(found: Assessment) -> Iterator[terminal.Line]:
    if found.is_as_planned:
        seen = (
            f"split as planned (p = {found.split_p_value:.3g})" if any(found.users.values()) else "nobody yet"
        )
        yield [(seen, "dim")]
    else:
        told = f"users were not split as planned (p = {found.split_p_value:.2g}): something loses or doubles them"
        yield [(f"{told}; no verdict can be trusted", "red")]
    if found.in_several:
        yield f"{found.in_several:,} users were seen in several variants; they are left out"
    if found.strangers:
        yield f"{found.strangers:,} users were seen in variants that are not part of it; they are left out"


def _compared(found: Assessment, results: list[Result]) -> Iterator[list[terminal.Span]]:
    first = next((result.comparison for result in results if result.comparison), None)
    if first is not None:
        kind = results[0].kind
        yield [f"  {found.experiment.control}", amount(first.control, kind)]
    for result in results:
        yield _row(result)


def _row(result: Result) -> list[terminal.Span]:
    verdict: terminal.Span = (str(result.verdict), _STYLES[result.verdict])
    found = result.comparison
    if found is None:
        return [f"  {result.variant}", "", "", "", "", verdict]
    interval = f"[{shares(found.relative_interval)}]" if found.relative_interval else "[unknown]"
    relative = f"{share(found.relative)} {interval}" if found.relative is not None else "no relative lift"
    absolute = difference(found.lift, found.interval, result.kind)
    return [
        f"  {result.variant}",
        amount(found.treatment, result.kind),
        absolute,
        relative,
        f"p = {result.adjusted:.3g}",
        verdict,
    ]


def _planning(results: list[Result], kind: str) -> Iterator[terminal.Line]:
    for result in results:
        if result.detectable is not None:
            told = f"  {result.variant}: a lift of {lift(result.detectable, kind)} is found by 4 of 5 experiments"
            chance = (
                "" if result.power is None else f", the smallest that matters by {100 * result.power:.0f} %"
            )
            yield [(f"{told} of this size{chance}", "dim")]


def _method(found: Assessment) -> str:
    intervals = f"{100 * (1 - found.alpha):g} % intervals"
    if found.method == "always valid":
        how = f"{intervals} and p-values that hold whenever one looks (always valid)"
    else:
        how = f"{intervals} and p-values for one look at the planned end (fixed horizon)"
    return f'{how}; p after Holm over {len(found.results)} comparisons; undecided is not "no effect"'
