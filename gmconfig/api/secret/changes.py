"""What happens to named secrets: each change is one commit of the file, the signed event and new keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.access.acting import check_user, may
from gmconfig.api.answers import SecretSummary
from gmconfig.api.carry_out import carry_out
from gmconfig.api.outcome import Deed
from gmconfig.errors import UsageError
from gmconfig.path import did_you_mean
from gmconfig.secret.access.rule import COMMON
from gmconfig.secret.file.draft import Draft
from gmconfig.secret.log.place import secret_context
from gmconfig.secret.named import changing as naming
from gmconfig.secret.named.due import age_days, due_on, is_due
from gmconfig.secret.named.generator import SecretType, generate
from gmconfig.secret.named.overdue import value_written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from gmconfig.api.outcome import How, Outcome
    from gmconfig.api.workspace import Workspace
    from gmconfig.secret.named.store import Named
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.change import FileEdit


def create(
    workspace: Workspace, name: str, value: object, metadata: Mapping[str, object], how: How
) -> Outcome:
    """Add a secret to the environment that was named, else to `common`."""
    kind_named(str(metadata.get("type")))
    due_on(metadata, "2000-01-01")  # what could not be read later is refused now
    draft = _draft(workspace, "create", how)
    check_user(draft.vault, secret_context(name, workspace.given), "write", how.user)
    edits = naming.create(draft, name, value, environment=workspace.given, metadata=metadata)
    return _carried_out(workspace, draft, edits, how, "create", name, workspace.given)


def change(workspace: Workspace, name: str, value: object, how: How, *, operation: str) -> Outcome:
    """Give a secret a new value, in the file where the environment finds it."""
    draft = _draft(workspace, operation, how)
    found = draft.vault.look_up(name, _target(workspace))
    context = secret_context(name, found.environment)
    check_user(draft.vault, context, "rotate" if operation == "rotate" else "write", how.user)
    edits = naming.change(draft, found, value)
    return _carried_out(workspace, draft, edits, how, operation, name, found.environment)


def delete(workspace: Workspace, name: str, how: How) -> Outcome:
    """Take a secret out of the file where the environment finds it."""
    draft = _draft(workspace, "delete", how)
    found = draft.vault.look_up(name, _target(workspace))
    check_user(draft.vault, secret_context(name, found.environment), "write", how.user)
    return _carried_out(workspace, draft, naming.delete(draft, found), how, "delete", name, found.environment)


def move(workspace: Workspace, name: str, new_name: str, environment: str | None, how: How) -> Outcome:
    """Seal a secret for another name or environment, `common` for all; None keeps where it is."""
    draft = _draft(workspace, "move", how)
    found = draft.vault.look_up(name, _target(workspace))
    home = found.environment if environment is None else _environment(workspace, environment)
    check_user(draft.vault, secret_context(name, found.environment), "write", how.user)
    edits = naming.move(draft, found, new_name, home)
    return _carried_out(workspace, draft, edits, how, "move", f"{name} to {new_name}", home)


def _environment(workspace: Workspace, name: str) -> str | None:
    return None if name == COMMON else workspace.project.environment(name).name


def generated(kind: str, length: int | None = None) -> str:
    """Make a value of a type."""
    return generate(kind_named(kind), length)


def generated_for(workspace: Workspace, name: str) -> str:
    """Make a value of a secret's own type."""
    found = _vault(workspace).look_up(name, _target(workspace))
    return generate(
        kind_named(str(found.metadata.get("type", SecretType.OTHER))), found.metadata.get("length")
    )


def kind_named(kind: str) -> SecretType:
    """Give a type by its name.

    Raises:
        UsageError: there is none; the hint lists them.
    """
    try:
        return SecretType(kind)
    except ValueError:
        hint = did_you_mean(kind, list(SecretType), f"one of: {', '.join(SecretType)}")
        raise UsageError(f'"{kind}" is not a type of secret', hint=hint) from None


def summaries(workspace: Workspace, now: datetime, user: str | None = None) -> Iterator[SecretSummary]:
    """Yield what is known of each secret without any key; with `user`, of those that they may read."""
    vault = _vault(workspace)
    chain = workspace.project.chain(workspace.given)
    for environment in (None, *(chain or workspace.project.environments)):
        for found in vault.secrets(environment).values():
            if user is not None and not may(
                vault.trust, secret_context(found.name, environment), "read", user
            ):
                continue
            yield _summary(vault, found, now)


def _summary(vault: Vault, found: Named, now: datetime) -> SecretSummary:
    data = found.metadata
    since = value_written(vault, found)
    trust = vault.trust
    scope = trust.scope_of(found.sealed.context) if found.sealed is not None else None
    readers = trust.policies[0].readers(scope) if scope else ()
    return SecretSummary(
        found.name,
        found.where,
        str(data.get("type", SecretType.OTHER)),
        str(data.get("description", "")),
        data.get("owner"),
        data.get("created"),
        data.get("rotate_every"),
        data.get("expires"),
        age_days(since, now),
        _is_due(data, since, now),
        tuple(member.name for member in readers),
    )


def _is_due(data: Mapping[str, object], since: str | None, now: datetime) -> bool:
    """Whether it should have another value by now; what is written by hand and cannot be read wants a look."""
    try:
        return is_due(data, since, now.date())
    except UsageError:
        return True


def _target(workspace: Workspace) -> str | None:
    """Where a change looks first: the environment that was named; an inherited secret is changed at its home."""
    return workspace.given


def _vault(workspace: Workspace) -> Vault:
    return workspace.vault(workspace.project.worktree())


def _draft(workspace: Workspace, operation: str, how: How) -> Draft:
    return Draft(_vault(workspace), operation, reason=how.reason)


def _carried_out(
    workspace: Workspace,
    draft: Draft,
    edits: Mapping[str, FileEdit],
    how: How,
    operation: str,
    name: str,
    environment: str | None,
) -> Outcome:
    where = f" in {environment}" if environment else ""
    deed = Deed(
        f"secret-{operation}",
        f"secret: {operation} {name}{where}",
        environment=environment,
        trailers={"Secret": name},
    )
    return carry_out(workspace.project, {**edits, **draft.files()}, how, deed)
