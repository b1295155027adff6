"""Rotation: at the source first, then sealed; whatever ends it in between, nothing is lost."""

import hashlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gmconfig import SecretsManager
from gmconfig.storage.git import Repository
from gmconfig.storage.journal import Journal
from tests.waiting import until

HOOK = """#!/bin/sh
cat > ../source
printf %s "$GMCONFIG_SECRET" > ../hook-name
cat "$GMCONFIG_OLD_FILE" > ../hook-old
cmp -s "$GMCONFIG_NEW_FILE" ../source || exit 9
env > ../hook-environment
tr '\\0' ' ' < /proc/$$/cmdline > ../hook-arguments
"""


@pytest.fixture
def hooked(sealed_trading, git):
    """The trading example with a signed hook for db_password; gives what writes another hook."""

    def write(script=HOOK, **fields):
        file = sealed_trading / "ops/rotate-db"
        file.parent.mkdir(exist_ok=True)
        file.write_text(script)
        file.chmod(0o755)
        digest = hashlib.sha256(script.encode()).hexdigest()
        entry = {"secrets": ["db_password"], "run": ["ops/rotate-db"], "files": {"ops/rotate-db": digest}}
        sign({"rotation": [{**entry, **fields}]}, sealed_trading)
        git("add", "-A"), git("commit", "-qm", "a hook")

    write()
    return write


def sign(sections, root):
    """Change the policy and sign it, as an admin does."""
    from datetime import UTC, datetime

    from gmconfig.secret.log import event
    from gmconfig.storage.yaml import dump, load

    workspace = SecretsManager(root=root).workspace
    vault = workspace.vault(workspace.project.worktree())
    tree = {**load((root / "access.yaml").read_bytes()), **sections}
    content = {
        "operation": "access", "actor": vault.member, "time": event.timestamp(datetime.now(UTC)),
        "reason": "", "root": vault.trust.root, "policy": vault.trust.policies[0].digest,
        "access": tree, "parents": [head.id for head in vault.trust.heads],
    }  # fmt: skip
    name, raw = event.write(content, vault.held.identity)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(raw)
    (root / "access.yaml").write_bytes(dump(tree))


def source(root):
    return (root.parent / "source").read_text()


def test_the_source_is_changed_first_and_then_it_is_sealed(hooked, ok, sealed_trading, git):
    ok("secret", "rotate", "db_password")
    value = ok("secret", "get", "db_password").strip()
    assert value == source(sealed_trading) != "correct-horse-battery"
    assert (sealed_trading.parent / "hook-old").read_text() == "correct-horse-battery"
    assert (sealed_trading.parent / "hook-name").read_text() == "db_password"
    for leak in ("hook-environment", "hook-arguments"):
        assert value not in (sealed_trading.parent / leak).read_text()
    assert git("status", "--porcelain") == ""
    assert not list((sealed_trading / ".git/gmconfig-pending").glob("*"))


def test_an_identity_of_the_environment_does_not_reach_the_hook(hooked, ok, sealed_trading, monkeypatch):
    monkeypatch.setenv("GMCONFIG_IDENTITY", ok("secret", "keygen", "--ci").strip())
    monkeypatch.setenv("GMCONFIG_NEW_PASSPHRASE", "five words for a new key")
    ok("secret", "rotate", "db_password")
    given = (sealed_trading.parent / "hook-environment").read_text()
    assert "GMCONFIG_IDENTITY" not in given
    assert "GMCONFIG_NEW_PASSPHRASE" not in given


def test_a_given_value_goes_to_the_source_too(hooked, ok, sealed_trading):
    ok("secret", "rotate", "db_password", "--stdin", stdin="a given value")
    assert source(sealed_trading) == "a given value" == ok("secret", "get", "db_password").rstrip("\n")


def test_a_dry_run_runs_no_hook(hooked, ok, sealed_trading):
    assert "dry run" in ok("secret", "rotate", "db_password", "--dry-run")
    assert not (sealed_trading.parent / "source").exists()


def test_a_hook_that_fails_seals_nothing_and_its_value_is_tried_again(hooked, ok, cli, sealed_trading):
    hooked('#!/bin/sh\ncat > ../tried\necho "could not set $(cat ../tried)" >&2\nexit 3\n')
    answer = cli("secret", "rotate", "db_password")
    tried = (sealed_trading.parent / "tried").read_text()
    assert answer.code == 3
    assert "ended with exit code 3: could not set ***" in answer.err
    assert tried not in answer.err
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"
    hooked()
    answer = cli("secret", "rotate", "db_password")
    assert answer.code == 0 and "finishes" in answer.err  # it said what was left from before
    assert source(sealed_trading) == tried == ok("secret", "get", "db_password").strip()
    assert cli("secret", "list").err == ""


