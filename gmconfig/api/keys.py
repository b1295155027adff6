"""The keys at hand: where this process's identity comes from, and what this clone trusts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.secret.sources import Sources
from gmconfig.secret.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.api.workspace import Workspace
    from gmconfig.project import Project
    from gmconfig.storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """An identity that was just made: its file, and its public halves."""

    file: str
    recipient: str
    verifier: str


def vault_of(
    project: Project, snapshot: Snapshot, identity: str | None = None, ask: Callable[[str], str] | None = None
) -> Vault:
    """Open the vault of a snapshot with what this process holds; `ask` gets a passphrase from a person."""
    from gmconfig.secret.founding import pinned

    return Vault(
        snapshot,
        Sources(os.environ, identity, ask),
        # Git is asked when the first secret is met: most reads meet none.
        root=lambda: pinned(project.repository, project.prefix),
        chain=project.chain,
    )


def new_identity(file: str | None = None) -> NewIdentity:
    """Make an identity and keep it in a file, the user's own by default, mode 0600.

    Raises:
        Refused: there is one already.
    """
    from pathlib import Path

    from gmconfig.errors import Refused
    from gmconfig.secret.sources import file_text, keep
    from gmconfig.storage.files import write_private

    if file is None:
        made = keep(Sources(os.environ))
        return NewIdentity(made.source, made.recipient, made.verifier)
    if Path(file).exists():
        raise Refused(f'"{file}" exists: an identity is never overwritten', hint="give another --file")
    from gmconfig.secret.identity import generate

    made = generate(file)
    write_private(file, file_text(made).encode())
    return NewIdentity(file, made.recipient, made.verifier)


def ci_identity(workspace: Workspace) -> str:
    """Give one string that holds the seed at hand and the root that this clone trusts.

    Raises:
        Refused: the identity at hand is an SSH key.
    """
    from gmconfig.errors import Refused
    from gmconfig.secret.founding import pinned
    from gmconfig.secret.identity import SeedIdentity

    project = workspace.project
    held = workspace.vault(project.worktree()).held.identity
    if not isinstance(held, SeedIdentity):
        raise Refused(f"the identity of {held.source} is an SSH key, no seed", hint="gmconfig secret keygen --file ci.key")
    return held.text(pinned(project.repository, project.prefix))
