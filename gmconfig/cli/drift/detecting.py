"""`drift detect`, behind the words: without typer, because schedules run it all day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gmconfig.cli import terminal, values
from gmconfig.cli.choice import one_of
from gmconfig.cli.deploy import progress
from gmconfig.cli.drift import shown
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def detect(
    session: Session,
    words: Sequence[str] = (),
    *,
    environment: str | None = None,
    offline: bool = False,
    output: str = "text",
) -> int:
    """Look, and say what was found; give 1 if something has drifted that nobody knows of."""
    one_of(output, ("text", "json"))
    with progress.looking() as seen:
        found = session.drifter(offline=offline, seen=seen).detect(words, environment)
    if output == "json":
        terminal.answer(values.as_json(shown.detected_record(found)))
    else:
        terminal.lines(shown.detected(found))
    if found.counting:
        return ExitCode.NO
    return ExitCode.NO_ANSWER if found.unknown else ExitCode.OK
