"""Who a commit is by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import GitTrouble

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

_WRITTEN = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<email>[^<>]*)>\s*")


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


def _own(repository: Repository, role: str) -> Identity:
    done = repository.attempt("var", f"GIT_{role}_IDENT")
    line = done.stdout.decode("utf-8", "replace")
    written = _WRITTEN.fullmatch(line.rpartition(">")[0] + ">")
    if done.returncode or not written or not written["name"]:
        raise GitTrouble(
            "git does not know who you are",
            hint='git config --global user.name "Ann" && git config --global user.email ann@example.org',
        )
    return Identity(written["name"], written["email"])


def _clean(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text if char not in "<>").split())
