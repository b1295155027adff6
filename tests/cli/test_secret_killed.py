"""kill -9 at any step of what changes secrets: everything opens afterwards, and the command comes to its end."""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gmconfig.secret import identity

ROOT = Path(__file__).parents[2]
STRIDE = 40
"""How many steps lie between two kills of the short form; the long one takes them all."""

LONG = pytest.mark.long
FIRST = [30, *(pytest.param(first, marks=LONG) for first in range(1, STRIDE + 1) if first != 30)]
WORDS = [
    "rekey",
    "rotate",
    "edit",
    pytest.param("rotate-all", marks=LONG),
    pytest.param("revoke", marks=LONG),
]

pytestmark = pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no memory-backed storage")


@pytest.fixture
def template(ok, sealed_trading, git, monkeypatch, tmp_path) -> Path:
    """A team's repository with a few secrets, one of which a hook changes at its source."""
    ok("secret", "create", "api_token", "--stdin", stdin="tok-123456789")
    bob = identity.generate()
    ok("secret", "member", "add", "bob", "--age", bob.recipient, "--verify", bob.verifier)
    ok("secret", "grant", "bob", "read")
    hook = sealed_trading / "ops" / "rotate"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\ncat > ../source.part && mv ../source.part ../source\n")
    hook.chmod(0o755)
    digest = hashlib.sha256(hook.read_bytes()).hexdigest()
    with (sealed_trading / "access.yaml").open("a") as access:
        access.write(
            f"rotation:\n- {{secrets: [db_password], run: [ops/rotate], files: {{ops/rotate: {digest}}}}}\n"
        )
    git("add", "-A")
    ok("secret", "access", "sign", "-y")
    git("add", "-A")
    git("commit", "-qm", "a hook")
    (tmp_path / "editor").write_text('#!/bin/sh\nsed -i s/correct-horse/wrong-horse/ "$1"\n')
    (tmp_path / "editor").chmod(0o755)
    monkeypatch.setenv("EDITOR", str(tmp_path / "editor"))
    return sealed_trading


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("word", WORDS)
def test_killed_at_steps_of(template: Path, tmp_path: Path, word: str, first: int):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        program = [
            sys.executable,
            "-m",
            "tests.cli.killed",
            word,
            str(template),
            str(tmp_path / "work" / "repo"),
        ]
        done = subprocess.run(
            [*program, str(first), str(STRIDE)],
            cwd=ROOT,
            env={**os.environ, "XDG_RUNTIME_DIR": memory, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout.splitlines()[-1]) > 20
