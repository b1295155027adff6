"""`doctor`: whether this machine and this repository are ready, and what to do if not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.doctor import access_check, beginning_check, clone_check, hook_check, machine_check
from gmconfig.api.doctor.examined import Examined, failed, guarded
from gmconfig.errors import GmconfigError, NotFound
from gmconfig.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator


def examine(root: str | None = None, *, fix: bool = False) -> tuple[Examined, ...]:
    """Look at this machine and the repository at `root` (the current folder by default); `fix` mends what it can."""
    return (*machine_check.examine(root), *_project(root, fix=fix))


def _project(root: str | None, *, fix: bool) -> Iterator[Examined]:
    try:
        project = Project.find(root)
    except NotFound as error:
        begun = beginning_check.examine(root, error, fix=fix)
        yield begun
        if not begun.fixed:
            return
        project = Project.find(root)
    except GmconfigError as error:
        yield failed("project", error)
        return
    else:
        yield Examined("project", "ok", f"{project.root}, environments {', '.join(project.environments)}")
    yield from _parts(project, fix)


def _parts(project: Project, fix: bool) -> Iterator[Examined]:
    """Look at each part; what keeps several from being looked at is said once."""
    told: set[str] = set()
    for one in _all_parts(project, fix):
        if one.state != "error" or not any(one.message.endswith(message) for message in told):
            yield one
        told.add(one.message)


def _all_parts(project: Project, fix: bool) -> Iterator[Examined]:
    yield from guarded("repository", lambda: clone_check.examine(project, fix=fix))
    yield from guarded("hooks", lambda: hook_check.examine(project, fix=fix))
    yield from guarded("access", lambda: access_check.examine(project, fix=fix))
    yield from guarded("rotation", lambda: _rotations(project))
    yield from guarded("deployments", lambda: _delivery(project))


def _rotations(project: Project) -> Iterator[Examined]:
    """Look at rotations that were cut short: the source may have a value that nobody has committed."""
    from gmconfig.api.secret.unfinished import unfinished
    from gmconfig.api.workspace import Workspace

    for one in unfinished(Workspace(root=project.root)):
        yield Examined("rotation", "warning", str(one), one.command)


def _delivery(project: Project) -> Iterator[Examined]:
    """Look at what deployments need, where there are targets."""
    from gmconfig.api.doctor import delivery_check

    yield from delivery_check.examine(project)
