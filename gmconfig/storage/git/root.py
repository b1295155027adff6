"""Where the repository lies, found by looking at folders: no subprocess, for what runs on every command."""

from __future__ import annotations

import os

from gmconfig.storage import at_once

_FILES = ("HEAD", "config", "packed-refs", "index")
_KIND, _ENDLESS = 0o170000, (0o010000, 0o020000)
"""Pipes and devices in `st_mode`, as POSIX numbers them; `stat` is a module to load."""


class Root:
    """A working tree's top, its git folder (a linked worktree's own) and the one it shares with others."""

    __slots__ = ("common_dir", "git_dir", "top")

    def __init__(self, top: str, git_dir: str, common_dir: str) -> None:
        self.top = top
        self.git_dir = git_dir
        self.common_dir = common_dir

    def blocked(self) -> str | None:
        """Give what stands in the place of one of git's files and is none: git would wait for it for ever."""
        folders = (self.git_dir,) if self.git_dir == self.common_dir else (self.git_dir, self.common_dir)
        places = [f"{folder}/{name}" for folder in folders for name in _FILES]
        return next((place for place in places if _is_blocked(place)), None)


def find_root(start: str) -> Root | None:
    """Give the repository that a folder lies in, or None; trusts what it sees, git itself checks later.

    A repository that GIT_DIR names for a folder without `.git` is not seen here: `Repository.discover` does.
    """
    folder = os.path.realpath(start)
    while True:
        git_dir = _git_dir(folder)
        if git_dir:
            return Root(folder, git_dir, _common_dir(git_dir))
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def bare_root(start: str) -> str | None:
    """Give the bare repository that a folder is, or lies in; None where it is in none."""
    folder = os.path.realpath(start)
    while True:
        if all(os.path.exists(os.path.join(folder, name)) for name in ("HEAD", "objects", "refs")):
            return folder if not folder.endswith("/.git") else None
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _is_blocked(place: str) -> bool:
    try:
        return os.stat(place).st_mode & _KIND in _ENDLESS
    except OSError:
        return False


def _git_dir(folder: str) -> str | None:
    """Give the git folder of a working tree's top: `.git` itself, or what the file `.git` points to."""
    dot_git = os.path.join(folder, ".git")
    pointed = _first_line(dot_git, "gitdir: ")
    git_dir = os.path.join(folder, pointed) if pointed else dot_git
    return os.path.realpath(git_dir) if os.path.exists(os.path.join(git_dir, "HEAD")) else None


def _common_dir(git_dir: str) -> str:
    pointed = _first_line(os.path.join(git_dir, "commondir"), "")
    return os.path.realpath(os.path.join(git_dir, pointed)) if pointed else git_dir


def _first_line(path: str, prefix: str) -> str | None:
    try:
        with open(path, "rb", opener=at_once) as file:
            line = os.fsdecode(file.read(8192) or b"").rstrip("\n")
    except OSError:
        return None
    return line[len(prefix) :] if line.startswith(prefix) and len(line) > len(prefix) else None
