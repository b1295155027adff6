"""What every row is given: how much to measure, where to work, and which peers are at hand."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.command import Command

INSTALL = "pip install '.[bench]'"


@dataclass(frozen=True)
class Scale:
    """How much of everything."""

    files: int = 1_000
    many_files: int = 10_000
    layered: int = 200
    values: int = 10_000
    few_values: int = 10
    reads: int = 50_000
    rounds: int = 9
    growth_files: tuple[int, ...] = (100, 1_000, 10_000)
    growth_commits: tuple[int, ...] = (100, 2_000)


SHORT = Scale(
    files=12,
    many_files=36,
    layered=3,
    values=30,
    few_values=2,
    reads=200,
    rounds=1,
    growth_files=(5,),
    growth_commits=(20,),
)


@dataclass
class Bench:
    """A folder to work in, and the commands."""

    folder: Path
    scale: Scale = field(default_factory=Scale)

    def work(self, name: str) -> Path:
        """Give an empty folder."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def gmconfig(self, folder: Path, *arguments: str, given: bytes = b"") -> Command:
        """Give a command of the program under test."""
        return Command((str(Path(sys.executable).with_name("gmconfig")), *arguments), folder, given)

    def bare_python(self) -> Command:
        """Give the start of Python alone, which nothing written in Python undercuts."""
        return Command((sys.executable, "-c", "pass"), self.folder)

    def executable(self, name: str) -> str | None:
        """Find a peer's command: beside this Python, else on the path."""
        beside = Path(sys.executable).with_name(name)
        return str(beside) if beside.exists() else shutil.which(name)

    def module(self, name: str) -> bool:
        """Whether a peer's package is installed."""
        return importlib.util.find_spec(name) is not None


def isolate(home: Path) -> None:
    """Keep the machine's git configuration, identities and settings out of the measurement."""
    home.mkdir(parents=True, exist_ok=True)
    for name in list(os.environ):
        if (
            name.startswith(("GIT_", "GMCONFIG_", "XDG_", "SOPS_", "SSH_"))
            and name != "GMCONFIG_CONFORMANCE_DATA"
        ):
            del os.environ[name]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what pip installs is compiled
    os.environ |= {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1", "TZ": "UTC"}
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Bench\n\temail = bench@example.org\n[init]\n\tdefaultBranch = main\n"
        "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
    )


def git(folder: Path, *arguments: str) -> str:
    """Run git; give what it printed."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def forget(folder: Path) -> None:
    """Remove what gmconfig remembers about a repository: the next command is a cold one."""
    shutil.rmtree(folder / ".git" / "gmconfig", ignore_errors=True)


def missing(what: str) -> str:
    """Say that a peer is not there."""
    return f"{what} is not installed: {INSTALL}"
