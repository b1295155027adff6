"""Commits are signed where git is set to sign."""

import shutil
import subprocess
from pathlib import Path

import pytest

from gmconfig.errors import GitTrouble
from tests.storage.git.conftest import FILE, LINES


@pytest.fixture
def signing(committed: Path, tmp_path: Path, git) -> Path:
    """SSH signing with a real key."""
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (tmp_path / "signers").write_text("test@example.org " + (tmp_path / "key.pub").read_text())
    for name, value in {
        "gpg.format": "ssh",
        "user.signingkey": str(key),
        "gpg.ssh.allowedSignersFile": str(tmp_path / "signers"),
        "commit.gpgsign": "true",
    }.items():
        git("config", name, value)
    return key


def test_a_commit_is_signed(committed: Path, git, set_key, signing: Path):
    set_key("key1", "new", trailers={"Gmconfig-Operation": "set"})
    assert git("log", "-1", "--format=%G?") == "G"
    git("verify-commit", "HEAD")
    assert git("log", "-1", "--format=%(trailers)").strip() == "Gmconfig-Operation: set"


def test_a_key_that_fails_stops_the_commit(committed: Path, git, set_key, signing: Path):
    signing.unlink()
    with pytest.raises(GitTrouble, match="could not be signed") as trouble:
        set_key("key1", "new")
    assert "user.signingkey" in trouble.value.hint
    assert git("rev-list", "--count", "HEAD") == "1"
    assert (committed / FILE).read_text() == LINES


def test_without_the_setting_it_is_not(committed: Path, git, set_key, signing: Path):
    git("config", "commit.gpgsign", "no")
    set_key("key1", "new")
    assert git("log", "-1", "--format=%G?") == "N"
