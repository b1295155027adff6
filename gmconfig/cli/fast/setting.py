"""`config set`, behind the words: without typer, because scripts run it by the thousand."""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gmconfig.api import ConfigManager, Outcome
    from gmconfig.cli.session import Session
    from gmconfig.errors import UsageError


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
    from gmconfig.cli.fast.get import pairs
    from gmconfig.errors import UsageError

    if not path:  # most likely a variable of a script that is empty
        hint = f"name a path; the whole file: gmconfig config edit {document}"
        raise UsageError("an empty PATH would replace the whole document", hint=hint)
    manager = session.manager(environment, variables=pairs(variables))
    if value is None and not secret:
        raise _no_value(manager, document, path)
    if string or secret:
        given = prompt.given_value(value, string=string, secret=secret, what=path)
    else:
        given = _meant(manager, document, path, prompt.given_text(value))
    return manager.set_value(document, path, given, create=create, copy_list=copy_list, secret=secret, **how)


def _no_value(manager: ConfigManager, document: str, path: str) -> UsageError:
    """Say that a word is missing, and which, where the others tell."""
    from shlex import quote

    from gmconfig.errors import UsageError

    manager.workspace.project.check_document(manager.snapshot(), document)
    key, equals, value = path.partition("=")
    said = quote(value or '""')
    hint = (
        f"gmconfig config set {document} {quote(key)} {said}"
        if equals
        else "an empty text is given as '\"\"'"
    )
    return UsageError("missing argument 'VALUE'", hint=hint)


def _meant(manager: ConfigManager, document: str, path: str, text: str) -> object:
    """Give what VALUE says as YAML; a number that it would print differently is not taken for one unasked."""
    from gmconfig.cli import prompt

    value = prompt.as_yaml(text, prompt.AS_IT_IS)
    if type(value) not in (int, float) or str(value) == text:
        return value
    from gmconfig.api.config.meaning import meant
    from gmconfig.cli import terminal
    from gmconfig.path import scalar_text

    stood: list[object] = []

    def there() -> object:
        stood.append(_there(manager, document, path))
        return stood[0]

    found = meant(manager.snapshot(), document, path, text, value, there)
    if isinstance(found, str):
        terminal.note(f'"{found}" stays text: as a number it would be {scalar_text(value)}')
    elif stood:
        terminal.note(
            f'"{text}" is {scalar_text(value)}, as a number stands there: --string keeps it as it is'
        )
    return found


def _there(manager: ConfigManager, document: str, path: str) -> object:
    from gmconfig.errors import NotFound

    try:
        return manager.raw(document, path)
    except NotFound:
        return None
