"""`secret create`, `get`, `set`, `delete`, `list`: secrets that configuration refers to by name."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete, options, prompt, terminal, values
from gmconfig.cli.fast import secret as secret_value
from gmconfig.cli.verb import verb
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="The secret's name, such as db_password.", autocompletion=complete.secrets
    ),
]
_TYPES = (
    "password, api_key, token, certificate, private_key, connection_string, encryption_key, ssh_key, other"
)
Commit = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="REV",
        help="Read it as an earlier commit, a branch or a tag has it.",
        autocompletion=complete.revisions,
    ),
]
FromStdin = Annotated[bool, typer.Option("--stdin", help="Read the value from stdin.")]
FromFile = Annotated[str | None, typer.Option("--file", metavar="FILE", help="Read the value from a file.")]
Generate = Annotated[bool, typer.Option("--generate", help="Generate a strong value of its type.")]
Type = Annotated[
    str,
    typer.Option(
        "--type",
        metavar="TYPE",
        autocompletion=complete.one_of(*_TYPES.split(", ")),
        help=f"{_TYPES}.",
    ),
]


def create(
    session: Session,
    writing: Writing,
    name: Name,
    environment: options.Target = None,
    kind: Type = "password",
    description: Annotated[
        str, typer.Option("-d", "--description", metavar="TEXT", help="What it is for.")
    ] = "",
    owner: Annotated[str | None, typer.Option(metavar="NAME", help="Who answers for it.")] = None,
    rotate_every: Annotated[
        str | None, typer.Option(metavar="AGE", help="How old it may get, such as 90d.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="When the value stops working, such as 2027-01-31.")
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(metavar="N", help="Characters of generated values; bytes of encryption keys."),
    ] = None,
    stdin: FromStdin = False,
    file: FromFile = None,
    generate: Generate = False,
    identity: options.IdentityFile = None,
) -> None:
    """Create a named secret; configuration refers to it as ${SECRET:name}.

    Without -e it is common to all environments.

    \b
    gmconfig secret create api_token --generate --type token -d "order gateway"
    gmconfig secret create smtp_password -e production --generate
    """
    manager = session.secrets(environment, identity=identity)
    value = manager.generated(kind, length) if generate else given(name, stdin, file)
    result = manager.create_secret(
        name,
        value,
        kind,
        description,
        owner=owner,
        rotate_every=rotate_every,
        expires=expires,
        length=length,
        **writing.how,
    )
    writing.show(result)


def get(
    session: Session,
    name: Name,
    environment: options.Environment = None,
    identity: options.IdentityFile = None,
    user: options.User = None,
    at: Commit = None,
    output: options.TextOrJson = "text",
) -> None:
    """Print a secret's value: the environment's own, else an inherited one, else the common one.

    \b
    gmconfig secret get db_password -e production
    gmconfig secret get db_password -e production --at HEAD~1
    """
    secret_value.get(
        session, name, environment=environment, identity=identity, user=user, at=at, output=output
    )


def set_(
    session: Session,
    writing: Writing,
    name: Name,
    environment: options.Target = None,
    stdin: FromStdin = False,
    file: FromFile = None,
    identity: options.IdentityFile = None,
) -> None:
    """Give an existing secret another value.

    \b
    printf %s "$NEW" | gmconfig secret set db_password -e production --stdin
    gmconfig secret set tls_key -e production --file key.pem
    """
    result = session.secrets(environment, identity=identity).update_secret(
        name, given(name, stdin, file), **writing.how
    )
    writing.show(result)


def delete(
    session: Session,
    writing: Writing,
    name: Name,
    environment: options.Target = None,
    identity: options.IdentityFile = None,
    yes: options.Yes = False,
) -> None:
    """Delete a named secret; git's history keeps the sealed value.

    \b
    gmconfig secret delete api_token --dry-run
    gmconfig secret delete api_token -y
    """
    manager = session.secrets(environment, identity=identity)
    if not writing.dry_run and not yes:
        manager.delete_secret(
            name, **{**writing.how, "dry_run": True}
        )  # nobody is asked about what cannot be
        prompt.confirmed(f"delete the secret {name}?", yes=yes)
    result = manager.delete_secret(name, **writing.how)
    writing.show(result)


def list_(
    session: Session, environment: options.OnlyEnvironment = None, output: options.TextOrJson = "text"
) -> None:
    """List secrets with type, age, what is due and who can read them; needs no key.

    \b
    gmconfig secret list
    gmconfig secret list -e production -o json
    """
    entries = session.secrets(environment).list_secrets()
    if output == "json":
        return terminal.answer(values.as_json([asdict(entry) for entry in entries]))
    if not entries:
        return terminal.note("no secrets")
    return terminal.lines(terminal.table([_row(entry) for entry in entries]))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verbs: dict[str, Callable[..., Any]] = {
        "create": create,
        "get": get,
        "set": set_,
        "delete": delete,
        "list": list_,
    }
    for name, function in verbs.items():
        verb(app, name)(function)


def given(name: str, stdin: bool, file: str | None) -> str | bytes:
    """Give a secret's value from stdin, a file or a prompt.

    Raises:
        UsageError: both are asked for, or there is no terminal to ask on.
    """
    if stdin and file:
        raise UsageError("--stdin and --file exclude each other")
    if stdin:
        return prompt.piped_secret(name)
    if file:
        return _file(file)
    return prompt.asked_secret(name, confirm=True)


def _file(file: str) -> str | bytes:
    from gmconfig.storage.given import read_given

    content = read_given(file)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


def _row(entry: Any) -> list[terminal.Span]:
    age = f"{entry.age_days} d" if entry.age_days is not None else ""
    due = ("due for rotation", "yellow") if entry.due else ""
    readers = f"read by {', '.join(entry.readers)}" if entry.readers else ""
    return [entry.environment, entry.name, entry.type, age, due, readers, entry.description]
