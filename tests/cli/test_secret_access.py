"""A team: members come, get rights, lose them; honest git work is settled by one signed command or none."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from gmconfig import SecretsManager
from gmconfig.errors import AccessDenied
from gmconfig.secret.keyring import identity
from gmconfig.secret.keyring.sources import file_text

HOOK = Path(__file__).resolve().parents[2] / "examples" / "hooks" / "pre-receive"


def git(*arguments: str, check: bool = True) -> str:
    done = subprocess.run(["git", *arguments], check=check, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def join(ok, tmp_path):
    """Add a member and give the file with their identity; `rights` are granted in the default scope."""

    def joined(name: str, *rights: str, history: bool = False) -> str:
        made = identity.generate()
        file = tmp_path / f"{name}.key"
        file.write_text(file_text(made))
        ok("secret", "member", "add", name, "--age", made.recipient, "--verify", made.verifier)
        if rights:
            ok("secret", "grant", name, *rights, *(["--history"] if history else []))
        return str(file)

    return joined


def test_a_member_reads_and_writes_what_was_granted(ok, cli, sealed_trading, join):
    bob = join("bob")
    denied = cli("secret", "get", "db_password", "--identity", bob)
    assert (denied.code, "gmconfig secret grant bob --scope default read" in denied.err) == (4, True), denied
    ok("secret", "grant", "bob", "read")
    assert ok("secret", "get", "db_password", "--identity", bob) == "correct-horse-battery\n"
    assert cli("secret", "set", "db_password", "--stdin", "--identity", bob, stdin="x").code == 4
    ok("secret", "grant", "bob", "write,rotate")
    ok("secret", "set", "db_password", "--stdin", "--identity", bob, stdin="by-bob-1")
    assert cli("secret", "grant", "bob", "admin", "--identity", bob).code in (2, 4)
    assert ok("secret", "get", "db_password") == "by-bob-1\n"
    ok("secret", "verify")
    members = json.loads(ok("secret", "member", "list", "-o", "json"))
    assert {m["name"]: m["rights"]["default"] for m in members}["bob"] == ["read", "write", "rotate"]


def test_an_ssh_key_and_a_passphrase_are_members(ok, sealed_trading, tmp_path, monkeypatch):
    key = tmp_path / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    ok("secret", "member", "add", "sue", "--ssh", f"{key}.pub")
    ok("secret", "grant", "sue", "read", "write")
    assert ok("secret", "get", "db_password", "--identity", str(key)) == "correct-horse-battery\n"
    ok("secret", "set", "db_password", "--stdin", "--identity", str(key), stdin="signed-by-ssh")
    monkeypatch.setenv("GMCONFIG_NEW_PASSPHRASE", "five random words or more")
    ok("secret", "member", "add", "pat", "--passphrase")
    ok("secret", "grant", "pat", "read")
    monkeypatch.setenv("GMCONFIG_PASSPHRASE", "five random words or more")
    assert ok("secret", "get", "db_password") == "signed-by-ssh\n"
    monkeypatch.delenv("GMCONFIG_PASSPHRASE")
    ok("secret", "verify")


def test_a_new_member_opens_no_earlier_key_unless_granted(ok, cli, sealed_trading, join):
    before = git("rev-parse", "HEAD")
    ok("secret", "rekey", "default")
    bob, eve = join("bob", "read"), join("eve", "read", history=True)
    assert ok("secret", "get", "db_password", "--identity", bob) == "correct-horse-battery\n"
    old = sorted(p.parent.name for p in Path("secrets/keys/default").rglob("eve.age"))
    new = sorted(p.parent.name for p in Path("secrets/keys/default").rglob("bob.age"))
    assert (len(old), len(new)) == (2, 1)
    found = ok("secret", "diff", before, "HEAD", "--identity", eve)
    assert found == "no difference\n"
    assert "cannot be compared" in ok("secret", "diff", before, "HEAD", "--identity", bob)


def test_writing_without_reading_and_what_a_reader_makes_of_it(ok, cli, sealed_trading, join):
    ci = join("ci", "write")
    ok("secret", "set", "db_password", "--stdin", "--identity", ci, stdin="from-ci-1")
    assert "gm1s.default." in Path("secrets/common.yaml").read_text()
    assert cli("secret", "get", "db_password", "--identity", ci).code == 4
    assert ok("secret", "get", "db_password") == "from-ci-1\n"
    ok("secret", "verify")
    assert "gm1s." in Path("secrets/common.yaml").read_text()
    ok("secret", "set", "db_password", "--stdin", stdin="from-ci-1")
    assert "gm1s." not in Path("secrets/common.yaml").read_text()
    ok("secret", "verify")


def test_a_revoked_member_with_an_old_clone_reads_nothing_new(ok, cli, sealed_trading, join, tmp_path):
    bob = join("bob", "read", "write")
    ok("secret", "set", "jwt_secret", "--stdin", stdin="second-value-bob-saw")
    old = tmp_path / "old-clone"
    shutil.copytree(".", old)
    out = ok("secret", "revoke", "bob", "-m", "left the company")
    assert "bob had 1 scope (default); it has new keys, 2 values sealed again." in out
    assert re.search(r"common  db_password  since \d{4}-\d\d-\d\d", out)
    ok("secret", "set", "db_password", "--stdin", stdin="after-bob")
    # With every key that bob's clone holds, nothing of today's files opens.
    keys = {p.parent.name for p in (old / "secrets/keys").rglob("bob.age")}
    today = set(re.findall(r"gm1s?\.default\.(\w+)\.", Path("secrets/common.yaml").read_text()))
    assert not keys & today
    assert cli("secret", "get", "db_password", "--identity", bob).code == 4
    assert not list(Path("secrets/keys").rglob("bob.age"))
    assert SecretsManager(root=old, identity=bob).get_secret("jwt_secret") == "second-value-bob-saw"
    ok("secret", "verify")


@pytest.mark.parametrize("leaves", [("revoke",), ("member", "remove")], ids=" ".join)
def test_what_a_leaver_wrote_last_needs_nobody_to_accept_it(ok, sealed_trading, join, leaves):
    """Their events count no more, but what they replaced stays replaced."""
    bob = join("bob", "read", "write")
    ok("secret", "set", "db_password", "--stdin", "--identity", bob, stdin="written-by-bob")
    ok("secret", *leaves, "bob")
    ok("secret", "verify")
    assert ok("secret", "get", "db_password") == "written-by-bob\n"


def test_nothing_piped_in_is_no_secret(cli, sealed_trading):
    """A variable that was never set would otherwise become an empty password."""
    answer = cli("secret", "set", "db_password", "--stdin", stdin="")
    assert (answer.code, "nothing came in" in answer.err) == (2, True), answer
    answer = cli("secret", "create", "bytes", "--stdin", stdin=b"\xff\xfe")
    assert (answer.code, "is not UTF-8 text" in answer.err) == (2, True), answer


def test_the_exposure_list_is_exact(ok, cli, sealed_trading, join):
    ok("secret", "create", "card_key", "--stdin", stdin="card-1234567")
    ok("secret", "create", "never_seen", "-e", "production", "--stdin", stdin="x-1234567")
    ok("secret", "delete", "never_seen", "-e", "production", "-y")
    ok("config", "set", "billing", "api.token", "-", "--secret", "--create", stdin="tok-1234567")
    join("bob", "read")
    ok("secret", "rotate", "jwt_secret")  # bob saw the old one and the new one: the new one counts
    answer = json.loads(ok("secret", "revoke", "bob", "-o", "json"))
    names = {(one["environment"], one["name"]) for one in answer["exposed"]}
    assert names == {("common", n) for n in ("db_password", "jwt_secret", "card_key")} | {
        ("base", "billing: api.token")
    }
    ok("secret", "create", "later", "--stdin", stdin="bob-never-saw")
    assert answer["rekeyed"] == ["default"]

    def left() -> set[str]:
        answer = cli("secret", "exposed", "-o", "json")
        assert answer.code == (1 if "name" in answer.out else 0), answer
        return {one["name"] for one in json.loads(answer.out)}

    assert left() == {"db_password", "jwt_secret", "card_key", "billing: api.token"}
    ok("secret", "rekey", "--all")
    ok("secret", "move", "card_key", "payment_key")
    assert left() == {"db_password", "jwt_secret", "payment_key", "billing: api.token"}
    ok("secret", "delete", "payment_key", "-y")
    ok("secret", "set", "jwt_secret", "--stdin", stdin=ok("secret", "get", "jwt_secret").strip())
    assert "jwt_secret" in left()  # the same value again is not a rotation
    ok("secret", "rotate", "jwt_secret")
    ok("secret", "set", "db_password", "--stdin", stdin="changed-at-its-source")
    ok("config", "set", "billing", "api.token", "-", "--secret", stdin="tok-7654321")
    assert left() == set()
    ok("secret", "verify")


def test_only_what_is_taken_is_taken(ok, cli, sealed_trading, join):
    bob = join("bob", "read", "write")
    out = json.loads(ok("secret", "revoke", "bob", "write", "--scope", "default", "-o", "json"))
    assert (out["rekeyed"], out["exposed"]) == (["default"], [])
    assert ok("secret", "get", "db_password", "--identity", bob) == "correct-horse-battery\n"
    assert cli("secret", "set", "db_password", "--stdin", "--identity", bob, stdin="x").code == 4


def test_an_admin_who_cannot_read_leaves_it_to_a_reader(ok, cli, sealed_trading, join):
    boss = join("boss")
    ok("secret", "grant", "boss", "admin", "--scope", "*")
    join("bob", "read")
    out = ok("secret", "revoke", "bob", "--identity", boss)
    assert "re-key due" in out
    assert cli("secret", "exposed").code == 1
    answer = cli("secret", "verify")
    assert (answer.code, "is due for new keys: bob may not read there any more" in answer.out) == (1, True)
    ok("secret", "rekey", "default")
    ok("secret", "verify")
    assert "db_password" in cli("secret", "exposed").out
    told = ok("secret", "audit", "db_password").splitlines()[-2:]
    assert told[0].startswith("common: read by ") and "bob" not in told[0]
    assert told[1].startswith("common: seen by bob, who lost access on 20")
    ok(*told[1].partition(": gmconfig ")[2].split())
    assert "seen by bob" not in ok("secret", "audit", "db_password")


def test_a_role_and_the_last_admin(ok, cli, sealed_trading, join):
    answer = cli("secret", "revoke", "test")
    assert answer.code == 4
    assert "no admin would be left" in answer.err


def branch(name: str) -> None:
    git("checkout", "-q", "-b", name)


def test_two_branches_that_both_changed_access(ok, cli, sealed_trading, join):
    carol = join("carol", "read")
    branch("feature")
    join("dave", "read")
    git("checkout", "-q", "main")
    ok("secret", "revoke", "carol")
    git("merge", "-q", "feature", check=False)
    if git("ls-files", "-u"):
        resolve()
    answer = cli("secret", "verify")
    assert answer.code == 1
    assert "dave may not" not in answer.out, (
        "it waits for the signature: what it says of dave may come with it"
    )
    assert cli("secret", "create", "x", "--stdin", stdin="x-1234567").code == 4
    ok("secret", "access", "sign", "-y")
    ok("secret", "verify")
    dave = str(Path(carol).with_name("dave.key"))
    assert ok("secret", "get", "db_password", "--identity", dave) == "correct-horse-battery\n"
    assert cli("secret", "get", "db_password", "--identity", carol).code == 4


def resolve() -> None:
    """Merge access.yaml as a person would: dave has come, carol's grant is gone."""
    for file in set(git("diff", "--name-only", "--diff-filter=U").split()):
        ours, theirs = (yaml.safe_load(git("show", f":{stage}:access.yaml")) for stage in (2, 3))
        ours["members"] |= theirs["members"]
        ours["grants"] += [grant for grant in theirs["grants"] if grant["to"] == ["dave"]]
        Path(file).write_text(yaml.safe_dump(ours))
    git("add", "-A")
    git("commit", "-qm", "merge")


