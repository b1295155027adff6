"""The user's hooks, run as git would run them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmconfig.errors import Refused, shell_word
from gmconfig.storage.git.process import run_git

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository


class Hooks:
    """The hooks of one repository, run on a private index."""

    def __init__(self, repository: Repository, index: str) -> None:
        self.repository = repository
        self.folder = folder_of(repository)
        self.environ = {**repository.environ, "GIT_INDEX_FILE": index, "GIT_EDITOR": ":"}

    def has(self, name: str) -> bool:
        """Whether there is such a hook, as a file or (newer git) as a setting."""
        return os.access(os.path.join(self.folder, name), os.X_OK) or self.repository.has_section("hook")

    def run(self, name: str, *args: str) -> bool:
        """Run a hook if there is one; False if there was none.

        Raises:
            Refused: it failed; the message holds what it said.
        """
        if not self.has(name):
            return False
        code, said = self._outcome(name, args)
        if code:
            raise Refused(
                f"the hook {name} refused the commit" + (f":\n{said}" if said else f" (exit code {code})"),
                hint=f"fix what it says, or look at {shell_word(os.path.join(self.folder, name))}",
            )
        return True

    def run_after(self, name: str, environ: Mapping[str, str]) -> None:
        """Run a hook that can no longer change anything; how it ends does not matter."""
        if self.has(name):
            self.environ = dict(environ)
            self._outcome(name, ())

    def _outcome(self, name: str, args: tuple[str, ...]) -> tuple[int, str]:
        import subprocess

        call = ("hook", "run", "--ignore-missing", name, "--", *args)
        done = run_git(call, cwd=self.repository.top, environ=self.environ)
        if done.returncode and b"is not a git command" in done.stderr:  # before git 2.36
            path = os.path.join(self.folder, name)
            done = subprocess.run(
                [path, *args],
                cwd=self.repository.top,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        return done.returncode, _readable(done.stdout + done.stderr)


def folder_of(repository: Repository) -> str:
    """Give the folder that git takes a repository's hooks from."""
    if repository.setting("core.hookspath") is None:
        return os.path.join(repository.common_dir, "hooks")
    return os.path.join(repository.top, repository.text("rev-parse", "--git-path", "hooks"))


def _readable(output: bytes) -> str:
    """Give a hook's words without colour and cursor movements."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output.decode("utf-8", "replace")).strip()
