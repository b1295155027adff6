"""A repository as it ordinarily lies on a disk, looked at without a git process; anything else is git's to tell.

Ordinary is: nothing in the environment says otherwise, all of it belongs to this user (else git might not
trust it), no commit of ours was cut short in it, and its own configuration is written as git writes it.
"""

from __future__ import annotations

import os

from gmconfig.storage.git.head import head_ref, loose_ref
from gmconfig.storage.git.root import find_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.storage.git.root import Root

_HARMLESS = (
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
    "GIT_ASKPASS",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_EDITOR",
    "GIT_HTTP_",
    "GIT_PAGER",
    "GIT_SSH",
    "GIT_SSL_",
    "GIT_TERMINAL_PROMPT",
)
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
_SPECIAL = ('"', "\\", "#", ";")


class Plain:
    """An ordinary repository: where it lies, and what its own configuration says."""

    __slots__ = ("_lines", "root")

    def __init__(self, root: Root, lines: list[str]) -> None:
        self.root = root
        self._lines = lines

    def prefix(self, folder: str) -> str:
        """Give a folder's place below the top, '' for the top itself."""
        relative = os.path.relpath(os.path.realpath(folder), self.root.top)
        return "" if relative == "." else relative

    def setting(self, section: str, subsection: str, name: str) -> str | None:
        """Give what the repository's own configuration says last; None where that takes git to tell."""
        found, here = None, False
        for line in self._lines:
            if line.startswith("["):
                header = _header(line)
                if header is None:
                    return None
                here = header == (section, subsection)
            elif here and line[:1] not in ("#", ";"):
                key, equals, value = line.partition("=")
                if key.strip().lower() == name:
                    found = value.strip() if equals and not any(map(value.__contains__, _SPECIAL)) else None
        return found


def plain(start: str) -> Plain | None:
    """Give the repository that a folder lies in; None unless all of it is ordinary."""
    if any(name.startswith("GIT_") and not name.startswith(_HARMLESS) for name in os.environ):
        return None
    root = find_root(start)
    if root is None or root.blocked() or os.path.isdir(os.path.join(root.git_dir, "gmconfig", "commit")):
        return None
    file = os.path.join(root.common_dir, "config")
    try:
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
        owners = {os.stat(path).st_uid for path in (root.top, root.git_dir, root.common_dir, file)}
    except (OSError, ValueError):
        return None
    lines = [line.strip(" \t") for line in text.split("\n")]
    if owners != {os.geteuid()} or "\\\n" in text or _is_elsewhere(text.lower(), root, start):
        return None
    return Plain(root, lines) if _is_known(lines) and _is_whole(root) else None


def _is_elsewhere(settings: str, root: Root, start: str) -> bool:
    """Whether the files may lie somewhere else than around the git folder, or nowhere."""
    if "worktree" in settings or settings.count("bare") != settings.count("\tbare = false\n"):
        return True
    here = os.path.realpath(start) + "/"
    return here.startswith((root.git_dir + "/", root.common_dir + "/"))


def _is_known(lines: list[str]) -> bool:
    """Whether the repository is of the first format, which every git reads."""
    return "repositoryformatversion = 0" in lines and not any(
        line.lower().startswith("repositoryformatversion") and line[-4:] != " = 0" for line in lines
    )


def _is_whole(root: Root) -> bool:
    """Whether all is there that makes a folder a repository to git."""
    if head_ref(root.git_dir) is None and loose_ref(root.git_dir, "HEAD") is None:
        return False
    return all(os.path.isdir(os.path.join(root.common_dir, name)) for name in ("objects", "refs"))


def _header(line: str) -> tuple[str, str] | None:
    """Read `[section]` or `[section "sub"]`; None for every other way to write one."""
    section, quote, rest = line[1:].partition(' "')
    if not quote:
        name, subsection = line[1:-1], ""
        closed = line.endswith("]")
    else:
        name, subsection = section, rest[:-2]
        closed = rest.endswith('"]') and subsection != "" and not any(map(subsection.__contains__, _SPECIAL))
    return (name.lower(), subsection) if closed and name and _NAME.issuperset(name) else None
