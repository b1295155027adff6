"""What `doctor` says of this clone: its branch, its remote, its history, its cache."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.api.doctor.examined import Examined
from gmconfig.counted import counted
from gmconfig.errors import shell_word
from gmconfig.storage.git.process import complaint
from gmconfig.storage.git.readiness import branches_here, detached, obstacle_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.project import Project
    from gmconfig.storage.git import Repository

_PATIENCE = 600.0  # seconds, for all the history of a large repository


def examine(project: Project, *, fix: bool) -> Iterator[Examined]:
    """Look at the clone; with `fix`, go back to the branch that HEAD stands on, and fetch the older history."""
    repository = project.repository
    yield _branch(repository, fix)
    yield from _lock(repository)
    remote = _remote(project)
    yield remote
    if repository.is_shallow():
        yield _history(repository, project.settings.remote if remote.state == "ok" else None, fix)
    left_out = repository.left_out(project.prefix)
    if left_out:
        message = f"a sparse checkout leaves out {counted(left_out, 'file')}: what stands there is not seen"
        yield Examined("files", "warning", message, "git sparse-checkout disable")
    yield from _merging(project, fix)
    yield _cache(repository)


def _merging(project: Project, fix: bool) -> Iterator[Examined]:
    """Say that git merges sealed values as text here, where the team has agreed on more."""
    from gmconfig.api.secret import git_drivers

    why = git_drivers.lacking(project)
    if why and fix:
        git_drivers.set_in_clone(project)
        yield Examined("merges", "ok", why, fixed="gmconfig secret git install")
    elif why:
        message = f"git merges sealed values line by line, not by what they hold: {why}"
        yield Examined("merges", "warning", message, "gmconfig doctor --fix")


def _lock(repository: Repository) -> Iterator[Examined]:
    """Say that no commit can be made: a git is at work, or it died and left its lock."""
    path = f"{repository.index_path}.lock"
    if os.path.lexists(path):
        message = f"{path} is there: a git is at work in this moment, or one has crashed"
        yield Examined("lock", "warning", message, f"if none is at work: rm -f {shell_word(path)}")


def _branch(repository: Repository, fix: bool) -> Examined:
    """Say what a commit would go to, or what stands in its way."""
    obstacle = obstacle_in(repository)
    branch = repository.branch()
    if obstacle is None and branch is not None:
        return Examined("repository", "ok", f"{repository.top}, branch {branch}")
    message, end = obstacle or detached(repository)
    message = f"{repository.top}: {message}"
    here = branches_here(repository)
    if obstacle or not fix or len(here) != 1:
        return Examined("repository", "warning", message, end)
    # The only branch at this commit: no file changes by going back to it.
    repository.run("switch", "--quiet", here[0])
    return Examined("repository", "ok", message, fixed=f"switched to {here[0]}")


def _remote(project: Project) -> Examined:
    from gmconfig.storage.git.describe import remotes

    name = project.settings.remote
    urls = remotes(project.repository).get(name)
    if urls:
        return Examined("remote", "ok", f"{name}, {', '.join(urls)}")
    message = f'there is no remote "{name}": nothing is replicated'
    return Examined("remote", "warning", message, f"git remote add {name} URL")


def _history(repository: Repository, remote: str | None, fix: bool) -> Examined:
    """Say that older commits are missing, or fetch them."""
    message = "the clone is shallow: versions and history have no answer"
    if not fix or remote is None:
        return Examined("history", "warning", message, "git fetch --unshallow")
    asked = ("fetch", "--unshallow", "--quiet", "--no-recurse-submodules", "--", remote)
    done = repository.attempt(*asked, seconds=_PATIENCE)
    if done.returncode:
        said = f"{message}; git fetch --unshallow failed: {complaint(done.stderr)}"
        return Examined("history", "warning", said, "git fetch --unshallow")
    return Examined("history", "ok", message, fixed=f"fetched the older history from {remote}")


def _cache(repository: Repository) -> Examined:
    cache = os.path.join(repository.common_dir, "gmconfig")
    if os.access(repository.common_dir, os.W_OK):
        return Examined("cache", "ok", cache)
    return Examined("cache", "warning", f"{cache} cannot be written: every run starts cold")
