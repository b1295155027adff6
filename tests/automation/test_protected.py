"""A protected environment: agents follow what is signed by somebody they trust, and nothing that goes back."""

import subprocess
from pathlib import Path

import pytest

from tests.automation.hosts import Hosts


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    """A project whose production is protected; the developer signs with ssh, the host knows her key."""
    found = Hosts(tmp_path, {"web": {"host": "h1"}}, environments={"production": {"protected": True}})
    for name in ("ann", "mallory"):
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(key, check=True)
    known = (tmp_path / "ann.pub").read_text()
    (tmp_path / "allowed").write_text(f"ann@example.org {known}")
    clone = found.clone("h1")
    for key, value in (("gpg.format", "ssh"), ("gpg.ssh.allowedSignersFile", str(tmp_path / "allowed"))):
        subprocess.run(["git", "config", key, value], cwd=clone, check=True)
    return found


def signing_as(hosts: Hosts, name: str | None) -> None:
    hosts.git("config", "gpg.format", "ssh")
    hosts.git("config", "user.signingkey", str(hosts.folder / (name or "ann")))
    hosts.git("config", "commit.gpgsign", "true" if name else "false")


def test_only_what_a_known_key_signed_is_followed(hosts):
    [said] = hosts.look("h1")
    assert "is not signed" in str(said.problem)
    assert hosts.pool("web") is None
    signing_as(hosts, "ann")
    good = hosts.push(20)
    [said] = hosts.look("h1")
    assert (said.commit, said.problem, hosts.pool("web")) == (good, None, 20)
    signing_as(hosts, "mallory")
    hosts.push(30)
    [said] = hosts.look("h1")
    assert (said.commit, hosts.pool("web")) == (good, 20)
    assert "signed by nobody whom git trusts" in str(said.problem)
    signing_as(hosts, None)
    hosts.push(40)
    assert hosts.look("h1")[0].commit == good
    signing_as(hosts, "ann")  # who signs what comes after them vouches for them, too
    good = hosts.push(50)
    [said] = hosts.look("h1")
    assert (said.commit, said.problem, hosts.pool("web")) == (good, None, 50)


def test_an_unsigned_commit_cannot_take_the_protection_away(hosts):
    signing_as(hosts, "ann")
    good = hosts.push(20)
    hosts.look("h1")
    signing_as(hosts, None)
    hosts.declare({"web": {"agent": True, "host": "h1"}}, environments={"production": {}})
    hosts.push(30)
    [said] = hosts.look("h1")
    assert (said.commit, hosts.pool("web")) == (good, 20)


def test_a_branch_that_was_set_back_is_not_followed(hosts):
    signing_as(hosts, "ann")
    old = hosts.push(20)
    good = hosts.push(30)
    hosts.look("h1")
    hosts.git("push", "-q", "--force", "origin", f"{old}:main")
    [said] = hosts.look("h1")
    assert (said.commit, hosts.pool("web")) == (good, 30)
    assert "was rewritten" in str(said.problem)


def test_a_hold_at_an_unsigned_commit_is_not_obeyed(hosts):
    unsigned = hosts.git("rev-parse", "HEAD")
    signing_as(hosts, "ann")
    hosts.push(20)
    hosts.look("h1")
    from gmconfig.record.hold import Hold

    ledger = hosts.deployer().ledger("production")
    ledger.change(ledger.holds.ref, lambda: ledger.holds.add(Hold(unsigned)))
    [said] = hosts.look("h1")
    assert hosts.pool("web") == 20
    assert "is not signed" in str(said.targets["web"].error)
