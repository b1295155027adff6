"""Health: the repository, environments, targets, keys, backups and handlers, each in a word with the next step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from gmconfig.counted import counted
from gmconfig.errors import GmconfigError
from gmconfig.finding import Severity
from gmconfig.monitor.backups import last_created, last_verified
from gmconfig.monitor.compliance.status import ComplianceStatus
from gmconfig.monitor.handler import handlers
from gmconfig.monitor.outbox import Outbox

if TYPE_CHECKING:
    from gmconfig.monitor.alert import Alert
    from gmconfig.monitor.look import Look
    from gmconfig.monitor.register import Register

OK, WARNING, ERROR, UNKNOWN = "ok", "warning", "error", "unknown"


@dataclass(frozen=True, slots=True)
class Health:
    """One thing: its name, how it is (ok, warning, error, unknown), why in words, and the command to go on with."""

    name: str
    state: str
    message: str
    hint: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return asdict(self)


def health(register: Register, found: Look) -> list[Health]:
    """Say how everything is, after a look at it."""
    events = register.events()
    alerts = [one for one in register.known(events).values() if not one.resolved]
    return [
        _repository(register, found),
        *_environments(register, found, alerts),
        *_targets(register, found, alerts),
        _keys(alerts),
        _backups(events, found, alerts),
        *_handlers(register),
        _alerts(alerts),
    ]


def _repository(register: Register, found: Look) -> Health:
    repository = register.project.repository
    broken = next(
        (one for one in found.conditions if one.rule in ("configuration-broken", "disk-space")), None
    )
    if broken is not None:
        return Health("repository", ERROR, broken.message, broken.hint)
    if repository.is_shallow():
        return Health(
            "repository", WARNING, "the clone is shallow: history has no answer", "git fetch --unshallow"
        )
    free = found.measures.disk_free_percent
    disk = f", {free:.0f} % of its disk is free" if free is not None else ""
    return Health("repository", OK, f"branch {repository.branch() or 'none'}{disk}")


def _environments(register: Register, found: Look, alerts: list[Alert]) -> Iterator[Health]:
    scores = ComplianceStatus(tuple(found.tallies)).environments
    for name in register.project.environments:
        mine = [one for one in alerts if one.environment == name and one.target is None]
        score = scores.get(name)
        words = f"scores {score.value:.1f}" if score and score.value is not None else "no rule applies"
        yield _by_alerts(f"environment {name}", mine, words)


def _targets(register: Register, found: Look, alerts: list[Alert]) -> Iterator[Health]:
    from gmconfig.target.declared import targets

    try:
        declared = targets(register.project)
    except GmconfigError as error:
        yield Health("targets", ERROR, str(error), error.hint)
        return
    answered: Mapping[str, float] = found.measures.target_seconds
    for name in declared:
        if name in found.unreachable:
            yield Health(f"target {name}", UNKNOWN, found.unreachable[name], f"gmconfig drift detect {name}")
            continue
        seconds = answered.get(name)
        stands = found.waiting.get(name, "as it was deployed")
        words = f"{stands}, answered within {seconds:.2f} s" if seconds is not None else "not looked at"
        one = _by_alerts(f"target {name}", [one for one in alerts if one.target == name], words)
        yield one if seconds is not None or one.state != OK else Health(one.name, UNKNOWN, words)


def _keys(alerts: list[Alert]) -> Health:
    return _by_alerts("keys", [one for one in alerts if one.rule == "secret-overdue"], "no secret is overdue")


def _backups(events: list[dict[str, Any]], found: Look, alerts: list[Alert]) -> Health:
    mine = [one for one in alerts if one.rule in ("backup-damaged", "backup-age")]
    made, verified = last_created(events), last_verified(events)
    if made is None and not mine:
        return Health("backups", WARNING, "none was made yet", "gmconfig backup create")
    if verified is None and not mine:
        return Health("backups", WARNING, "none was verified yet", "gmconfig backup verify --read-data")
    days = (found.now - verified).days if verified else 0
    return _by_alerts(
        "backups", mine, f"the last was verified {days:,} days ago" if days else "verified today"
    )


def _handlers(register: Register) -> Iterator[Health]:
    waiting = Outbox(register.project).waiting()
    for name in handlers(register.project):
        mine = [one for one in waiting if one.handler == name]
        errors = [one.error for one in mine if one.error]
        if errors:
            message = f"{counted(len(mine), 'alert')} to deliver: {errors[0]}"
            yield Health(f"handler {name}", ERROR, message, "gmconfig monitor alerts deliver")
        else:
            yield Health(
                f"handler {name}", OK, f"{counted(len(mine), 'alert')} on the way" if mine else "knows all"
            )


def _alerts(alerts: list[Alert]) -> Health:
    counts = {word: sum(one.severity is word for one in alerts) for word in Severity}
    said = ", ".join(_as_nouns(word, count) for word, count in counts.items() if count)
    state = (
        ERROR if any(one.severity.fails for one in alerts) else WARNING if counts[Severity.WARNING] else OK
    )
    return Health("alerts", state, f"{said} open" if said else "none open", "gmconfig monitor alerts list")


def _as_nouns(word: Severity, count: int) -> str:
    return counted(count, word) if word in (Severity.ERROR, Severity.WARNING) else f"{count:,} {word}"


def _by_alerts(name: str, alerts: list[Alert], otherwise: str) -> Health:
    """Judge by the worst of its alerts; what is of mere interest is none."""
    rank = list(Severity)
    told = sorted(
        (one for one in alerts if one.severity is not Severity.INFO), key=lambda one: rank.index(one.severity)
    )
    if not told:
        return Health(name, OK, otherwise)
    worst = told[0]
    more = f" and {len(told) - 1:,} more" if len(told) > 1 else ""
    return Health(name, ERROR if worst.severity.fails else WARNING, f"{worst.message}{more}", worst.hint)