def test_two_branches_that_both_rekeyed(ok, cli, sealed_trading):
    branch("feature")
    ok("secret", "rekey", "default")
    git("checkout", "-q", "main")
    ok("secret", "rekey", "default")
    git("merge", "-q", "feature", check=False)
    git("checkout", "--ours", "secrets/common.yaml")
    git("add", "-A")
    git("commit", "-qm", "merge")
    answer = cli("secret", "verify")
    assert (answer.code, "was re-keyed on several branches" in answer.out) == (1, True), answer
    ok("secret", "rekey", "default")
    ok("secret", "verify")
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"


def test_what_a_branch_sealed_under_a_key_or_for_a_scope_of_before_is_not_opened(
    ok, cli, sealed_trading, join
):
    bob = join("bob", "read", "write")
    branch("feature")
    for name in ("late", "card"):
        ok("secret", "create", name, "-e", "staging", "--stdin", "--identity", bob, stdin=f"{name}-by-bob")
    git("checkout", "-q", "main")
    policy = yaml.safe_load(Path("access.yaml").read_text())
    policy["scopes"]["payments"] = [{"secrets": ["card"]}]
    Path("access.yaml").write_text(yaml.safe_dump(policy))
    ok("secret", "access", "sign", "-y")
    git("merge", "-q", "--no-edit", "feature")
    assert ok("secret", "get", "late", "-e", "staging") == "late-by-bob\n"
    moved = cli("secret", "get", "card", "-e", "staging")
    assert (moved.code, 'in scope "payments", where bob may not write' in moved.err) == (4, True), moved
    git("reset", "-q", "--hard", "HEAD^")
    ok("secret", "rekey", "default")
    git("merge", "-q", "--no-edit", "feature")
    retired = cli("secret", "get", "late", "-e", "staging")
    assert (retired.code, "that was replaced since" in retired.err) == (4, True), retired


