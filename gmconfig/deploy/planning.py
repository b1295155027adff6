"""Makes a plan: which targets, which commit each should have, how each stands, what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gmconfig.deploy.budget import exceeded
from gmconfig.deploy.plan import Plan, Planned
from gmconfig.drift.survey import Survey, Wanted
from gmconfig.errors import GmconfigError, NotFound
from gmconfig.record.quarantine import quarantined
from gmconfig.target.declared import Target, select, targets

if TYPE_CHECKING:
    from gmconfig.drift.standing import Standing
    from gmconfig.record.entry import Record
    from gmconfig.record.hold import Hold
    from gmconfig.record.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan is asked for.

    Attributes:
        words: names, groups or `label=value` of targets; none mean all of the environment.
        at: the revision to deploy; None is HEAD.
        retry: whether what failed its health check may be tried again.
        most_targets: how many targets may change at once; None leaves it to their budget.
        hold: plan as if this were held; the holds that are on record do not count then.
        unheld: plan as if nothing were held.
    """

    words: tuple[str, ...] = ()
    at: str | None = None
    retry: bool = False
    most_targets: int | None = None
    hold: Hold | None = None
    unheld: bool = False


def plan(
    ledger: Ledger, survey: Survey, asked: Asked, seen: Callable[[Standing], None] = lambda _: None
) -> Plan:
    """Compare the targets of the ledger's environment with what they should have.

    Raises:
        NotFound: the environment has no targets, or none that a word means.
    """
    commit = survey.project.repository.resolve(asked.at or "HEAD")
    declared = declared_at(survey, ledger.environment, commit)
    chosen = select(declared, asked.words, ledger.environment)
    holds = _holds(ledger, asked)
    wanted = [(target, *_wanted(holds, target, commit)) for target in chosen]
    standings = survey.look([(target, want) for target, want, _ in wanted], seen)
    records = list(ledger.chain.records()) if any(one.needs_change for one in standings) else []
    planned = tuple(
        _planned(survey, standing, want, hold, () if asked.retry else records)
        for standing, (_, want, hold) in zip(standings, wanted, strict=True)
    )
    found = Plan(ledger.environment, commit, planned, len(declared) - len(chosen), ledger.freezes.active())
    changing = [one.standing for one in found.changing]
    return replace(found, budget=tuple(exceeded(changing, asked.most_targets)))


def declared_at(survey: Survey, environment: str, commit: str) -> dict[str, Target]:
    """Give the targets of an environment as a commit's gmconfig.yaml declares them.

    Raises:
        NotFound: there are none.
    """
    project = survey.project.at(survey.project.snapshot(commit))
    found = {name: one for name, one in targets(project).items() if one.environment == environment}
    if not found:
        raise NotFound(
            f"{environment} has no targets in {project.repository.short(commit)}",
            hint="declare them under targets: in gmconfig.yaml, and commit",
        )
    return found


def _holds(ledger: Ledger, asked: Asked) -> Sequence[Hold]:
    if asked.hold is not None:
        return (asked.hold,)
    return () if asked.unheld else ledger.holds.all()


def _wanted(holds: Sequence[Hold], target: Target, commit: str) -> tuple[Wanted, Hold | None]:
    hold = next((one for one in holds if one.concerns(target.name)), None)
    if hold is None:
        return Wanted(commit, commit), None
    return Wanted(hold.commit, hold.commit if hold.old_secrets else commit), hold


def _planned(
    survey: Survey, standing: Standing, wanted: Wanted, hold: Hold | None, records: Sequence[Record]
) -> Planned:
    if not standing.needs_change or standing.rendering is None:
        return Planned(standing, wanted, hold)
    failed = quarantined(records, standing.target.name, standing.rendering.wanted)
    return Planned(standing, wanted, hold, failed, () if failed else _lacks(survey, standing))


def _lacks(survey: Survey, standing: Standing) -> tuple[str, ...]:
    """Say what applying would need and does not find; a rendering without its key is one of these."""
    if standing.rendering is None:
        return ()
    try:
        size = sum(map(len, standing.rendering.needed_files().values()))
        return tuple(survey.kind(standing.target).check(size))
    except GmconfigError as error:
        return (error.message,)
