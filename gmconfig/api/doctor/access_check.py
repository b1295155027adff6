"""What `doctor` says of secrets: the identity at hand, whether the policy is trusted, who can open what."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.api.doctor.examined import Examined
from gmconfig.counted import counted
from gmconfig.errors import GmconfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.project import Project
    from gmconfig.secret.access.policy import Policy
    from gmconfig.secret.log.trust import Trust
    from gmconfig.secret.vault import Vault


def examine(project: Project, *, fix: bool) -> Iterator[Examined]:
    """Look at identity and access; with `fix`, make an identity, and trust a policy that it founded."""
    from gmconfig.secret.access.policy import FILE
    from gmconfig.secret.door import vault_of

    tree = project.worktree()
    if not tree.exists(FILE):
        yield Examined("access", "warning", f"there is no {FILE}: nothing can be sealed", "gmconfig init")
        return
    yield from _own_file(fix)
    if fix:
        yield from _made()
        yield from _pinned_again(project)
    vault = vault_of(project, tree)
    policy = vault.trust.policies[0]
    yield _policy(vault.trust, policy)
    yield _identity(vault, policy)
    yield from _readers(policy)


def _policy(trust: Trust, policy: Policy) -> Examined:
    """Say who may do what, or that nothing can be sealed because an admin has to sign it first."""
    if trust.unsettled:
        return Examined("access", "warning", trust.unsettled, "gmconfig secret access sign")
    admins = ", ".join(policy.admins())
    return Examined("access", "ok", f"{counted(len(policy.members), 'member')}, admins {admins}")


def _own_file(fix: bool) -> Iterator[Examined]:
    """Look at the identity file: whoever reads it can read and sign as its owner."""
    from gmconfig.secret.keyring.sources import Sources

    file = Sources(os.environ).own_file
    if file is None or not file.is_file() or not file.stat().st_mode & 0o077:
        return
    if fix:
        file.chmod(0o600)
        yield Examined("identity file", "ok", str(file), fixed="only you can read it now")
    else:
        yield Examined("identity file", "error", f"others can read {file}", "gmconfig doctor --fix")


def _made() -> Iterator[Examined]:
    """Make an identity where this person has none, and nothing else gives one."""
    from gmconfig.secret.keyring.sources import Sources, keep

    sources = Sources(os.environ)
    if sources.is_given or sources.own_file is None or sources.own_file.exists():
        return
    kept = "made it; keep it, nothing else opens what is sealed to it"
    yield Examined("identity file", "ok", keep(sources).source, fixed=kept)


def _pinned_again(project: Project) -> Iterator[Examined]:
    """Trust a policy that this very identity founded: an `init` that was interrupted before its end."""
    from gmconfig.api.beginning.founding import trusted

    access = trusted(project, project.repository, None, dry_run=False)
    if access.notes:
        access.pin()
        yield Examined("trust", "ok", project.root, fixed=access.notes[0])


def _identity(vault: Vault, policy: Policy) -> Examined:
    from gmconfig.secret.keyring.sources import describe

    said = describe(vault.sources, policy.members)
    try:
        return Examined("identity", "ok" if vault.member else "warning", said)
    except GmconfigError as error:
        return Examined("identity", "warning", said, error.hint)


def _readers(policy: Policy) -> Iterator[Examined]:
    alone = [scope for scope in policy.scopes if len(policy.readers(scope)) < 2]
    if alone:
        message = f"one person alone can open {', '.join(alone)}: a lost key loses it"
        yield Examined("readers", "warning", message, "gmconfig init --recovery")
