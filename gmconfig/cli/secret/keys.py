"""`secret keygen`: identities that open and sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def keygen(
    session: Session,
    file: Annotated[
        str | None, typer.Option("--file", metavar="FILE", help="Write the identity there, mode 0600.")
    ] = None,
    ci: Annotated[
        bool,
        typer.Option("--ci", help="Print $GMCONFIG_IDENTITY for CI: the identity in FILE, else your own."),
    ] = False,
    output: options.TextOrJson = "text",
) -> None:
    """Make a new identity and print its public half; or print one string for CI.

    The identity goes to the configuration directory unless --file names another place.

    With --ci nothing is made: the string holds an identity, and the root that this clone trusts.

    \b
    gmconfig secret keygen --file ci.key
    gmconfig secret keygen --ci --file ci.key
    """
    if ci:
        given = session.secrets(identity=file).ci_identity()
        if file is None:
            terminal.warning("whoever has this opens and signs as you; --file ci.key gives CI one of its own")
        return terminal.answer(values.as_json({"GMCONFIG_IDENTITY": given}) if output == "json" else given)
    from gmconfig.api import new_identity

    made = new_identity(file)
    terminal.note(f"identity written to {made.file}; keep it, nothing else opens what it seals")
    if output == "json":
        record = {"file": str(made.file), "age": made.recipient, "verify": made.verifier}
        return terminal.answer(values.as_json(record))
    return terminal.answer(f"age {made.recipient}\nverify {made.verifier}")


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "keygen")(keygen)
