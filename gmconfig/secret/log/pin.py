"""The root that a clone trusts: pinned in git's configuration, outside of what anybody pushes."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.storage.git import Repository

PIN = "gmconfig.pin"
_AWAITED = "awaited"
"""The setting beside the pin that holds which root takes its place: `<pin>:<root>:<file of the root's event>`."""


def pin(repository: Repository, prefix: str, root: str) -> None:
    """Trust a root in this clone, and nowhere else."""
    from gmconfig.storage.git.configuring import configure

    configure(repository, pin_name(prefix), root)
    if _setting(repository, _awaited_name(prefix)):
        repository.attempt("config", "--local", "--unset-all", _awaited_name(prefix))


def await_pin(repository: Repository, prefix: str, root: str, file: str) -> None:
    """Trust a root as soon as its event is there: who commits it may be killed before it is pinned."""
    from gmconfig.storage.git.configuring import configure

    pinned_now = _setting(repository, pin_name(prefix)) or ""
    configure(repository, _awaited_name(prefix), f"{pinned_now}:{root}:{file}")


def pinned(repository: Repository, prefix: str) -> str | None:
    """Give the root that this clone trusts; None where it trusts none yet."""
    known = _setting(repository, pin_name(prefix))
    if known is None:
        return None
    awaited = _setting(repository, _awaited_name(prefix))
    return _newest(known, awaited, f"{repository.top}/{prefix}")


def pin_of(project: Project) -> str | None:
    """Give the root that a project's clone trusts; where all is ordinary, without asking git."""
    from gmconfig.storage.git.plain import plain

    ordinary = plain(project.root)
    if ordinary:
        section = ("gmconfig", ordinary.prefix(project.root))
        known = ordinary.setting(*section, "pin")
        if known:
            return _newest(known, ordinary.setting(*section, _AWAITED), project.root)
    return pinned(project.repository, project.prefix)


def pin_name(prefix: str) -> str:
    """Give the name of the pin in git's configuration; each root of a repository has its own."""
    return f"gmconfig.{prefix.rstrip('/')}.pin" if prefix else PIN


def _awaited_name(prefix: str) -> str:
    return f"{pin_name(prefix).removesuffix('pin')}{_AWAITED}"


def _setting(repository: Repository, name: str) -> str | None:
    return repository.run("config", "--local", "--get", name, check=False).decode().strip() or None


def _newest(known: str, awaited: str | None, top: str) -> str:
    """Give the root that takes the pin's place, once its event has arrived; a pin set since then counts."""
    before, _, rest = (awaited or "").partition(":")
    root, _, file = rest.partition(":")
    return root if file and before == known and os.path.exists(os.path.join(top, file)) else known
