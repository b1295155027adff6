"""Secrets that should have got a new value by now: needs no key, only the log and what is said in clear."""

from __future__ import annotations

from gmconfig.errors import GmconfigError, UsageError
from gmconfig.finding import Finding, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from gmconfig.finding import Place
    from gmconfig.secret.named.store import Named
    from gmconfig.validate.subject import Subject

_WORDS = (b"rotate_every", b"expires")


def check(subject: Subject) -> Iterator[Finding]:
    """Yield what is overdue, and ages and dates that cannot be read."""
    for secret in _dated(subject):
        day = _day(subject, secret)
        if isinstance(day, UsageError):
            yield _finding(subject, secret, "unreadable-date", day.message, day.hint)
        elif day is not None and day.isoformat() <= subject.today:
            option = f" -e {secret.environment}" if secret.environment else ""
            message = f'secret "{secret.name}" in {secret.where} should have a new value since {day}'
            yield _finding(
                subject, secret, "overdue", message, f"gmconfig secret rotate {secret.name}{option}"
            )


def until(subject: Subject) -> str | None:
    """Give the next day on which another secret is overdue; None where none will be."""
    days = (_day(subject, secret) for secret in _dated(subject))
    dates = (day.isoformat() for day in days if day is not None and not isinstance(day, UsageError))
    return min((day for day in dates if day > subject.today), default=None)


def _dated(subject: Subject) -> Iterator[Named]:
    """Yield the secrets that say how old they may get; most repositories have none, and load nothing."""
    for file in sorted(subject.files):
        if not file.startswith("secrets/") or file.count("/") != 1 or not file.endswith(".yaml"):
            continue
        raw = subject.snapshot.read(file)
        if any(word in raw for word in _WORDS):
            from gmconfig.secret.named.store import secrets_in

            environment = file[len("secrets/") : -len(".yaml")]
            try:
                found = secrets_in(subject.snapshot, None if environment == "common" else environment)
            except GmconfigError:  # a finding of its own
                continue
            yield from (one for one in found.values() if {"rotate_every", "expires"} & one.metadata.keys())


def _day(subject: Subject, secret: Named) -> date | UsageError | None:
    from gmconfig.secret.named.due import due_on
    from gmconfig.secret.named.overdue import born, due_day

    try:
        if subject.vault is None:
            return due_on(secret.metadata, born(secret))
        return due_day(subject.vault, secret)
    except UsageError as error:
        return error


def _finding(subject: Subject, secret: Named, rule: str, message: str, hint: str | None) -> Finding:
    environments = (secret.environment,) if secret.environment else ()
    return Finding(
        "rotation", rule, Severity.WARNING, message, _place(subject, secret), len(secret.name),
        None, environments, secret.name, hint,
    )  # fmt: skip


def _place(subject: Subject, secret: Named) -> Place:
    from gmconfig.storage.yaml import compose, place

    stream = compose(subject.snapshot.read(secret.file), secret.file)
    return place(stream, (secret.name,), key=True)
