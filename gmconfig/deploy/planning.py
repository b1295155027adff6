"""Makes a plan: which targets, which commit each should have, how each stands, what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gmconfig.deploy.budget import exceeded
from gmconfig.deploy.correction import Correction, correct, put_there
from gmconfig.deploy.lacking import Lacking
from gmconfig.deploy.plan import Plan, Planned
from gmconfig.drift.made import Wanted
from gmconfig.drift.survey import Survey
from gmconfig.errors import NotFound
from gmconfig.immutable import Data
from gmconfig.record.quarantine import quarantined
from gmconfig.target.declared import Target, select, targets
from gmconfig.target.formats import FLAGS

if TYPE_CHECKING:
    from gmconfig.drift.standing import Standing
    from gmconfig.record.entry import Record
    from gmconfig.record.hold import Hold
    from gmconfig.record.ledger import Ledger


class Asked(Data):
    """What a plan is asked for.

    Attributes:
        words: names, groups or `label=value` of targets; none mean all of the environment.
        at: the revision to deploy; None is HEAD.
        retry: whether what failed its health check may be tried again.
        most_targets: how many targets may change at once; None leaves it to their budget.
        hold: plan as if this were held; the holds that are on record do not count then.
        unheld: plan as if nothing were held.
        corrects: put back what was there, and nothing newer.
        only_flags: bring the feature flags, and leave the rest of what is live as it is.
    """

    words: tuple[str, ...] = ()
    at: str | None = None
    retry: bool = False
    most_targets: int | None = None
    hold: Hold | None = None
    unheld: bool = False
    corrects: Correction | None = None
    only_flags: bool = False


def make_plan(
    ledger: Ledger, survey: Survey, asked: Asked, seen: Callable[[Standing], None] = lambda _: None
) -> Plan:
    """Compare the targets of the ledger's environment with what they should have.

    Raises:
        NotFound: the environment has no targets, or none that a word means.
    """
    commit = survey.project.repository.resolve(asked.at or "HEAD")
    chosen, left_out = _chosen(ledger, survey, asked, commit)
    if asked.only_flags:
        from gmconfig.deploy.flags_alone import with_flags

        taking = list(with_flags(ledger, survey, chosen, commit))
        chosen, left_out = taking, left_out + len(chosen) - len(taking)
    found = _looked(ledger, survey, [(target, wanted) for target, wanted, _ in chosen], seen)
    if asked.corrects is not None:
        return _correction(ledger, survey, asked.corrects, commit, found)
    records = list(ledger.chain.records()) if any(one.needs_change for one in found) else []
    lacking = Lacking(survey)
    planned = tuple(
        _planned(lacking, one, wanted, hold, () if asked.retry else records)
        for one, (_, wanted, hold) in zip(found, chosen, strict=True)
    )
    plan = Plan(ledger.environment, commit, planned, left_out, ledger.freezes.active())
    changing = [one.standing for one in plan.changing]
    return plan.replaced(budget=tuple(exceeded(changing, asked.most_targets)))


def standings(
    ledger: Ledger, survey: Survey, asked: Asked, seen: Callable[[Standing], None] = lambda _: None
) -> list[Standing]:
    """Compare the targets, and look no further.

    Raises:
        NotFound: the environment has no targets, or none that a word means.
    """
    commit = survey.project.repository.resolve(asked.at or "HEAD")
    chosen, _ = _chosen(ledger, survey, asked, commit)
    return _looked(ledger, survey, [(target, wanted) for target, wanted, _ in chosen], seen, near=True)


def _looked(
    ledger: Ledger,
    survey: Survey,
    pairs: Sequence[tuple[Target, Wanted]],
    seen: Callable[[Standing], None],
    *,
    near: bool = False,
) -> list[Standing]:
    """Look at targets; what an agent looks after is told by it, unless it is `near` and meant to be looked at."""
    told = {target.name for target, _ in pairs if target.agent and not (near and survey.is_near(target))}
    direct = [pair for pair in pairs if pair[0].name not in told]
    found = {one.target.name: one for one in survey.look(direct, seen)}
    if told:
        from gmconfig.deploy.by_word import standing_by_word
        from gmconfig.record.status import read_all

        said = read_all(ledger.project, ledger.environment)
        for target, wanted in pairs:
            if target.name in told:
                found[target.name] = standing_by_word(survey, target, wanted, said)
                seen(found[target.name])
    return [found[target.name] for target, _ in pairs]


def _chosen(
    ledger: Ledger, survey: Survey, asked: Asked, commit: str
) -> tuple[list[tuple[Target, Wanted, Hold | None]], int]:
    """Give the targets with what each should have, and how many more the environment has."""
    declared = declared_at(survey, ledger.environment, commit)
    chosen = select(declared, asked.words, ledger.environment)
    holds = _holds(ledger, asked)
    return [(target, *wanted_of(holds, target, commit)) for target in chosen], len(declared) - len(chosen)


def _correction(
    ledger: Ledger, survey: Survey, correction: Correction, commit: str, standings: Sequence[Standing]
) -> Plan:
    """Plan to put back what drifted; a freeze stops it like any deployment."""
    made = [put_there(survey, one, commit) for one in standings]
    planned = tuple(
        Planned(correct(survey, one, correction, commit), wanted, lacks=Lacking(survey).of(one, wanted))
        for one, wanted in zip(standings, made, strict=True)
    )
    return Plan(ledger.environment, commit, planned, freeze=ledger.freezes.active())


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


def wanted_of(holds: Sequence[Hold], target: Target, commit: str) -> tuple[Wanted, Hold | None]:
    """Give what a target should have where the environment follows a commit: that, or what it is held at."""
    hold = next((one for one in holds if one.concerns(target.name)), None)
    if hold is None:
        return Wanted(commit, commit), None
    flags = hold.flags if FLAGS in target.documents else ""
    held = hold.commit_of(target.name)
    return Wanted(held, held if hold.old_secrets else commit, flags), hold


def _planned(
    lacking: Lacking, standing: Standing, wanted: Wanted, hold: Hold | None, records: Sequence[Record]
) -> Planned:
    if not standing.needs_change or standing.rendering is None:
        return Planned(standing, wanted, hold)
    failed = quarantined(records, standing.target.name, standing.rendering.wanted)
    return Planned(standing, wanted, hold, failed, () if failed else lacking.of(standing, wanted))
