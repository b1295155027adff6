"""The real tools of others, for tests: found beside this Python or on the path, or the test is skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def tool(name: str) -> str:
    """Find a peer's program beside this Python; without it the test is skipped, unless tools are required."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None and not os.environ.get("GMCONFIG_TESTS_REQUIRE_TOOLS"):
        pytest.skip(f"{name} is not installed: pip install 'gmconfig[peers]' (hiera-eyaml, age: apt)")
    assert found, f"{name} is not installed"
    return found


def run(*command: str, stdin: str | None = None, **environment: str) -> str:
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Sops:
    """The real sops, with one age identity."""

    def __init__(self, folder: Path) -> None:
        import pyrage

        identity = pyrage.x25519.Identity.generate()
        self.program = tool("sops")
        self.key = folder / "age.key"
        self.key.write_text(f"# created by a test\n{identity}\n")
        self.recipient = str(identity.to_public())
        self.folder = folder

    def encrypt(self, name: str, text: str | bytes, rules: str = "") -> Path:
        file = self.folder / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        config = self.folder / "sops-rules.yaml"
        config.write_text(f"creation_rules:\n  - age: {self.recipient}\n{rules}")
        run(self.program, "--config", str(config), "encrypt", "-i", str(file))
        return file

    def decrypt(self, file: Path) -> str:
        return run(self.program, "decrypt", str(file), SOPS_AGE_KEY_FILE=str(self.key))
