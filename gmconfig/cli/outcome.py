"""What a change did: each value before and after with its place, then the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmconfig.cli import terminal, values
from gmconfig.cli.choice import one_of

if TYPE_CHECKING:
    from gmconfig.api import Outcome


# Every sealed write adds to these; a person learns nothing from their names.
_QUIET = ("secrets/log/", "secrets/keys/")


def show(result: Outcome, output: str) -> None:
    """Print what was changed, or would be."""
    one_of(output, ("text", "json"))
    if output == "json":
        return terminal.answer(values.as_json(record(result)))
    terminal.lines(lines(result))
    for environment in result.still_overridden:
        terminal.note(f"{environment} still has a value of its own there")
    return None


def lines(result: Outcome) -> list[terminal.Line]:
    """Give the change as lines of text."""
    if not result.changes and not result.files:
        return ["nothing to change"]
    rows = [line for change in result.changes for line in _changed(change)]
    if not rows:
        rows = [
            f"{file}  {_verb(*sides)}" for file, sides in result.files.items() if not file.startswith(_QUIET)
        ]
    return [*rows, *ending(result)]


def none(message: str) -> Outcome:
    """Give a change that was none."""
    from gmconfig.api.outcome import Outcome

    return Outcome(message)


def record(result: Outcome) -> dict[str, Any]:
    """Give the change as JSON has it."""
    return {
        "document": result.document,
        "environment": result.environment,
        "changes": [
            {
                "file": change.place.file,
                "line": change.place.line,
                "column": change.place.column,
                "path": change.path,
                "before": change.before,
                "after": change.after,
            }
            for change in result.changes
        ],
        "files": sorted(result.files),
        "commit": result.commit,
        "branch": result.branch,
        "message": result.message,
        "dry_run": result.dry_run,
        "still_overridden": list(result.still_overridden),
    }


def _changed(change: Any) -> list[terminal.Line]:
    before, after = values.sides(change.before, change.after)
    return terminal.row(
        [f"{change.place}  "],
        ("(none)" if change.kind == "+" else before, "red"),
        (f" → {'(removed)' if change.kind == '-' else after}", "green"),
    )


def _verb(before: bytes | None, after: bytes | None) -> str:
    if before is None:
        return "new"
    return "deleted" if after is None else "changed"


def ending(result: Outcome) -> list[terminal.Line]:
    """Say where the change has ended up."""
    if result.dry_run:
        return ["(dry run: nothing was changed)"]
    if result.commit is None:
        return ["left in the working tree, not committed"]
    return [f"[{result.branch} {result.commit[:7]}] {result.message}"]
