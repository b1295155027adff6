"""`config set`, behind the words: without typer, because scripts run it by the thousand."""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gmconfig.api import Outcome
    from gmconfig.cli.session import Session


def set_value(
    session: Session,
    document: str,
    path: str,
    value: str | None = None,
    *,
    how: Mapping[str, Any],
    environment: str | None = None,
    variables: Sequence[str] = (),
    create: bool = False,
    string: bool = False,
    secret: bool = False,
    copy_list: bool = False,
) -> Outcome:
    """Set one value, and give what that did.

    Raises:
        UsageError: there is no path, or a secret stands on the command line.
    """
    from gmconfig.cli import prompt
    from gmconfig.cli.get import pairs
    from gmconfig.errors import UsageError

    if not path:  # most likely a variable of a script that is empty
        hint = f"name a path; the whole file: gmconfig config edit {document}"
        raise UsageError("an empty PATH would replace the whole document", hint=hint)
    given = prompt.given_value(value, string=string, secret=secret, what=path)
    return session.manager(environment, variables=pairs(variables)).set_value(
        document, path, given, create=create, copy_list=copy_list, secret=secret, **how
    )
