"""`config get`, behind the words: without typer, because scripts run it by the thousand."""

from __future__ import annotations

from gmconfig.cli import terminal

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.cli.session import Session


def get(
    session: Session,
    document: str,
    path: str = "",
    *,
    environment: str | None = None,
    at: str | None = None,
    variables: Sequence[str] = (),
    raw: bool = False,
    reveal: bool = False,
    output: str = "text",
) -> None:
    """Print the resolved value at a path; `raw` before placeholders, secrets masked unless `reveal`."""
    from gmconfig.cli import values

    manager = session.manager(environment, variables=pairs(variables), at=at)
    value = manager.raw(document, path) if raw else manager.value(document, path)
    if reveal:
        value = values.revealed(value)
    terminal.answer(values.as_json(value) if output == "json" else values.as_yaml(value))


def pairs(variables: Sequence[str] | None) -> dict[str, str]:
    """Read `NAME=VALUE` arguments.

    Raises:
        UsageError: one of them is not of that form.
    """
    from gmconfig.errors import UsageError

    found = {}
    for text in variables or ():
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f'"{text}" is not NAME=VALUE', hint="for example --var host=web1")
        found[name] = value
    return found
