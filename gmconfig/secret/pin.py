"""The root that a clone trusts: pinned in git's configuration, outside of what anybody pushes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.storage.git import Repository

PIN = "gmconfig.pin"


def pin(repository: Repository, prefix: str, root: str) -> None:
    """Trust a root in this clone, and nowhere else."""
    from gmconfig.storage.git.configuring import configure

    configure(repository, pin_name(prefix), root)


def pinned(repository: Repository, prefix: str) -> str | None:
    """Give the root that this clone trusts; None where it trusts none yet."""
    return (
        repository.run("config", "--local", "--get", pin_name(prefix), check=False).decode().strip() or None
    )


def pin_of(project: Project) -> str | None:
    """Give the root that a project's clone trusts; where all is ordinary, without asking git."""
    from gmconfig.storage.git.plain import plain

    ordinary = plain(project.root)
    known = ordinary.setting("gmconfig", ordinary.prefix(project.root), "pin") if ordinary else None
    return known or pinned(project.repository, project.prefix)


def pin_name(prefix: str) -> str:
    """Give the name of the pin in git's configuration; each root of a repository has its own."""
    return f"gmconfig.{prefix.rstrip('/')}.pin" if prefix else PIN
