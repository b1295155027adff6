"""From a project to its vault: this clone's pin, the cache of proved events, environments' chains."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.secret.keyring.sources import Sources
from gmconfig.secret.log.ledger import Memory
from gmconfig.secret.log.pin import pin_name, pin_of
from gmconfig.secret.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gmconfig.project import Project
    from gmconfig.secret.log.event import Event
    from gmconfig.secret.log.ledger import Ledger
    from gmconfig.storage.snapshot import Snapshot


def vault_of(project: Project, snapshot: Snapshot | None = None, sources: Sources | None = None) -> Vault:
    """Give the vault of a project as of a snapshot.

    None means the working tree, and what this process was given. Nothing is read until it is needed.
    """
    snapshot = snapshot or project.worktree()
    sources = sources or Sources(os.environ)
    return Vault(
        snapshot,
        sources,
        root=lambda: pin_of(project),
        memory=_memory(project, snapshot),
        chain=project.chain,
        newer=lambda ledger: _newer(project, ledger),
        pin=pin_name(project.prefix),
        today=None if snapshot.commit is None else lambda: vault_of(project, None, sources),
    )


def _newer(project: Project, ledger: Ledger) -> Iterable[Event]:
    if _is_only_head(project):
        return ()
    from gmconfig.secret.log.past import Past

    return Past(project.repository, project.prefix).newer(ledger)


def _is_only_head(project: Project) -> bool:
    """Whether nothing in the clone, and nothing that it keeps in mind, is another commit than HEAD."""
    from gmconfig.secret.log.remembered import heads_file, read_heads
    from gmconfig.storage.git.plain import plain
    from gmconfig.storage.git.tips import head_of, tips

    ordinary = plain(project.root)
    head = head_of(ordinary.root) if ordinary else None
    if ordinary is None or head is None or tips(ordinary.root) != {head}:
        return False
    file = heads_file(ordinary.root.common_dir, project.prefix)
    return set(read_heads(file).values()) <= {head}


def _memory(project: Project, snapshot: Snapshot) -> Memory | None:
    from gmconfig.storage.cache import Cache

    if project.git_folder is None:
        return None
    # Content keys of the working tree and of git's objects differ: each kind has a file of its own.
    kind = "files" if snapshot.label == "working tree" else "blobs"
    return Memory(Cache(f"{project.git_folder}/gmconfig"), f"secret-log-{kind}-{project.prefix}")


def reads_folder(project: Project, sources: Sources) -> str:
    """Give the folder of the journal of reads.

    It lies outside of the repository, unless the process was given its identity: CI leaves nothing there.
    """
    from gmconfig.storage.state import state_folder

    common = project.repository.common_dir
    return f"{common}/gmconfig" if sources.is_given or sources.own_path is None else state_folder(common)
