"""A protected environment takes commits that somebody signed whom git trusts, and no others."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.fleet import Fleet

PROTECTED = {"environments": {"production": {"protected": True}, "staging": {}}}
TARGETS = {"web": {}, "trial": {"environment": "staging"}}


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """A protected production, whose first commit nobody signed; Ann may sign."""
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed")
    fleet = Fleet(tmp_path, TARGETS, **PROTECTED)
    for name in ("ann", "eve"):
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(key, check=True)
    (tmp_path / "allowed").write_text(f"ann@example.org {(tmp_path / 'ann.pub').read_text()}")
    fleet.git("config", "gpg.format", "ssh")
    fleet.git("config", "gpg.ssh.allowedSignersFile", str(tmp_path / "allowed"))
    return fleet


def _signed(fleet: Fleet, who: str) -> None:
    key = str(fleet.root.parent / f"{who}.pub")
    fleet.git("-c", f"user.signingkey={key}", "commit", "-q", "--amend", "--no-edit", "-S")


def test_an_unsigned_commit_is_refused_before_anything_is_recorded(fleet: Fleet):
    done = fleet.run("deploy", "apply", "production")
    assert done.returncode == 4
    assert "is not signed" in done.stderr
    assert "hint: git config gpg.ssh.allowedSignersFile" in done.stderr
    assert (fleet.pool("web"), list(fleet.deployer().history("production"))) == (None, [])
    assert fleet.run("deploy", "apply", "staging").returncode == 0


def test_a_commit_signed_by_a_stranger_is_refused(fleet: Fleet):
    _signed(fleet, "eve")
    done = fleet.run("deploy", "apply", "production")
    assert done.returncode == 4
    assert "is signed by nobody whom git trusts here" in done.stderr


def test_a_signed_commit_goes_live_and_what_went_live_may_come_back(fleet: Fleet):
    _signed(fleet, "ann")
    assert fleet.run("deploy", "apply", "production").returncode == 0
    fleet.change(20)
    _signed(fleet, "ann")
    assert fleet.run("deploy", "apply", "production").returncode == 0
    fleet.git("config", "gpg.ssh.allowedSignersFile", "/dev/null")
    assert fleet.run("deploy", "rollback", "production").returncode == 0
    assert fleet.pool("web") == 10


def test_a_commit_cannot_take_the_protection_away_from_itself(fleet: Fleet):
    _signed(fleet, "ann")
    assert fleet.run("deploy", "apply", "production").returncode == 0
    fleet.declare(TARGETS, environments={"production": {}, "staging": {}})
    fleet.change(20)
    assert fleet.run("deploy", "apply", "production").returncode == 4
    _signed(fleet, "ann")
    assert fleet.run("deploy", "apply", "production").returncode == 0
    fleet.change(30)
    assert fleet.run("deploy", "apply", "production").returncode == 0