def test_a_commit_that_fails_after_the_hook_loses_nothing(hooked, ok, cli, sealed_trading):
    refusing = sealed_trading / ".git/hooks/pre-commit"
    refusing.parent.mkdir(exist_ok=True)
    refusing.write_text("#!/bin/sh\nexit 1\n")
    refusing.chmod(0o755)
    answer = cli("secret", "rotate", "db_password")
    assert answer.code in (3, 4)
    assert "the source has the new value already" in answer.err
    value = source(sealed_trading)
    listed = cli("secret", "list")
    assert "gmconfig secret rotate db_password finishes" in listed.err
    [left] = SecretsManager().unfinished_rotations()
    assert (left.name, left.environment, left.changed) == ("db_password", "common", True)
    for file in (sealed_trading / ".git/gmconfig-pending").iterdir():
        assert value.encode() not in file.read_bytes()
        assert file.stat().st_mode & 0o777 == 0o600
    refusing.unlink()
    (sealed_trading.parent / "source").unlink()
    ok("secret", "rotate", "db_password")
    assert not (sealed_trading.parent / "source").exists()  # the hook had done its work
    assert ok("secret", "get", "db_password").strip() == value


@pytest.mark.parametrize("verb", [("validate",), ("validate", "--staged"), ("doctor",)], ids=" ".join)
def test_what_looks_at_the_state_of_things_tells_of_it_each_time(hooked, ok, cli, verb):
    ok("validate")
    hooked("#!/bin/sh\nexit 3\n")
    assert "db_password" not in str(cli(*verb))
    assert cli("secret", "rotate", "db_password").code == 3
    for _ in range(3):  # the second and third time validate answers from its cache
        answer = cli(*verb)
        assert "the new value of db_password in common may be set at its source" in answer.out + answer.err
        assert "gmconfig secret rotate db_password" in answer.out + answer.err
    ok("secret", "rotate", "db_password", "--discard", "-y")
    assert "db_password" not in str(cli(*verb))


def test_another_value_waits_until_the_first_is_settled(hooked, ok, cli):
    hooked("#!/bin/sh\nexit 1\n")
    cli("secret", "rotate", "db_password")
    answer = cli("secret", "rotate", "db_password", "--stdin", stdin="other")
    assert answer.code == 4 and "--discard" in answer.err
    ok("secret", "rotate", "db_password", "--discard", "-y")
    assert cli("secret", "list").err == ""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_while_the_hook_runs_everything_opens_afterwards(hooked, ok, sealed_trading, moment):
    done = "cat > ../source\n" if moment == "after" else ""
    hooked(
        f"#!/bin/sh\n{done}touch ../started\nfor n in $(seq 600); do test -e ../ended && exit; sleep 0.1; done\n"
    )
    process = subprocess.Popen([sys.executable, "-m", "gmconfig", "secret", "rotate", "db_password"])
    until((sealed_trading.parent / "started").exists)
    process.kill(), process.wait()
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"
    (sealed_trading.parent / "ended").touch()
    before = source(sealed_trading) if moment == "after" else None
    hooked()
    ok("secret", "rotate", "db_password")
    assert before in (None, source(sealed_trading))
    assert ok("secret", "get", "db_password").strip() == source(sealed_trading)


@pytest.mark.parametrize("waits", ["wait", "exit"])
def test_a_hook_that_takes_too_long_is_ended_with_all_that_it_started(hooked, cli, sealed_trading, waits):
    """One that has left its answer to a program that it started has not ended, although its shell has."""
    hooked(f"#!/bin/sh\nsleep 600 &\necho $! > ../started\n{waits}\n", timeout=1)
    started = time.monotonic()
    answer = cli("secret", "rotate", "db_password")
    assert answer.code == 3 and "longer than 1 seconds and was ended" in answer.err
    assert time.monotonic() - started < 300
    until(lambda: not is_alive(int((sealed_trading.parent / "started").read_text())))


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_source_that_makes_its_own_values(hooked, ok):
    hooked("#!/bin/sh\necho issued-by-the-source\n", issues=True)
    ok("secret", "rotate", "db_password")
    assert ok("secret", "get", "db_password") == "issued-by-the-source\n"


def test_a_hook_changed_after_it_was_signed_is_not_run(hooked, cli, sealed_trading):
    (sealed_trading / "ops/rotate-db").write_text(HOOK + "curl evil.example\n")
    answer = cli("secret", "rotate", "db_password")
    assert answer.code == 4
    assert 'file "ops/rotate-db" is changed since it was signed' in answer.err
    assert not (sealed_trading.parent / "source").exists()


