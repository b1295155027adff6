"""`secret member`, `grant`, `revoke`, `rekey`: who may open and write what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete, options, prompt, terminal, values
from gmconfig.cli.secret import changed
from gmconfig.cli.verb import group, verb
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing

Scope = Annotated[
    str | None,
    typer.Option(
        "--scope", metavar="SCOPE", autocompletion=complete.scopes, help="The scope; * is every one."
    ),
]
Operations = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="OPS",
        autocompletion=complete.one_of("read", "write", "rotate", "admin"),
        help="read, write, rotate, admin.",
        show_default=False,
    ),
]


def add(
    session: Session,
    writing: Writing,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the policy calls them, such as bob.")],
    age: Annotated[str | None, typer.Option(metavar="KEY", help="Their age recipient, age1….")] = None,
    verify: Annotated[str | None, typer.Option(metavar="KEY", help="Their Ed25519 public key.")] = None,
    ssh: Annotated[
        str | None, typer.Option(metavar="FILE|KEY", help="Their SSH public key, ed25519 or RSA, instead.")
    ] = None,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Ask for a passphrase that opens a key kept sealed here.")
    ] = False,
    identity: options.IdentityFile = None,
) -> None:
    """Add a member by public keys, as `gmconfig secret keygen` prints them; then grant them something.

    With --passphrase the key comes from $GMCONFIG_NEW_PASSPHRASE, else from a prompt.

    \b
    gmconfig secret member add carol --ssh "ssh-ed25519 \\
      AAAAC3NzaC1lZDI1NTE5AAAAIGls/pM73wbZDif/oE9wO6vKVYKDB2jKx0aSXbd7ueev"
    GMCONFIG_NEW_PASSPHRASE="five random words or more" \\
      gmconfig secret member add bob --passphrase
    """
    manager = session.secrets(identity=identity)
    keys = _keys(age, verify, ssh, passphrase)
    change = manager.add_member(name, keys, **writing.how)
    changed.show(change, writing.output)
    if writing.output == "text":
        terminal.note(f"hint: gmconfig secret grant {name} read --scope default")


def list_(session: Session, output: options.TextOrJson = "text") -> None:
    """List the members with their keys and what they may do; needs no key.

    \b
    gmconfig secret member list
    gmconfig secret member list -o json
    """
    members = session.secrets().members()
    if output == "json":
        return terminal.answer(values.as_json([_record(one) for one in members]))
    return terminal.lines(terminal.table([row for one in members for row in _rows(one)]))


def remove(
    session: Session,
    writing: Writing,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The member.", autocompletion=complete.members)],
    identity: options.IdentityFile = None,
) -> None:
    """Take everything from a member and delete them: new keys for all they held, and what they have seen.

    \b
    gmconfig secret member remove carol --dry-run
    gmconfig secret member remove carol -m "left the company"
    """
    change = session.secrets(identity=identity).remove_member(name, **writing.how)
    changed.show(change, writing.output, name)


def grant(
    session: Session,
    writing: Writing,
    name: Annotated[
        str, typer.Argument(metavar="MEMBER|ROLE", help="Who gets it.", autocompletion=complete.who)
    ],
    operations: Operations = None,
    scope: Scope = "default",
    history: Annotated[
        bool, typer.Option("--history", help="Let them open what was sealed under earlier keys too.")
    ] = False,
    identity: options.IdentityFile = None,
) -> None:
    """Let a member or role read, write, rotate or administer a scope.

    \b
    gmconfig secret grant bob read write --scope default
    gmconfig secret grant carol read --scope default --history
    """
    change = session.secrets(identity=identity).grant(
        name, _operations(operations) or ("read",), scope or "default", history=history, **writing.how
    )
    changed.show(change, writing.output)


def revoke(
    session: Session,
    writing: Writing,
    name: Annotated[
        str, typer.Argument(metavar="MEMBER|ROLE", help="Who loses it.", autocompletion=complete.who)
    ],
    operations: Operations = None,
    scope: Scope = None,
    identity: options.IdentityFile = None,
) -> None:
    """Take everything from a member, or only some operations or a scope; prints what to rotate.

    What they could read is sealed again under new keys; what they have seen already stays on the list of
    `gmconfig secret exposed` until it has another value.

    \b
    gmconfig secret revoke bob write --scope default
    gmconfig secret revoke bob -m "left the company"
    """
    change = session.secrets(identity=identity).revoke(name, _operations(operations), scope, **writing.how)
    changed.show(change, writing.output, name)


def rekey(
    session: Session,
    writing: Writing,
    scope: Annotated[
        str | None, typer.Argument(metavar="[SCOPE]", autocompletion=complete.scopes, help="The scope.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every scope.")] = False,
    identity: options.IdentityFile = None,
) -> None:
    """Give a scope a new key and seal its values again; the values stay (`rotate` changes a value).

    All or nothing: killed at any point, everything opens with the old key or with the new one.

    \b
    gmconfig secret rekey default
    gmconfig secret rekey --all --dry-run
    """
    if bool(scope) == every:
        raise UsageError("name one scope, or give --all", hint="gmconfig secret rekey --all")
    change = session.secrets(identity=identity).rekey(*([scope] if scope else []), **writing.how)
    changed.show(change, writing.output)


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    member = group("Add, list and remove the people and machines that have keys.")
    verb(member, "add")(add)
    verb(member, "list")(list_)
    verb(member, "remove", slow="sealing again")(remove)
    app.add_typer(member, name="member")
    verb(app, "grant", slow="sealing for one more")(grant)
    verb(app, "revoke", slow="sealing again")(revoke)
    verb(app, "rekey", slow="sealing again")(rekey)


def _operations(given: list[str] | None) -> tuple[str, ...]:
    """Read `read write` and `read,write` alike."""
    return tuple(word for one in given or () for word in one.split(",") if word)


def _keys(age: str | None, verify: str | None, ssh: str | None, passphrase: bool) -> dict[str, object]:
    kinds = [bool(age or verify), bool(ssh), passphrase]
    if sum(kinds) != 1 or bool(age) != bool(verify):
        raise UsageError(
            "a member has --age with --verify, or --ssh, or --passphrase",
            hint="gmconfig secret keygen --file bob.key prints the first two",
        )
    if ssh:
        return {"ssh": _ssh(ssh)}
    if passphrase:
        return _protected()
    return {"age": age, "verify": verify}


def _ssh(given: str) -> str:
    from pathlib import Path

    file = Path(given).expanduser()
    if given.startswith("ssh-"):
        return " ".join(given.split()[:2])
    if not file.is_file():
        raise UsageError(f'"{given}" is neither an SSH public key nor a file that holds one')
    text = file.read_text(encoding="utf-8", errors="replace")
    if not text.startswith("ssh-"):
        raise UsageError(f'"{given}" holds no SSH public key', hint=f"perhaps {given}.pub does")
    return " ".join(text.split()[:2])


def _protected() -> dict[str, object]:
    import os

    from gmconfig.api import protected_identity

    given = os.environ.get("GMCONFIG_NEW_PASSPHRASE")
    return protected_identity(given or prompt.asked_secret("the member's passphrase", confirm=True))


def _record(member: Any) -> dict[str, Any]:
    return {
        "name": member.name,
        "keys": member.keys,
        "roles": list(member.roles),
        "rights": {scope: list(operations) for scope, operations in member.rights.items()},
    }


def _rows(member: Any) -> list[list[terminal.Span]]:
    keys = member.keys or "no keys: enforced by this process only"
    rights = [f"{scope}: {', '.join(operations)}" for scope, operations in member.rights.items()]
    first, *rest = rights or ["nothing granted"]
    roles = f"({', '.join(member.roles)})" if member.roles else ""
    return [[member.name, keys, first, roles], *(["", "", one, ""] for one in rest)]
