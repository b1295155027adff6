"""A team's repository with all that a machine keeps for it, made once and copied for every run.

Everything lies below one folder: the repository, the home, temporary files, memory, targets, backups. A copy
takes the very place of the one before, so that absolute paths in it stay true.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from gmconfig.flag.event.line import Metric, written
from tests.faults.child import adopting, called, warmed
from tests.trading import EXAMPLE

MARK = "c4nary7Vq3"
"""Part of every secret value; nothing else holds it."""

SECRET = f"{MARK}-of-the-team"
PREPARED = "the hook, the targets, the rules"
HOOK = "#!/bin/sh\ncat > ../inputs/source.part && mv ../inputs/source.part ../inputs/source\n"
"""Changes a secret where it comes from, as a database would be told."""
EDITOR = f"#!/bin/sh\nsed -i -e s/{MARK}-of/{MARK}-edited-of/ -e 's/pool: 10/pool: 12/' \"$1\"\n"
PROJECT = """\
backups: {to: ../store}
alerts:
  handlers:
    file: {command: [cp, /dev/stdin, ../alert]}
automation:
  rules:
    backup-before-deployment: {enabled: false}
    tell: {on: '**', do: {command: ['true']}}
    check: {schedule: '* * * * *', do: validate}
"""
GITCONFIG = """\
[user]
name = Test
email = test@example.org
[init]
defaultBranch = main
[protocol "file"]
allow = always
[gc]
auto = 0
[maintenance]
auto = false
[gmconfig]
alertCommands = true
automationCommands = true
"""


class World:
    """Where things lie, and the environment of a command in it."""

    def __init__(self, base: Path, kept: str = "kept") -> None:
        self.base = base / "world"
        self.repo = self.base / "repo"
        self.inputs = self.base / "inputs"
        self._kept = base / kept

    def entered(self) -> None:
        """Take the world's environment for this process and all that it starts."""
        for name in list(os.environ):
            if name.startswith(("GIT_", "GMCONFIG_", "XDG_", "SSH_", "EDITOR", "VISUAL")):
                del os.environ[name]
        given = {"HOME": "home", "TMPDIR": "tmp", "XDG_RUNTIME_DIR": "run", "EDITOR": "inputs/editor"}
        os.environ.update({name: str(self.base / folder) for name, folder in given.items()})
        adopting()
        os.environ.update(GIT_CONFIG_NOSYSTEM="1", NO_COLOR="1", TZ="UTC", PYTHONDONTWRITEBYTECODE="1")

    def make(self) -> None:
        """Found it: secrets, a second member, flags, a deployment, drift, a backup, rules."""
        for name in ("home", "tmp", "run", "inputs", "live"):
            (self.base / name).mkdir(parents=True, mode=0o700)
        (self.base / "home" / ".gitconfig").write_text(GITCONFIG)
        shutil.copytree(EXAMPLE, self.repo)
        self._bring()
        self.entered()
        warmed()
        os.chdir(self.repo)
        self.git("init", "-q")
        self.commit("the trading system")
        for line in FOUNDING:
            self.does(line)
        self._complete()
        for line in WORKING:
            self.does(line)
        self._drifted()
        self.git("gc", "-q")

    def _bring(self) -> None:
        """Lay out what a user has at hand."""
        (self.inputs / "editor").write_text(EDITOR)
        (self.inputs / "editor").chmod(0o755)
        (self.inputs / "env").write_text(f"SMTP_PASSWORD={SECRET}\nAPI_KEY='{SECRET}'\n")
        (self.inputs / "flags.json").write_text(FLAGD)
        (self.inputs / "events").mkdir()
        (self.inputs / "events" / "a.jsonl").write_text(written(Metric(1e9, "orders", "u1", 2.0)))

    def _complete(self) -> None:
        """Add what is written by hand: a hook that rotates, who else is a member, handlers, rules."""
        (self.repo / "ops").mkdir()
        (self.repo / "ops" / "rotate").write_text(HOOK)
        (self.repo / "ops" / "rotate").chmod(0o755)
        digest = hashlib.sha256(HOOK.encode()).hexdigest()
        with (self.repo / "access.yaml").open("a") as access:
            access.write(
                f"rotation:\n- {{secrets: [spare], run: [ops/rotate], files: {{ops/rotate: {digest}}}}}\n"
            )
        with (self.repo / "gmconfig.yaml").open("a") as project:
            project.write(PROJECT)
        self.git("add", "-A")
        self.does("secret access sign -y")
        self.commit(PREPARED)
        for name in ("bob", "carol"):
            self.does(f"secret keygen --file {self.inputs}/{name}.key")
        self.does(f"secret member add bob {self.keys('bob')}")

    def _drifted(self) -> None:
        """Let somebody change a target by hand."""
        for name, old, new in (
            ("worker.env", "\n", "\nADDED=1\n"),
            ("web/settings.yaml", "pool: 40", "pool: 99"),
        ):
            live = self.base / "live" / name
            live.chmod(0o600)
            assert old in live.read_text()
            live.write_text(live.read_text().replace(old, new, 1))

    def keys(self, name: str) -> str:
        """Give a member's public keys as options."""
        lines = (self.inputs / f"{name}.key").read_text().splitlines()
        words = [line.removeprefix("# ").split() for line in lines if line.startswith("# ")]
        return " ".join(f"--{word[0]} {word[1]}" for word in words if word[0] in ("age", "verify"))

    def does(self, line: str, stdin: str = "", codes: tuple[int, ...] = (0,)) -> None:
        """Run a command line that must come to its end."""
        stdin = stdin or (f"{SECRET}-{len(line)}" if "--stdin" in line else "")
        done = called(line, stdin)
        assert done.code in codes, f"{line}: exit {done.code}\n{done.said}"

    def git(self, *words: str) -> str:
        """Run git in the repository."""
        done = subprocess.run(["git", *words], cwd=self.repo, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr}"
        return done.stdout.strip()

    def commit(self, message: str) -> None:
        """Commit everything by hand."""
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def keep(self) -> None:
        """Remember how everything is now."""
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(self.base, self._kept, symlinks=True)

    def forget_memory(self) -> None:
        """Empty what lies in memory, as it is when the power comes back."""
        shutil.rmtree(self.base / "run")
        (self.base / "run").mkdir(mode=0o700)

    def again(self) -> None:
        """Make everything as it was remembered."""
        os.chdir("/")
        shutil.rmtree(self.base)
        shutil.copytree(self._kept, self.base, symlinks=True)
        os.chdir(self.repo)
        self.git("update-index", "-q", "--refresh")


FOUNDING = [
    "init",
    "secret create db_password --stdin",
    "secret create jwt_secret --stdin",
    "secret create spare --stdin",
    "config set billing api.token some-token --create",
]
WORKING = [
    "secret grant bob read",
    "flag create fast --type boolean --owner web --description Fast",
    "deploy apply production",
    "config set settings database.pool 61 -e production",
    "secret set db_password --stdin",
    "backup create first",
]
FLAGD = '{"flags": {"fresh": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"}}}'


def main(base: Path) -> None:
    """Make the world in an empty folder."""
    world = World(base)
    world.make()
    world.keep()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
