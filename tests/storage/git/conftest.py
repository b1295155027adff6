"""A repository with one file, and an edit of `key: value` lines that needs no YAML."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from gmconfig.storage.git import Repository, commit

FILE = "settings.yaml"
LINES = "".join(f"key{number}: old\n" for number in range(20))


@dataclass(frozen=True)
class SetKey:
    """Sets one `key: value` line, or appends it; line ends as the file has them."""

    key: str
    value: str

    def apply(self, old: bytes | None) -> bytes | None:
        lines = (old or b"").splitlines(keepends=True)
        end = b"\r\n" if b"\r\n" in (old or b"") else b"\n"
        new = f"{self.key}: {self.value}".encode() + end
        kept = [new if line.startswith(self.key.encode() + b":") else line for line in lines]
        return b"".join(kept if kept != lines or new in lines else [*kept, new])

    def region(self, old: bytes | None) -> dict[str, object]:
        start = self.key.encode() + b":"
        return {self.key: [line.split() for line in (old or b"").splitlines() if line.startswith(start)]}


@pytest.fixture
def committed(repo: Path, git) -> Path:
    """A repository with FILE committed."""
    (repo / FILE).write_text(LINES)
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    return repo


@pytest.fixture
def set_key(committed: Path):
    """Commit `key: value` in FILE (or another) through gmconfig."""

    def run(
        key: str, value: str, *, file: str = FILE, message: str = "set a key", root: Path = committed, **named
    ):
        return commit(Repository.discover(str(root)), "", {file: SetKey(key, value)}, message, **named)

    return run


def show(root: Path, name: str) -> str:
    """What git holds under a name such as `HEAD:settings.yaml` or `:settings.yaml`."""
    done = subprocess.run(["git", "show", name], cwd=root, capture_output=True, check=True, env=os.environ)
    return done.stdout.decode()


def with_keys(**values: str) -> str:
    """LINES with some keys set."""
    lines = LINES
    for key, value in values.items():
        lines = lines.replace(f"{key}: old\n", f"{key}: {value}\n")
    return lines
