"""Whether a commit is signed by somebody whom this machine's git trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import NotFound, Refused
from gmconfig.record.chain import Chain
from gmconfig.record.entry import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gmconfig.project import Project
    from gmconfig.record.entry import Record
    from gmconfig.storage.git import Repository


def check_signed(repository: Repository, commit: str) -> None:
    """Refuse a commit without a good signature of a trusted key: OpenPGP, X.509 or ssh.

    Who is trusted is git's own matter: `gpg.ssh.allowedSignersFile`, or the keyring.

    Raises:
        Refused: it is not signed, or by nobody who is trusted.
    """
    done = repository.attempt("verify-commit", "--raw", "--end-of-options", commit)
    if done.returncode:
        signed = repository.attempt("log", "-1", "--format=%GK%GS", commit).stdout.strip()
        how = "is signed by nobody whom git trusts here" if signed or done.stderr.strip() else "is not signed"
        raise Refused(f"{commit[:7]} {how}", hint="git config gpg.ssh.allowedSignersFile, or gpg --import")


def check_trusted(project: Project, environment: str, commits: Iterable[str]) -> None:
    """Refuse unsigned commits where an environment is protected; what succeeded there before was let through.

    A commit cannot take the protection away from itself: it counts where the last deployment, the commit or
    the working tree declares it.

    Raises:
        Refused: one is not signed, or by nobody who is trusted.
    """
    records = _records(project, environment)
    good = [record for record in records if record.state is State.SUCCEEDED]
    known = {commit for one in good for commit in (one.commit, *map(one.commit_of, one.targets))}
    last = [record.commit for record in records[:1]]
    for commit in sorted(set(commits) - known):
        views = [project, *(project.at(project.snapshot(one)) for one in (commit, *last))]
        if any(_is_protected(view, environment) for view in views):
            check_signed(project.repository, commit)


def _records(project: Project, environment: str) -> list[Record]:
    """Give the environment's records, the newest first; those of a protected one lie elsewhere."""
    here = list(Chain(project, environment).records())
    return here or list(Chain(project, environment, protected=True).records())


def _is_protected(project: Project, environment: str) -> bool:
    try:
        return project.environment(environment).protected
    except NotFound:
        return False