def test_a_revert_a_cherry_pick_a_squash_a_rebase(ok, cli, sealed_trading):
    ok("secret", "set", "db_password", "--stdin", stdin="second-value")
    git("revert", "--no-edit", "HEAD")
    assert "was removed from the log" in cli("secret", "verify").out
    ok("secret", "accept", "-y")
    ok("secret", "verify")
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"

    branch("feature")
    ok("secret", "create", "one", "-e", "staging", "--stdin", stdin="one-1234567")
    ok("secret", "create", "two", "-e", "testing", "--stdin", stdin="two-1234567")
    git("checkout", "-q", "main")
    git("cherry-pick", "feature")
    ok("secret", "verify")
    assert ok("secret", "get", "two", "-e", "testing") == "two-1234567\n"
    git("merge", "-q", "--squash", "feature")
    git("commit", "-qm", "squashed")
    ok("secret", "verify")

    branch("later")
    ok("secret", "set", "one", "-e", "staging", "--stdin", stdin="one-changed")
    git("checkout", "-q", "main")
    ok("config", "set", "billing", "invoice.prefix", "R", "--create")
    git("checkout", "-q", "later")
    git("rebase", "-q", "main")
    ok("secret", "verify")
    assert ok("secret", "get", "one", "-e", "staging") == "one-changed\n"