def test_a_hook_that_nobody_signed_is_not_run(sealed_trading, cli, ok):
    with (sealed_trading / "access.yaml").open("a") as policy:
        policy.write("rotation:\n  - {secrets: [db_password], run: [touch, ../ran]}\n")
    answer = cli("secret", "rotate", "db_password")
    assert answer.code == 4 and "gmconfig secret access sign" in answer.err
    assert not (sealed_trading.parent / "ran").exists()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{secrets: [x]}", 'a rotation has a command: "run"'),
        ("{secrets: [x], run: []}", "it is empty"),
        ('{secrets: [x], run: "a \'b"}', "no closing quotation"),
        ("{secrets: [x], run: a, timeout: 0}", "1 to 3600 seconds"),
        ("{secrets: [x], run: a, issues: perhaps}", "expected true or false"),
        ("{secretz: [x], run: a}", '"secretz" does not select anything'),
    ],
)
def test_a_malformed_hook_is_refused_with_its_place(sealed_trading, cli, entry, said):
    with (sealed_trading / "access.yaml").open("a") as policy:
        policy.write(f"rotation:\n  - {entry}\n")
    answer = cli("secret", "rotate", "db_password")
    assert answer.code == 3
    assert said in answer.err and "access.yaml:" in answer.err


def test_due_all_and_by_hand(sealed_trading, ok, cli, git):
    secrets = SecretsManager()
    secrets.create_secret("old_key", "v", "api_key", expires="2020-01-31")
    secrets.create_secret("old_certificate", "c", "certificate", expires="2020-01-31")
    secrets.create_secret("young", "v", "token", rotate_every="90d")
    planned = json.loads(cli("secret", "rotate", "--due", "--dry-run", "-o", "json").out)
    assert [(one["name"], one["by"]) for one in planned] == [
        ("old_key", "generated"),
        ("old_certificate", "by hand"),
    ]
    assert cli("secret", "rotate", "--due").code == 4  # nobody is there to say yes
    answer = cli("secret", "rotate", "--due", "-y")
    assert answer.code == 1
    assert re.search(r"old_key +generated +rotated \[", answer.out)
    assert "gmconfig secret rotate old_certificate --stdin" in answer.out
    assert len(ok("secret", "get", "old_key").strip()) == 40
    assert ok("secret", "get", "young") == "v\n"
    ok("secret", "rotate", "old_certificate", "--stdin", "--expires", "2099-01-31", stdin="new")
    assert ok("secret", "rotate", "--due") == "nothing is due\n"
    assert json.loads(ok("secret", "list", "-o", "json"))
    before, noted = git("rev-parse", "HEAD"), ("rev-list", "--count", "--glob=refs/gmconfig/journal")
    earlier = int(git(*noted))
    answer = cli("secret", "rotate", "--all", "-y", "-o", "json")
    assert int(git(*noted)) == earlier + 1  # of a thousand secrets too
    done = {one["name"]: one for one in json.loads(answer.out)}
    assert done["young"]["done"] and done["db_password"]["done"] and not done["old_certificate"]["done"]
    assert git("rev-list", "--count", f"{before}..HEAD") == "1"  # one commit, one event for all of them
    assert ok("secret", "get", "young") != "v\n"


def test_one_hook_that_fails_keeps_none_of_the_others_back(hooked, cli, ok):
    hooked("#!/bin/sh\nexit 5\n")
    answer = cli("secret", "rotate", "--all", "-y", "-o", "json")
    done = {one["name"]: one for one in json.loads(answer.out)}
    assert answer.code == 3
    assert done["jwt_secret"]["done"] and "exit code 5" in done["db_password"]["problem"]
    assert "error: not rotated: db_password\ngmconfig: hint: " in answer.err
    assert answer.err.endswith(": gmconfig secret rotate db_password\n")


def test_the_journal_knows_of_rotations(hooked, ok, sealed_trading):
    ok("secret", "rotate", "db_password")
    ok("secret", "rotate", "jwt_secret")
    events = Journal(Repository.discover(str(sealed_trading))).read()
    assert [(e["kind"], e["secret"], e["by"]) for e in events] == [
        ("secret-rotated", "db_password", "hook"),
        ("secret-rotated", "jwt_secret", "generated"),
    ]
    assert all(re.fullmatch("[0-9a-f]{40}", e["commit"]) for e in events)


def test_lengths(sealed_trading, ok, cli):
    ok("secret", "create", "pin", "--generate", "--length", "64")
    assert len(ok("secret", "get", "pin").strip()) == 64
    ok("secret", "rotate", "pin")
    assert len(ok("secret", "get", "pin").strip()) == 64
    assert cli("secret", "create", "weak", "--generate", "--length", "4").code == 2


@pytest.mark.parametrize(
    "arguments", [(), ("db_password", "--due"), ("--all", "--stdin"), ("db_password", "--discard", "--stdin")]
)
def test_what_does_not_go_together(sealed_trading, cli, arguments):
    assert cli("secret", "rotate", *arguments).code == 2
