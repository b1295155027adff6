"""The access policy of a new repository: its first member, the key of the first scope, the pin."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gmconfig.secret.access import founding
from gmconfig.secret.access.policy import FILE
from gmconfig.secret.keyring import sources
from gmconfig.secret.keyring.identity import generate
from gmconfig.secret.keyring.sources import Sources
from gmconfig.secret.log.pin import pin, pinned

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.secret.keyring.identity import Identity
    from gmconfig.secret.keyring.passphrase import SealedSeed
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.git import Repository


def _nothing() -> None:
    """Nothing is to be pinned."""


@dataclass(frozen=True, slots=True)
class Access:
    """What the policy adds; `pin` makes this clone trust it, once it is committed."""

    files: Mapping[str, FileEdit] = field(default_factory=dict)
    pin: Callable[[], None] = _nothing
    notes: tuple[str, ...] = ()


def trusted(
    project: Project, repository: Repository | None, identity: str | None, *, dry_run: bool
) -> Access:
    """Found a policy where there is none; trust the one that is there if the identity at hand founded it."""
    tree = project.worktree()
    prefix = repository.prefix(project.root) if repository else ""
    if os.path.isdir(project.root) and tree.exists(FILE):
        return _own_policy(project, repository, prefix, identity)
    name = founding.member_name(repository.identity(None).name if repository else "me")
    held, sealed_seed, notes = _identity(identity, dry_run=dry_run)
    made = founding.found(name, held, sealed_seed=sealed_seed)
    return Access(made.files, lambda: _pin(project, made.root), notes)


def _own_policy(project: Project, repository: Repository | None, prefix: str, identity: str | None) -> Access:
    """Pin a policy whose root this very identity signed: an `init` that was interrupted before its end."""
    from gmconfig.secret.log.ledger import Ledger

    if repository is None or pinned(repository, prefix):
        return Access()
    given = Sources(os.environ, identity)
    mine = sources.given(given) or sources.own(given)
    roots = [e for e in Ledger.read(project.worktree()) if e.access is not None and not e.parents]
    if mine is None or len(roots) != 1 or roots[0].key != mine.verifier:
        return Access()
    return Access(
        pin=lambda: _pin(project, roots[0].id), notes=("this clone trusts the policy that you founded",)
    )


def _pin(project: Project, root: str) -> None:
    pin(project.repository, project.prefix, root)


def _identity(identity: str | None, *, dry_run: bool) -> tuple[Identity, SealedSeed | None, tuple[str, ...]]:
    """Give the identity to begin with: the one at hand, else a new one, which a dry run does not keep."""
    given = Sources(os.environ, identity)
    fresh = (
        sources.given(given) is None and sources.passphrase_of(given) is None and sources.own(given) is None
    )
    if fresh and dry_run:
        return generate("a new identity"), None, ()
    held, sealed_seed = founding.founder(given)
    note = f"your identity is {held.source}; keep it, nothing else opens what it seals"
    return held, sealed_seed, (note,) if fresh else ()