def test_a_fork_begins_a_new_root(ok, cli, sealed_trading, tmp_path, monkeypatch, isolated):
    git("clone", "-q", ".", str(tmp_path / "fork"))
    monkeypatch.chdir(tmp_path / "fork")
    shutil.rmtree(isolated / ".config")
    ok("secret", "keygen")
    assert cli("secret", "verify").code == 4
    out = ok("secret", "access", "reset", "-y")
    assert "new root" in out
    assert cli("secret", "get", "db_password").code == 4
    for name in ("db_password", "jwt_secret"):
        ok("secret", "set", name, "--stdin", stdin="the-forks-own")
    ok("secret", "verify")


def test_a_reset_killed_before_it_was_pinned_counts_all_the_same(ok, cli, sealed_trading, git):
    old = git("config", "gmconfig.pin")
    ok("secret", "access", "reset", "-y")
    new = git("config", "gmconfig.pin")
    [event] = [one for one in git("ls-files", "secrets/log").splitlines() if new[:32] in one]
    git("config", "gmconfig.pin", old)
    assert cli("secret", "verify").code
    git("config", "gmconfig.awaited", f"{old}:{new}:{event}")
    ok("secret", "verify")
    git("config", "gmconfig.awaited", f"{old}:{new}:{event}-that-never-came")
    assert cli("secret", "verify").code


