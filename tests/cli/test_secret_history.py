"""What was sealed in earlier versions: who opens it, who does not, and how it comes back."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from gmconfig.secret.keyring import identity
from gmconfig.secret.keyring.sources import file_text
from tests.trading import EXAMPLE

GET = ("config", "get", "settings", "database.password", "-e", "production", "--reveal")


@pytest.fixture
def join(ok, tmp_path):
    """Add a member who may read, `--history` or not; gives what selects their identity."""

    def joined(name: str, *options: str) -> tuple[str, str]:
        made = identity.generate()
        file = tmp_path / f"{name}.key"
        file.write_text(file_text(made))
        ok("secret", "member", "add", name, "--age", made.recipient, "--verify", made.verifier)
        ok("secret", "grant", name, "read", *options)
        return ("GMCONFIG_IDENTITY_FILE", str(file))

    return joined


@pytest.fixture
def before(ok, sealed_trading, git) -> str:
    """A commit whose secret has another value by now, under another key."""
    commit = git("rev-parse", "HEAD")
    ok("secret", "set", "db_password", "--stdin", stdin="the-value-of-today")
    ok("secret", "rekey", "default")
    return commit


def test_history_that_was_granted_opens_and_else_the_error_says_so(ok, cli, before, join, monkeypatch):
    bob, eve = join("bob"), join("eve", "--history")
    monkeypatch.setenv(*eve)
    assert ok(*GET, "--at", before) == "correct-horse-battery\n"
    assert ok("secret", "get", "db_password", "--at", before) == "correct-horse-battery\n"
    monkeypatch.setenv(*bob)
    assert cli("secret", "get", "db_password", "--at", before).code == 4
    assert ok(*GET) == "the-value-of-today\n"
    denied = cli(*GET, "--at", before)
    assert denied.code == 4
    assert '"bob" cannot read what was sealed under an earlier key of scope "default"' in denied.err
    assert "gmconfig secret grant bob --scope default read --history" in denied.err
    monkeypatch.delenv("GMCONFIG_IDENTITY_FILE")
    ok("secret", "grant", "bob", "--scope", "default", "read", "--history")
    monkeypatch.setenv(*bob)
    assert ok(*GET, "--at", before) == "correct-horse-battery\n"


def test_a_newcomer_opens_what_todays_key_sealed_before_they_came(
    ok, cli, sealed_trading, git, join, monkeypatch
):
    before = git("rev-parse", "HEAD")
    bob = join("bob")
    monkeypatch.setenv(*bob)
    assert ok(*GET, "--at", before) == "correct-horse-battery\n"


def test_who_has_nothing_today_is_told_what_to_ask_for(ok, cli, sealed_trading, git, join, monkeypatch):
    before = git("rev-parse", "HEAD")
    bob = join("bob")
    ok("secret", "revoke", "bob")
    monkeypatch.setenv(*bob)
    denied = cli(*GET, "--at", before)
    assert (denied.code, "gmconfig secret grant bob --scope default read" in denied.err) == (4, True), denied


def test_history_reaches_back_beyond_whoever_made_its_keys(ok, cli, before, join, tmp_path, monkeypatch):
    """The founder leaves; what was sealed under the founder's keys can still be granted."""
    carol = join("carol", "--history")
    ok("secret", "grant", "carol", "write", "rotate")
    ok("secret", "grant", "carol", "admin", "--scope", "*")
    monkeypatch.setenv(*carol)
    ok("secret", "member", "remove", "test")
    bob = join("bob", "--history")
    monkeypatch.setenv(*bob)
    assert ok(*GET, "--at", before) == "correct-horse-battery\n"
    ok("secret", "verify")


@pytest.fixture
def sealed_twice(ok, sealed_trading) -> tuple[str, str]:
    """A document with a sealed value that was changed since, and a plain one beside it."""
    ok("config", "set", "billing", "api.token", "-", "--secret", "--create", stdin="the-old-token-1")
    ok("config", "set", "billing", "invoice.prefix", "OLD", "--create")
    ok("config", "set", "billing", "api.token", "-", "--secret", stdin="the-new-token-2")
    ok("config", "set", "billing", "invoice.prefix", "NEW")
    listed = json.loads(ok("config", "history", "billing", "-o", "json"))
    return listed[-3]["version"], listed[-1]["version"]


REVEALED = ("config", "get", "billing", "api.token", "--reveal")


@pytest.mark.parametrize("path", [(), ("--path", "api.token")], ids=["whole", "path"])
def test_a_rollback_keeps_todays_secret_unless_asked(ok, cli, sealed_trading, git, sealed_twice, path):
    ok("config", "rollback", "billing", sealed_twice[0], *path)
    assert ok(*REVEALED) == "the-new-token-2\n"
    ok("config", "rollback", "billing", sealed_twice[0], "--secrets", *path)
    assert ok(*REVEALED) == "the-old-token-1\n"
    ok("secret", "verify")
    entry = json.loads(ok("secret", "audit", "billing", "-o", "json"))[-1]
    assert (entry["operation"], entry["places"]) == ("rollback", ["billing: api.token in the base layer"])


def test_a_rollback_of_secrets_does_not_bring_an_old_token_back(ok, sealed_trading, git, sealed_twice):
    before = (sealed_trading / "config/billing.yaml").read_text()
    old = git("show", "HEAD~3:config/billing.yaml")
    ok("secret", "rekey", "default")
    ok("config", "rollback", "billing", sealed_twice[0], "--secrets")
    after = (sealed_trading / "config/billing.yaml").read_text()
    token = next(line for line in after.splitlines() if "gm1." in line)
    assert token not in before
    assert token not in old
    ok("secret", "verify")


