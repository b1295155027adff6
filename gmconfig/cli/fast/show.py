"""`config show`, behind the words: without typer, because scripts run it by the thousand."""

from __future__ import annotations

from gmconfig.cli import terminal

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.cli.session import Session


def show(
    session: Session,
    document: str,
    *,
    environment: str | None = None,
    at: str | None = None,
    variables: Sequence[str] = (),
    reveal: bool = False,
    output: str = "yaml",
) -> None:
    """Print a whole resolved document in another format; secrets are masked unless `reveal`."""
    from gmconfig.cli import values
    from gmconfig.cli.choice import one_of
    from gmconfig.cli.fast.get import pairs
    from gmconfig.config.formats import FORMATS

    one_of(output, FORMATS)
    manager = session.manager(environment, variables=pairs(variables), at=at)
    tree = manager.value(document)
    terminal.answer(FORMATS[output](values.revealed(tree) if reveal else values.masked(tree)))
