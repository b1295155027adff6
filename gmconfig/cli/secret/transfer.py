"""`secret import` and `secret export`: secrets from other tools and for them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options, outcome, terminal, values
from gmconfig.cli.verb import verb
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.cli.session import Session


def _importers() -> str:
    from gmconfig.secret.importer.registry import IMPORTERS

    return ", ".join(IMPORTERS)


def _exporters() -> str:
    from gmconfig.api.secret.exporting import EXPORTERS

    return ", ".join(EXPORTERS)


def import_(
    session: Session,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files of that tool.")],
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="TOOL",
            autocompletion=complete.tools,
            help=f"{_importers()}.",
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="DOC",
            autocompletion=complete.documents,
            help="Put them into this document, each at its path.",
        ),
    ] = None,
    named: Annotated[
        bool, typer.Option("--named", help="Make named secrets, of files that are layers too.")
    ] = False,
    key_file: Annotated[
        list[str] | None,
        typer.Option("--key-file", metavar="FILE", help="The tool's key or password file; repeatable."),
    ] = None,
    environment: options.Environment = None,
    identity: options.IdentityFile = None,
    reason: options.Reason = None,
    user: options.User = None,
    dry_run: options.DryRun = False,
    no_commit: options.NoCommit = False,
    output: options.TextOrJson = "text",
) -> None:
    """Take secrets over from another tool: opened with your keys for it, sealed with gmconfig's.

    A file that is a layer keeps everything else, comments too. Others become named secrets, unless --to is given.
    Keys are found where the tool finds them: $SOPS_AGE_KEY_FILE, $ANSIBLE_VAULT_PASSWORD_FILE, ~/.eyaml.

    \b
    gmconfig secret import --from sops config/environments/production.yaml
    gmconfig secret import --from dotenv .env -e development --dry-run
    """
    manager = session.secrets(environment, identity=identity, ask=_ask())
    done = manager.import_secrets(
        source,
        [os.path.join(session.directory, file) for file in files],
        to=to,
        named=named,
        key_files=[os.path.join(session.directory, file) for file in key_file or ()],
        user=user,
        reason=reason,
        dry_run=dry_run,
        commit=not no_commit,
    )
    if output == "json":
        record = {**outcome.record(done.outcome), "sealed": list(done.sealed), "notes": list(done.notes)}
        return terminal.answer(values.as_json(record))
    terminal.lines([f"sealed  {name}" for name in done.sealed])
    terminal.lines(outcome.lines(done.outcome))
    for note in done.notes:
        terminal.note(note)
    if done.outcome.changed and not dry_run:
        terminal.note("git's history keeps the old files: rotate what others could read there")
    return None


def export(
    session: Session,
    document: Annotated[
        str,
        typer.Argument(
            metavar="[DOC]",
            autocompletion=complete.documents,
            help="A resolved document; else all named secrets.",
        ),
    ] = "",
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="TOOL",
            autocompletion=complete.one_of(*_exporters().split(", ")),
            help=f"{_exporters()}.",
        ),
    ] = "sops",
    file: Annotated[
        str, typer.Option("--file", metavar="FILE", help="Write there, readable by you alone; - is stdout.")
    ] = "",
    age: Annotated[
        list[str] | None,
        typer.Option("--age", metavar="RECIPIENT", help="For sops: who can open it; repeatable."),
    ] = None,
    environment: options.Environment = None,
    identity: options.IdentityFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be written; write nothing.")
    ] = False,
    output: options.TextOrJson = "text",
) -> None:
    """Write secrets for another tool: sealed for sops, or in plain as dotenv, to a file of mode 0600.

    sops takes its recipients from --age, else from $SOPS_AGE_RECIPIENTS.

    \b
    gmconfig secret export --to dotenv -e production --file production.env
    gmconfig secret export settings --to dotenv --file settings.env --dry-run
    """
    if not file:
        raise UsageError("it is not said where to write", hint="--file FILE, or --file - for stdout")
    given = age or [
        part.strip() for part in os.environ.get("SOPS_AGE_RECIPIENTS", "").split(",") if part.strip()
    ]
    raw = session.secrets(environment, identity=identity).export_secrets(
        to, document or None, recipients=given
    )
    if file == "-" and not dry_run:
        return terminal.answer(raw.decode("utf-8", "surrogateescape"))
    if not dry_run:
        from gmconfig.storage.files import write_private

        write_private(os.path.join(session.directory, file), raw)
    if output == "json":
        return terminal.answer(
            values.as_json({"file": file, "bytes": len(raw), "to": to, "dry_run": dry_run})
        )
    said = "(dry run: nothing was written)" if dry_run else f"{file}  written, readable by you alone"
    terminal.lines([said])
    return None


def _ask() -> Callable[[str], str] | None:
    from gmconfig.cli import prompt

    return prompt.asked_secret if terminal.interactive() else None


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "import", slow="sealing")(import_)
    verb(app, "export")(export)
