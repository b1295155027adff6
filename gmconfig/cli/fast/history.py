"""`config history`, behind the words: without typer, which costs as much as the answer from the cache."""

from __future__ import annotations

from gmconfig.cli import terminal
from gmconfig.validate.collector import let_be, paused

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from typing import Any

    from gmconfig.cli.session import Session


@paused()
def history(
    session: Session,
    document: str,
    path: str = "",
    *,
    environment: str | None = None,
    limit: int = 0,
    since: str | None = None,
    until: str | None = None,
    output: str = "text",
) -> None:
    """Print a document's versions, newest first; for one path only those that changed its value."""
    from gmconfig.cli import values
    from gmconfig.cli.patience import waiting

    with waiting("reading history"):
        entries = session.manager(environment).history(document, path)
    let_be()
    if since or until:
        from gmconfig.cli.period import within

        entries = tuple(one for one in entries if within(one.revision.date.isoformat(), since, until))
    entries = entries[:limit] if limit else entries
    if output == "json":
        return terminal.answer(values.as_json([_record(entry) for entry in entries]))
    if not entries:
        return terminal.note(
            "no version of these days touches it" if since or until else "no version touches it"
        )
    return terminal.lines(terminal.table([_row(entry) for entry in entries]))


def _row(entry: Any) -> list[terminal.Span]:
    from gmconfig.cli import values

    said = [entry.revision.commit[:7], f"{entry.revision.date:%Y-%m-%d}", entry.revision.author]
    row: list[terminal.Span] = [entry.name, *said]
    if entry.unknown:
        return [*row, (f"(cannot be read: {entry.unknown})", "yellow"), entry.reason]
    if entry.has_value:
        row.append(values.inline(entry.value, limit=40) if entry.present else "(none)")
    return [*row, entry.reason or entry.revision.subject]


def _record(entry: Any) -> dict[str, Any]:
    from gmconfig.cli import values

    record = {
        "version": entry.name,
        "commit": entry.revision.commit,
        "date": entry.revision.date.isoformat(),
        "author": entry.revision.author,
        "reason": entry.reason or entry.revision.subject,
        "unknown": entry.unknown,
    }
    return record | (
        {"value": values.unsealed(entry.value), "present": entry.present} if entry.has_value else {}
    )
