"""Rotating many secrets: each with a hook by its own commit, the generated ones by one event together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.api.carry_out import carry_out
from gmconfig.api.outcome import Deed
from gmconfig.api.secret.rotating import BY_HAND, GENERATED, HOOK, hook_of, noted, pendings_of
from gmconfig.errors import GmconfigError
from gmconfig.secret.file.draft import Draft
from gmconfig.secret.named import changing as naming
from gmconfig.secret.named.generator import SecretType, generate, is_generated
from gmconfig.secret.named.overdue import overdue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gmconfig.api.outcome import How
    from gmconfig.api.workspace import Workspace
    from gmconfig.secret.named.pending import Pendings
    from gmconfig.secret.named.store import Named
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.change import FileEdit


@dataclass(frozen=True, slots=True)
class Rotation:
    """What happened to one secret, or would: `by` is "hook", "generated" or "by hand".

    A secret whose new value only a person can give is not `done`; `problem` says what went wrong elsewhere.
    """

    name: str
    environment: str
    by: str
    done: bool
    commit: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class RotationPlan:
    """Which secrets would be rotated, and how: by hook, by a generated value, by hand."""

    by_hook: tuple[Named, ...]
    generated: tuple[Named, ...]
    by_hand: tuple[Named, ...]

    def __len__(self) -> int:
        return len(self.by_hook) + len(self.generated)


def plan(workspace: Workspace, *, due: bool) -> RotationPlan:
    """Look at the secrets that the environment sees; all of them without one."""
    kinds: dict[str, list[Named]] = {HOOK: [], GENERATED: [], BY_HAND: []}
    vault, pendings = workspace.vault(workspace.project.worktree()), pendings_of(workspace)
    for found in _chosen(workspace, due=due):
        kinds[_kind(vault, pendings, found)].append(found)
    return RotationPlan(tuple(kinds[HOOK]), tuple(kinds[GENERATED]), tuple(kinds[BY_HAND]))


def rotate_many(workspace: Workspace, how: How, *, due: bool) -> tuple[Rotation, ...]:
    """Rotate what can be; one hook that fails keeps none of the others from being run."""
    planned = plan(workspace, due=due)
    return (
        *_generated(workspace, planned.generated, how),
        *(_by_hook(workspace, found, how) for found in planned.by_hook),
        *(Rotation(found.name, found.where, BY_HAND, done=False) for found in planned.by_hand),
    )


def all_secrets(workspace: Workspace) -> Iterator[Named]:
    """Yield the named secrets that the environment which was named sees; all of them without one."""
    vault = workspace.vault(workspace.project.worktree())
    chain = workspace.project.chain(workspace.given)
    for environment in (None, *(chain or workspace.project.environments)):
        yield from vault.secrets(environment).values()


def _chosen(workspace: Workspace, *, due: bool) -> list[Named]:
    found = list(all_secrets(workspace))
    if not due:
        return found
    vault = workspace.vault(workspace.project.worktree())
    return [one.secret for one in overdue(vault, found, datetime.now(UTC).date())]


def _kind(vault: Vault, pendings: Pendings, found: Named) -> str:
    if hook_of(vault, found) is not None or pendings.find(found.name, found.environment) is not None:
        return HOOK
    kind = str(found.metadata.get("type", SecretType.OTHER))
    known = kind in list(SecretType) and kind != SecretType.OTHER
    return GENERATED if known and is_generated(SecretType(kind)) else BY_HAND


def _by_hook(workspace: Workspace, found: Named, how: How) -> Rotation:
    from gmconfig.api.secret.rotating import rotate

    try:
        outcome = rotate(_at_home(workspace, found), found.name, how)
    except GmconfigError as error:
        return Rotation(found.name, found.where, HOOK, done=False, problem=error.message)
    return Rotation(found.name, found.where, HOOK, done=not how.dry_run, commit=outcome.commit)


def _generated(workspace: Workspace, secrets: Sequence[Named], how: How) -> list[Rotation]:
    """Give all of them new values in one commit, with one signed event."""
    if not secrets:
        return []
    draft = Draft(workspace.vault(workspace.project.worktree()), "rotate", reason=how.reason)
    edits: dict[str, FileEdit] = {}
    for found in secrets:
        kind = SecretType(str(found.metadata["type"]))
        value = generate(kind, found.metadata.get("length"))
        dropped = {"expires": None} if "expires" in found.metadata else {}
        for file, edit in naming.change(draft, found, value, dropped).items():
            edits[file] = naming.both(edits.get(file), edit)
    names = ", ".join(dict.fromkeys(found.name for found in secrets))
    deed = Deed(
        "secret-rotate", f"secret: rotate {names}", environment=workspace.given, trailers={"Secret": names}
    )
    outcome = carry_out(workspace.project, {**edits, **draft.files()}, how, deed)
    if outcome.commit:
        noted(workspace, list(secrets), GENERATED, outcome)
    return [
        Rotation(found.name, found.where, GENERATED, done=not how.dry_run, commit=outcome.commit)
        for found in secrets
    ]


def _at_home(workspace: Workspace, found: Named) -> Workspace:
    """See the project as the environment does whose file holds the secret."""
    from gmconfig.api.workspace import Workspace as Seen

    return Seen(found.environment, workspace.project.root, identity=workspace.identity, ask=workspace.ask)