def test_a_rollback_of_secrets_needs_the_key_of_then(
    ok, cli, sealed_trading, sealed_twice, join, monkeypatch
):
    ok("secret", "rekey", "default")
    bob = join("bob")
    ok("secret", "grant", "bob", "write")
    monkeypatch.setenv(*bob)
    denied = cli("config", "rollback", "billing", sealed_twice[0], "--secrets")
    assert (denied.code, "read --history" in denied.err) == (4, True), denied
    ok("config", "rollback", "billing", sealed_twice[0])
    assert ok(*REVEALED) == "the-new-token-2\n"


def test_a_second_project_of_a_repository_is_pinned_by_the_hint(
    cli, ok, sealed_trading, git, tmp_path, monkeypatch
):
    """Each project of a repository has a root of its own: the hint names the right one's pin."""
    other = sealed_trading / "teams" / "the risk"
    shutil.copytree(EXAMPLE, other)
    git("add", "-A")
    git("commit", "-qm", "another project")
    ok("-C", str(other), "init")
    ok("-C", str(other), "secret", "create", "api_token", "--generate")
    git("clone", "-q", str(sealed_trading), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone" / "teams" / "the risk")
    refused = cli("secret", "get", "api_token")
    assert refused.code == 4
    command = shlex.split(refused.err.partition("then: ")[2])
    subprocess.run(command, check=True)
    ok("secret", "get", "api_token")
    assert git("config", "--get", "gmconfig.pin", cwd=tmp_path / "clone", check=False) == ""
    foreign = identity.generate().text("0" * 64)
    monkeypatch.setenv("GMCONFIG_IDENTITY", foreign)
    refused = cli("secret", "get", "api_token")
    look = shlex.split(refused.err.partition("another repository: ")[2])
    assert subprocess.check_output(look, text=True).strip() == command[-1]


def compacted(root: Path, git, *, but: tuple[str, ...]) -> None:
    """Take out of the log what lies before the last new key, and the keys before it; access events stay."""
    events = {file: json.loads(file.read_text()) for file in (root / "secrets/log").rglob("*.json")}
    for file, event in events.items():
        if "access" not in event and not any(one in str(file) for one in but):
            file.unlink()
    current = {
        one["generation"] for file, e in events.items() if file.exists() for one in e.get("generations", ())
    }
    for folder in (root / "secrets/keys/default").iterdir():
        if folder.name not in current:
            shutil.rmtree(folder)
    git("add", "-A")
    git("commit", "-qm", "compact the log")


def test_a_new_key_is_a_checkpoint_that_the_log_can_be_compacted_before(ok, cli, sealed_trading, git):
    ok("secret", "set", "db_password", "--stdin", stdin="second-value")
    ok("secret", "rekey", "default")
    (checkpoint,) = git("show", "--format=", "--name-only", "--diff-filter=A", "--", "secrets/log").split()
    before = len(list((sealed_trading / "secrets/log").rglob("*.json")))
    compacted(sealed_trading, git, but=(checkpoint,))
    assert before - len(list((sealed_trading / "secrets/log").rglob("*.json"))) == 3
    ok("secret", "verify")
    assert ok("secret", "get", "db_password") == "second-value\n"
    ok("secret", "set", "db_password", "--stdin", stdin="third-value")
    ok("secret", "verify")


def test_the_debt_of_a_revocation_is_not_compacted_away(ok, cli, sealed_trading, git, join, tmp_path):
    """The list of what former readers know stays, however old its keys are."""
    boss = identity.generate()
    (tmp_path / "boss.key").write_text(file_text(boss))
    ok("secret", "member", "add", "boss", "--age", boss.recipient, "--verify", boss.verifier)
    ok("secret", "grant", "boss", "admin", "--scope", "*")
    join("bob")
    ok("secret", "revoke", "bob", "--identity", str(tmp_path / "boss.key"))
    for _ in range(2):  # the first lists what bob knows
        ok("secret", "rekey", "default")
    assert "db_password" in cli("secret", "exposed").out
    (last,) = git("show", "--format=", "--name-only", "--diff-filter=A", "--", "secrets/log").split()
    compacted(sealed_trading, git, but=(last,))
    answer = cli("secret", "verify")
    assert (answer.code, "was removed from the log (rekey" in answer.out) == (1, True), answer


def test_who_made_a_key_may_leave(ok, cli, sealed_trading, join, tmp_path):
    """Their record counts no more, but what it replaced stays replaced."""
    join("bob")
    ok("secret", "grant", "bob", "write", "rotate")
    ok("secret", "rekey", "default", "--identity", str(tmp_path / "bob.key"))
    ok("secret", "member", "remove", "bob")
    ok("secret", "verify")
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"
    ok("secret", "set", "db_password", "--stdin", stdin="and-it-can-be-written")


def test_what_lies_before_a_reset_still_opens(ok, cli, before, isolated, tmp_path):
    """The new root says which one it replaced: history is judged by that."""
    ok("secret", "access", "reset", "-y")
    ok("secret", "access", "reset", "-y")
    assert ok(*GET, "--at", before) == "correct-horse-battery\n"
    ok("secret", "verify", "--at", "HEAD")


def test_the_list_says_who_can_read(ok, sealed_trading, join):
    join("bob")
    assert "read by bob, test" in ok("secret", "list")