def test_a_reset_by_an_admin_keeps_every_value(ok, cli, sealed_trading):
    ok("secret", "access", "reset", "-y")
    ok("secret", "verify")
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"


def test_audit_tells_writes_and_reads(ok, sealed_trading):
    ok("secret", "get", "jwt_secret")
    ok("secret", "rotate", "jwt_secret", "-m", "leaked in a log")
    entries = json.loads(ok("secret", "audit", "jwt_secret", "-o", "json"))
    assert sorted(one["operation"] for one in entries) == ["create", "get", "rotate"]
    assert {one["actor"] for one in entries} == {"test"}
    assert "leaked in a log" in [one["reason"] for one in entries]
    days = sorted(one["time"][:10] for one in entries)
    assert json.loads(ok("secret", "audit", "jwt_secret", "-o", "json", "--since", days[0])) == entries
    assert json.loads(ok("secret", "audit", "-o", "json", "--until", "2001-01-01")) == []


def test_diff_says_whether_and_never_what(ok, cli, sealed_trading):
    ok("secret", "create", "a", "-e", "production", "--stdin", stdin="value-one")
    ok("secret", "create", "a", "-e", "development", "--stdin", stdin="value-two")
    answer = cli("secret", "diff", "development", "production", "--exit-code")
    assert (answer.code, "value" in answer.out) == (1, False)
    assert "~ a" in answer.out
    assert ok("secret", "diff", "production", "production") == "no difference\n"


def test_the_library_sets_who_may_use_one_secret(sealed_trading, join, ok):
    bob = join("bob", "read")
    manager = SecretsManager()
    assert manager.get_secret("db_password", user="any label") == "correct-horse-battery"
    change = manager.set_access_policy("db_password", ["trading-app", "test"])
    assert "+ member trading-app (no keys: enforced by this process only)" in change.words
    assert [(one.member, one.name) for one in change.exposed] == [("bob", "db_password")]
    assert manager.get_secret("db_password", user="trading-app") == "correct-horse-battery"
    with pytest.raises(AccessDenied, match='user "stranger" may not read'):
        manager.get_secret("db_password", user="stranger")
    with pytest.raises(AccessDenied, match="may not rotate"):
        manager.rotate_secret("db_password", "new-value", user="trading-app")
    with pytest.raises(AccessDenied):
        SecretsManager(identity=bob).get_secret("db_password")
    assert SecretsManager(identity=bob).get_secret("jwt_secret")
    manager.set_access_policy("db_password", {"trading-app": ["read", "rotate"], "bob": "read"})
    manager.rotate_secret("db_password", "new-value", user="trading-app")
    assert SecretsManager(identity=bob).get_secret("db_password") == "new-value"
    assert "db_password" not in {one.name for one in manager.list_secrets(user="stranger")}
    assert ok("secret", "verify")


