"""`secret get`, behind the words: without typer, because scripts run it by the thousand."""

from __future__ import annotations

from gmconfig.cli import terminal

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def get(
    session: Session,
    name: str,
    *,
    environment: str | None = None,
    identity: str | None = None,
    user: str | None = None,
    at: str | None = None,
    output: str = "text",
) -> None:
    """Print a named secret's value, in plain: that is what was asked for."""
    from gmconfig.cli import values
    from gmconfig.cli.choice import one_of

    one_of(output, ("text", "json"))
    manager = session.secrets(environment, identity=identity)
    value = values.revealed(manager.get_secret(name, user=user, at=at))
    terminal.answer(values.as_json(value) if output == "json" else values.as_yaml(value))
