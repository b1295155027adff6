"""The keys at hand: where this process's identity comes from, and what this clone trusts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.secret.keyring.sources import Sources

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """An identity that was just made: its file, and its public halves."""

    file: str
    recipient: str
    verifier: str


def new_identity(file: str | None = None) -> NewIdentity:
    """Make an identity and keep it in a file, the user's own by default, mode 0600.

    Raises:
        Refused: there is one already.
    """
    from pathlib import Path

    from gmconfig.errors import Refused
    from gmconfig.secret.keyring.sources import file_text, keep
    from gmconfig.storage.files import write_private

    if file is None:
        made = keep(Sources(os.environ))
        return NewIdentity(made.source, made.recipient, made.verifier)
    if Path(file).exists():
        raise Refused(f'"{file}" exists: an identity is never overwritten', hint="give another --file")
    from gmconfig.secret.keyring.identity import generate

    made = generate(file)
    write_private(file, file_text(made).encode())
    return NewIdentity(file, made.recipient, made.verifier)


def ci_identity(workspace: Workspace) -> str:
    """Give one string that holds the seed at hand and the root that this clone trusts.

    Raises:
        Refused: the identity at hand is an SSH key.
    """
    from gmconfig.errors import Refused
    from gmconfig.secret.keyring.identity import SeedIdentity
    from gmconfig.secret.log.pin import pinned

    project = workspace.project
    held = workspace.vault(project.worktree()).held.identity
    if not isinstance(held, SeedIdentity):
        raise Refused(
            f"the identity of {held.source} is an SSH key, no seed",
            hint="gmconfig secret keygen --file ci.key",
        )
    return held.text(pinned(project.repository, project.prefix))


def protected_identity(passphrase: str) -> dict[str, object]:
    """Make an identity that lives in the repository, sealed under a passphrase; gives what the policy says.

    Raises:
        UsageError: the passphrase is too short for that.
    """
    from gmconfig.secret.keyring.identity import generate
    from gmconfig.secret.keyring.passphrase import protect

    made = generate("a passphrase")
    sealed = protect(made, passphrase)
    return {"age": made.recipient, "verify": made.verifier, "passphrase": sealed.tree()}
