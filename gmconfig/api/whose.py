"""Who a deployment is by, also where git does not know: a CI runner, an agent on a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble

if TYPE_CHECKING:
    from gmconfig.storage.git import Repository


def whose(repository: Repository, user: str | None, environ: Mapping[str, str]) -> str:
    """Give whom a deployment's record names, as git writes it.

    That is git's identity; where there is none, whoever started the forge's run, else the login on this host.
    """
    try:
        return str(repository.identity(user))
    except GitTrouble:
        import socket

        name = user or _forge_user(environ) or _login()
        return f"{name} <{_login()}@{socket.gethostname()}>"


def _forge_user(environ: Mapping[str, str]) -> str | None:
    return environ.get("GITHUB_ACTOR") or environ.get("GITLAB_USER_LOGIN")


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return "somebody"
