"""`doctor`: whether this machine and this repository are ready, and what to do if not."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.project import Project
from gmconfig.validate.report.report import counted

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at; `state` is ok, warning or error, `hint` the next step, `fixed` what was done."""

    name: str
    state: str
    message: str
    hint: str | None = None
    fixed: str | None = None


def examine(root: str | None = None, *, fix: bool = False) -> tuple[Examined, ...]:
    """Look at git, parsers, project, repository, identity and access; with `fix`, repair what needs no question."""
    found = [*_machine()]
    try:
        project = Project.find(root)
    except GmconfigError as error:
        return (*found, _failed("project", error))
    found.append(Examined("project", "ok", f"{project.root}, environments {', '.join(project.environments)}"))
    found.extend(_guarded("repository", lambda: _repository(project)))
    found.extend(_guarded("access", lambda: _access(project, fix)))
    found.extend(_guarded("rotation", lambda: _rotations(project)))
    found.extend(_guarded("deployments", lambda: _delivery(project)))
    return tuple(found)


def _machine() -> Iterator[Examined]:
    git = shutil.which("git")
    if git is None:
        yield Examined("git", "error", "there is no git", "install git 2.30 or newer")
    else:
        yield Examined("git", "ok", git)
    yield _parser()
    yield _memory()


def _parser() -> Examined:
    from importlib.util import find_spec

    if find_spec("_ruamel_yaml"):
        return Examined("yaml", "ok", "the C parser is active")
    hint = "pip install 'ruamel.yaml[oldlibyaml]'"
    return Examined("yaml", "warning", "the C parser is missing: reading is 10 to 25 times slower", hint)


def _memory() -> Examined:
    for place in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"):  # noqa: S108  # memory-backed on purpose
        if place and os.access(place, os.W_OK):
            return Examined("memory", "ok", f"secret edit uses {place}")
    return Examined(
        "memory", "warning", "no memory-backed folder: secret edit is refused", "mount a tmpfs at /dev/shm"
    )


def _repository(project: Project) -> Iterator[Examined]:
    repository = project.repository
    yield Examined(
        "repository", "ok", f"{repository.top}, branch {repository.branch() or 'none (detached HEAD)'}"
    )
    yield _remote(project)
    if repository.is_shallow():
        yield Examined(
            "history",
            "warning",
            "the clone is shallow: versions and history have no answer",
            "git fetch --unshallow",
        )
    cache = os.path.join(repository.common_dir, "gmconfig")
    if os.access(repository.common_dir, os.W_OK):
        yield Examined("cache", "ok", cache)
    else:
        yield Examined("cache", "warning", f"{cache} cannot be written: every run starts cold")


def _remote(project: Project) -> Examined:
    from gmconfig.storage.git.describe import remotes

    name = project.settings.remote
    urls = remotes(project.repository).get(name)
    if urls:
        return Examined("remote", "ok", f"{name}, {', '.join(urls)}")
    return Examined(
        "remote",
        "warning",
        f'there is no remote "{name}": nothing is replicated',
        f"git remote add {name} URL",
    )


def _access(project: Project, fix: bool) -> Iterator[Examined]:
    from gmconfig.secret.door import vault_of
    from gmconfig.secret.policy import FILE
    from gmconfig.secret.sources import describe

    tree = project.worktree()
    if not tree.exists(FILE):
        yield Examined("access", "warning", f"there is no {FILE}: nothing can be sealed", "gmconfig init")
        return
    yield from _own_file(fix)
    if fix:
        yield from _pinned_again(project)
    vault = vault_of(project, tree)
    policy = vault.trust.policies[0]
    yield Examined(
        "access", "ok", f"{counted(len(policy.members), 'member')}, admins {', '.join(policy.admins())}"
    )
    yield Examined(
        "identity", "ok" if _is_member(vault) else "warning", describe(vault.sources, policy.members)
    )
    alone = [scope for scope in policy.scopes if len(policy.readers(scope)) < 2]
    if alone:
        yield Examined(
            "readers",
            "warning",
            f"one person alone can open {', '.join(alone)}: a lost key loses it",
            "gmconfig init --recovery",
        )


def _rotations(project: Project) -> Iterator[Examined]:
    """Look at rotations that were cut short: the source may have a value that nobody has committed."""
    from gmconfig.api.unfinished import unfinished
    from gmconfig.api.workspace import Workspace

    for one in unfinished(Workspace(root=project.root)):
        yield Examined("rotation", "warning", str(one), one.command)


def _delivery(project: Project) -> Iterator[Examined]:
    """Look at what deployments need, where there are targets."""
    from gmconfig.api import delivery_check

    yield from delivery_check.examine(project)


def _own_file(fix: bool) -> Iterator[Examined]:
    """Look at the identity file: whoever reads it can read and sign as its owner."""
    from gmconfig.secret.sources import Sources

    file = Sources(os.environ).own_file
    if file is None or not file.is_file() or not file.stat().st_mode & 0o077:
        return
    if fix:
        file.chmod(0o600)
        yield Examined("identity file", "ok", str(file), fixed="only you can read it now")
    else:
        yield Examined("identity file", "error", f"others can read {file}", "gmconfig doctor --fix")


def _pinned_again(project: Project) -> Iterator[Examined]:
    """Trust a policy that this very identity founded: an `init` that was interrupted before its end."""
    from gmconfig.api.founding import trusted

    access = trusted(project, project.repository, None, dry_run=False)
    if access.notes:
        access.pin()
        yield Examined("trust", "ok", project.root, fixed=access.notes[0])


def _is_member(vault: object) -> bool:
    try:
        return bool(vault.member)  # type: ignore[attr-defined]
    except GmconfigError:
        return False


def _guarded(name: str, look: object) -> Iterator[Examined]:
    try:
        yield from look()  # type: ignore[operator]
    except GmconfigError as error:
        yield _failed(name, error)


def _failed(name: str, error: GmconfigError) -> Examined:
    return Examined(name, "error", str(error), error.hint)
