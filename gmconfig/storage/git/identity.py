"""Who a commit is by."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import GitTrouble, shell_word
from gmconfig.storage.git.environment import QUIET, environment_for
from gmconfig.storage.git.process import run_git

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from gmconfig.storage.git.repository import Repository

_WRITTEN = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<email>[^<>]*)>\s*")
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 .@_+-]*[A-Za-z0-9])?")

_EXPORT = " ".join(
    ("export", *(f"GIT_{role}_NAME=Ann GIT_{role}_EMAIL=ann@example.org" for role in ("AUTHOR", "COMMITTER")))
)


class Identity(NamedTuple):
    """A name and a mail address, as git writes them."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


def identity(repository: Repository, user: str | None, role: str = "AUTHOR") -> Identity:
    """Give whom `user` means: "Name <mail>", or a name with git's own address; None is git's own identity.

    Raises:
        GitTrouble: git does not know who it works for.
    """
    if user is not None:
        written = _WRITTEN.fullmatch(user)
        if written and written["email"]:
            return Identity(_clean(written["name"] or written["email"]), _clean(written["email"]))
    own = _own(repository, role)
    name = _clean(user or "")
    return Identity(name, own.email) if name else own


def author(folder: str) -> Identity:
    """Give whom git works for in a folder, which need not lie in a repository.

    Raises:
        GitTrouble: git does not know.
    """
    environ = {**environment_for(folder, os.environ, os.getcwd()), **QUIET}
    return _read(run_git(("var", "GIT_AUTHOR_IDENT"), cwd=folder, environ=environ))


def require_author(folder: str) -> None:
    """Pass where git will know whom commits are by, once there is a repository in a folder.

    Raises:
        GitTrouble: it will not; where settings hold for some folders alone, only a repository there can tell.
    """
    environ = {**environment_for(folder, os.environ, os.getcwd()), **QUIET}
    names = run_git(("config", "--list", "--name-only"), cwd=folder, environ=environ).stdout
    if b"\nincludeif." not in b"\n" + names:
        for role in ("AUTHOR", "COMMITTER"):
            _read(run_git(("var", f"GIT_{role}_IDENT"), cwd=folder, environ=environ))


def _own(repository: Repository, role: str) -> Identity:
    return _set(repository) or _asked(repository, role)


def _set(repository: Repository) -> Identity | None:
    """Give name and address as they are set; None where git has more to say, or would write them otherwise."""
    said_elsewhere = any(name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_")) for name in repository.environ)
    if said_elsewhere or repository.has_section("author") or repository.has_section("committer"):
        return None
    name, email = repository.setting("user.name"), repository.setting("user.email")
    plain = name and email and _PLAIN.fullmatch(name) and _PLAIN.fullmatch(email)
    return Identity(name, email) if name and email and plain else None


def _asked(repository: Repository, role: str) -> Identity:
    return _read(repository.attempt("var", f"GIT_{role}_IDENT"))


def _read(done: CompletedProcess[bytes]) -> Identity:
    line = done.stdout.decode("utf-8", "replace")
    written = _WRITTEN.fullmatch(line.rpartition(">")[0] + ">")
    if done.returncode or not written or not written["name"]:
        raise GitTrouble("git does not know who you are", hint=_telling())
    return Identity(written["name"], written["email"])


def _telling() -> str:
    """Give the command that tells git; without a home there is no file that it could go to."""
    if any(os.environ.get(name) for name in ("HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL")):
        return 'git config --global user.name "Ann" && git config --global user.email ann@example.org'
    home = os.path.expanduser("~")  # asks the password database where HOME is unset
    return f"export HOME={shell_word(home)}" if os.path.isdir(home) else _EXPORT


def _clean(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text if char not in "<>").split())