@pytest.mark.parametrize("delay", [0.15, 0.3, 0.45, 0.6])
def test_killed_while_rekeying_everything_opens(ok, sealed_trading, delay):
    for name in ("a", "b", "c"):
        ok("secret", "create", name, "--stdin", stdin=f"value-of-{name}")
    process = subprocess.Popen(
        [sys.executable, "-m", "gmconfig", "secret", "rekey", "--all"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for name in ("a", "b", "c"):
        assert ok("secret", "get", name) == f"value-of-{name}\n"
    ok("secret", "verify")


def test_a_server_refuses_pushes_without_any_key(ok, sealed_trading, tmp_path, monkeypatch):
    server = tmp_path / "server.git"
    git("init", "-q", "--bare", str(server))
    shutil.copy(HOOK, server / "hooks" / "pre-receive")
    git("-C", str(server), "config", "gmconfig.pin", git("config", "gmconfig.pin"))
    scripts = tmp_path / "bin"
    scripts.mkdir()
    program = scripts / "gmconfig"
    program.write_text(f'#!/bin/sh\nexec env HOME=/dev/null {sys.executable} -m gmconfig "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{scripts}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(HOOK.parents[2]))
    git("remote", "add", "origin", str(server))

    def push(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(["git", "push", *arguments], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    code, said = push("origin", "main")
    assert (code, "verified: 2 sealed values" in said) == (0, True), said
    ok("secret", "rotate", "jwt_secret")
    good = git("rev-parse", "HEAD")
    assert push("origin", "main")[0] == 0
    git("reset", "-q", "--hard", "HEAD~1")
    code, said = push("-f", "origin", "main")
    assert (code, "was removed from the log" in said) == (1, True), said
    git("reset", "-q", "--hard", good)
    file = Path("secrets/common.yaml")
    file.write_text(file.read_text().replace("jwt_secret:", "renamed:"))
    git("commit", "-qam", "harmless")
    for target in ("main", "main:new-branch"):
        code, said = push("origin", target)
        assert (code, "belongs to secret jwt_secret in common" in said) == (1, True), said
    git("rm", "-q", "gmconfig.yaml")
    git("commit", "-qam", "nothing to check here")
    assert push("origin", "main")[0] == 1


def test_the_examples_of_every_help_work_in_the_demo(sealed_trading, cli, monkeypatch):
    """In the order in which somebody reads them: a member comes, gets rights, loses them, is gone."""
    import shlex

    from gmconfig.cli.secret import access, members, verify

    functions = [
        members.add, members.list_, members.grant, members.revoke, members.remove, members.rekey, access.show,
        access.sign, access.accept, verify.verify, verify.audit, verify.diff, verify.move, access.reset,
    ]  # fmt: skip
    assert cli("secret", "create", "api_token", "--generate").code == 0
    for function in functions:
        text = re.sub(r"\\\n\s*", " ", function.__doc__ or "")  # as a shell joins folded lines
        examples = [line.strip() for line in text.splitlines() if "gmconfig secret " in line]
        commands = [one for one in examples if re.match(r"(GMCONFIG_\w+=\S.* )?gmconfig secret \S", one)]
        assert len(commands) == 2, function.__doc__
        for command in commands:
            words = shlex.split(command)
            if "=" in words[0]:
                monkeypatch.setenv(*words.pop(0).split("=", 1))
            answer = cli(*words[1:])
            assert answer.code == 0, (command, answer)


def test_a_clone_asks_a_person_once_whom_it_trusts(sealed_trading, tmp_path, monkeypatch, cli):
    git("clone", "-q", ".", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    assert cli("secret", "get", "db_password").code == 4
    monkeypatch.setattr("gmconfig.cli.terminal.interactive", lambda: True)
    denied = cli("secret", "get", "db_password", stdin="n\n")
    assert (denied.code, "admins test" in denied.err) == (4, True), denied
    assert cli("secret", "get", "db_password", stdin="y\n").out == "correct-horse-battery\n"
    assert cli("secret", "get", "db_password").out == "correct-horse-battery\n"
