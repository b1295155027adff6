"""`deploy apply`: plan, let through, record, carry out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.deploy import fault, gate
from gmconfig.deploy.by_agent import AgentChange, Hearing
from gmconfig.deploy.change import Change, TargetChange
from gmconfig.deploy.coordinator import Coordinator
from gmconfig.deploy.fencing import highest
from gmconfig.deploy.planning import Asked, make_plan
from gmconfig.deploy.recorded import compact
from gmconfig.deploy.release import release_of
from gmconfig.deploy.signed import check_trusted
from gmconfig.drift.survey import Survey
from gmconfig.errors import InvalidConfiguration
from gmconfig.record.entry import Outcome, Record, State, Step

if TYPE_CHECKING:
    from gmconfig.deploy.options import Options
    from gmconfig.deploy.plan import Plan, Planned
    from gmconfig.drift.standing import Standing
    from gmconfig.record.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of it: the plan, and the record, which is None where there was nothing to do.

    `cut_short` is then the id of a deployment that nobody works on and that never came to its end.
    """

    plan: Plan
    record: Record | None
    cut_short: str | None = None


def apply(
    ledger: Ledger,
    survey: Survey,
    asked: Asked,
    options: Options,
    *,
    bound: Mapping[str, str] | None = None,
    seen: Callable[[Standing], None] = lambda _: None,
) -> Applied:
    """Bring targets to what they should have.

    Args:
        ledger: the environment's records.
        survey: looks at the targets.
        asked: which targets, and which revision.
        options: how, and who asked.
        bound: what a saved plan was bound to; anything else is refused.
        seen: is told of each target that was looked at.

    Raises:
        Refused: a lock, a freeze, the budget, a stale plan, a commit that must be signed and is not, or nothing
            is left to do but what is quarantined.
        InvalidConfiguration: what would be deployed is not valid.
        GmconfigError: a target cannot be reached, or lacks something; then nothing was changed.
    """
    ledger.refresh()
    found = make_plan(ledger, survey, asked, seen)
    gate.check(found, options, bound)
    if not found.changing:
        ledger.catch_up()
        gate.check_quarantine(found, options)
        return Applied(found, None, _cut_short(ledger))
    check_valid(survey, found)
    check_trusted(survey.project, found.environment, _commits(found))
    options.before(found)
    with ledger.locked(highest(ledger, survey, found)) as fencing:
        looked_at = _commits(found)
        # Of the very commit that was looked at: what is committed meanwhile is for the next deployment.
        found = make_plan(ledger, survey, asked.replaced(at=found.commit))
        gate.check(found, options, bound)
        if not found.changing:
            gate.check_quarantine(found, options)
            return Applied(found, None)
        check_trusted(survey.project, found.environment, _commits(found) - looked_at)
        supersede(ledger, fencing)
        record = ledger.begin(_intent(found, options, fencing), compact(found.as_json()))
        fault.point("recorded")
        options.told(record)
        hearing = Hearing(ledger, options.patience)
        record, changes = _released(survey, found.changing, record, hearing)
        success = State.PARTIAL if _is_limited(found) else State.SUCCEEDED
        return Applied(found, Coordinator(ledger, record, changes, hearing.told(options)).run(success))


def check_valid(survey: Survey, found: Plan) -> None:
    """Validate what would be deployed, as it is in its commit.

    Raises:
        InvalidConfiguration: it has errors.
    """
    from gmconfig.validate.run import check

    snapshot = survey.project.snapshot(found.commit)
    report = check(survey.project, snapshot, environments=[found.environment])
    if not report.ok:
        raise InvalidConfiguration(
            f"{found.environment} is not valid in {survey.project.repository.short(found.commit)}",
            report.findings,
            hint=f"gmconfig validate --at {found.commit[:12]} -e {found.environment}",
        )


def _commits(found: Plan) -> set[str]:
    """Give every commit whose configuration or flags would be deployed."""
    wanted = [one.wanted for one in found.changing]
    return {commit for one in wanted for commit in (one.commit, one.flags) if commit}


def supersede(ledger: Ledger, fencing: int) -> None:
    """Close a deployment that was cut short: every target has the old or the new release, the plan saw which."""
    newest = ledger.chain.latest()
    if newest is not None and not newest.state.is_over:
        ledger.advance(replace(newest, fencing=fencing, error="cut short"), State.SUPERSEDED)


def _cut_short(ledger: Ledger) -> str | None:
    """Name the newest deployment where it has no end yet, is not for agents to end, and nobody works on it."""
    newest, holder = ledger.chain.latest(), ledger.lock.holder()
    is_busy = holder is not None and holder.is_active(datetime.now(UTC))
    if newest is None or newest.state.is_over or newest.pull or is_busy:
        return None
    return newest.id


def _intent(found: Plan, options: Options, fencing: int) -> Record:
    """Give the record of what is about to be done; it has no number yet."""
    import socket

    first = next(
        (one for one in found.changing if one.wanted.commit == found.commit), found.changing[0]
    ).wanted
    return Record(
        found.environment,
        0,
        first.commit,
        action=options.action,
        user=options.user,
        host=socket.gethostname(),
        reason=options.reason,
        secrets_commit=None if first.secrets == first.commit else first.secrets,
        flags_commit=first.flags or None,
        targets={one.name: _outcome(one, first.commit) for one in found.targets},
        pull=any(one.standing.target.agent for one in found.changing),
        fencing=fencing,
    )


def _outcome(one: Planned, usual: str) -> Outcome:
    """Give a target's part as it begins; it names its commit where that is not the usual one."""
    live, rendering = one.standing.live, one.standing.rendering
    before = live.release if live else None
    wanted = rendering.wanted if rendering else ""
    commit = "" if one.wanted.commit == usual else one.wanted.commit
    if one.changes:
        return Outcome(Step.WAITING, wanted=wanted, before=before, commit=commit)
    step = Step.SKIPPED if one.quarantine else Step.UNCHANGED
    return Outcome(step, wanted=wanted, before=before, live=before, commit=commit)


def _released(
    survey: Survey, planned: Sequence[Planned], record: Record, hearing: Hearing
) -> tuple[Record, list[Change]]:
    """Give the targets that change with their releases, which bear the record's number."""
    changes: list[Change] = []
    for one in planned:
        target, rendering = one.standing.target, survey.rendering(one.standing.target, one.wanted)
        if target.agent:
            changes.append(AgentChange(target, record, hearing))
            continue
        release = release_of(record, target, one.wanted, rendering, one.standing.kept)
        outcome = replace(record.targets[target.name], release=release.id)
        record = record.with_outcome(target.name, outcome)
        kind, root = survey.kind(target), survey.project.root
        changes.append(TargetChange(target, kind, record.id, release.id, outcome.before, root, release))
    return record, changes


def _is_limited(found: Plan) -> bool:
    return bool(found.left_out or any(one.quarantine for one in found.targets))
