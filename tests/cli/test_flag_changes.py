"""Changing flags from the command line: who moves, what is stale, and the kill switch that reaches a remote."""

import json
import shlex

import pytest

FLAG = "fast_fills"


@pytest.fixture
def flags(trading, ok):
    ok("flag", "create", FLAG, "--owner", "desk", "--percentage", "25", "--for", "alice")
    return trading


@pytest.fixture
def remote(flags, git, tmp_path):
    """A bare remote that has the branch."""
    git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    git("remote", "add", "origin", str(tmp_path / "remote.git"))
    git("push", "-q", "origin", "main")
    return tmp_path / "remote.git"


def test_a_change_says_whom_it_moves(flags, ok):
    told = ok("flag", "rollout", FLAG, "50", "-e", "staging").splitlines()
    assert told[0].startswith("flags/flags.yaml:") and told[-1].startswith("[main ")
    assert told[1].startswith("staging  2,") and told[1].endswith(
        "of 10,000 users move disabled → enabled, 0 enabled → disabled"
    )
    promoted = ok("flag", "promote", FLAG, "staging", "production", "--dry-run").splitlines()
    assert promoted[1].startswith("production  2,") and promoted[2].startswith("(dry run")
    diff = ok("flag", "diff", "staging", "production", FLAG, "--sample", "1000")
    assert diff.startswith("fast_fills  rollout 50 % → 25 %  2") and "of 1,000 users move" in diff
    assert ok("flag", "diff", "HEAD", "production", FLAG) == "no difference\n"


def test_dealing_anew_asks_back(flags, cli, ok, git):
    head = git("rev-parse", "HEAD")
    for words in (("set", FLAG, "rollout.salt", "x"), ("bucketing", "flagd-v2")):
        refused = cli("flag", *words)
        assert refused.code == 4 and "of 10,000 users would get another variant" in refused.err
        assert "hint: --rebucket" in refused.err
        assert "(dry run" in ok("flag", *words, "--rebucket", "--dry-run")
    assert git("rev-parse", "HEAD") == head
    assert cli("flag", "bucketing", "flagd-v9").code == 2
    assert "fast_fills" in ok("flag", "rename", FLAG, "slow_fills")
    assert "salt: fast_fills" in ok("flag", "show", "slow_fills")


def test_flags_of_flagd_are_switched_and_rolled_out_as_they_are_written(trading, cli, ok, git):
    """A team that came from flagd: an imported flag that is off goes on again, and a split by hand has a way out."""
    both = '{"on": true, "off": false}'
    split = '{fractional: [["on", 5], ["off", 95]]}'
    (trading / "flags/old.yaml").write_text(
        f'flags:\n  dark: {{flagd: {{state: DISABLED, variants: {both}, defaultVariant: "on"}}}}\n'
        f'  split: {{type: boolean, variants: {both}, default: "off", targeting: {split}}}\n'
    )
    git("add", "flags")
    git("commit", "-qm", "from flagd")
    assert ["dark", "disabled"] in [line.split() for line in ok("flag", "list").splitlines()]
    ok("flag", "enable", "dark", "-e", "staging")
    assert ok("flag", "eval", "dark", "--user", "a", "-e", "staging").startswith("true")
    assert ok("flag", "eval", "dark", "--user", "a", "-e", "production").startswith("null")
    ok("flag", "disable", "dark")
    ok("flag", "enable", "dark")
    assert ok("flag", "eval", "dark", "--user", "a", "-e", "production").startswith("true")
    refused = cli("flag", "set", "dark", "users", "[alice]")
    assert refused.code == 1 and '"users" and "flagd" exclude each other' in refused.err
    refused = cli("flag", "rollout", "split", "50")
    command = shlex.split(
        refused.err.partition("change that instead: gmconfig ")[2]
        .replace(", 5]", ", 50]")
        .replace("95", "50")
    )
    assert refused.code == 4 and "users move off → on" in ok(*command)


def test_the_bucketing_of_flags_to_come(trading, ok, git):
    git("rm", "-qr", "flags")
    git("commit", "-qm", "none yet")
    ok("flag", "bucketing", "flagd-v2")
    ok("flag", "create", "a")
    assert (trading / "flags/flags.yaml").read_text().startswith("bucketing: flagd-v2\nflags:\n  a:\n")


def test_the_kill_switch_is_pushed(flags, remote, ok, git):
    git("commit", "-q", "--allow-empty", "-m", "something else")
    out = ok("flag", "disable", FLAG, "-e", "production", "--push", "-m", "errors")
    assert out.endswith("pushed to main at origin, with 1 earlier commit of this branch\n")
    assert git("rev-parse", "main", cwd=remote) == git("rev-parse", "HEAD")
    assert ok("flag", "disable", FLAG, "-e", "production", "--push") == (
        "nothing to change\nmain at origin has it already\n"
    )
    answer = json.loads(ok("flag", "enable", FLAG, "-e", "production", "--push", "-o", "json"))
    assert answer["pushed"]["ok"] and answer["pushed"]["commits"] == 1
    assert answer["pushed"]["commit"] == answer["commit"]
    dry = json.loads(ok("flag", "disable", FLAG, "--push", "--dry-run", "-o", "json"))
    assert dry["pushed"] is None and git("rev-parse", "main", cwd=remote) == git("rev-parse", "HEAD")


def test_a_protected_branch_says_that_it_is_not_live(flags, remote, cli, git):
    hook = remote / "hooks/update"
    hook.write_text('#!/bin/sh\n[ "$1" = refs/heads/main ] && echo "main is protected" && exit 1\nexit 0\n')
    hook.chmod(0o755)

    refused = cli("flag", "disable", FLAG, "-e", "production", "--push")

    assert refused.code == 4
    assert "not live yet: " in refused.err and "main is protected" in refused.err
    assert git("log", "-1", "--format=%s").startswith("flag fast_fills: state disabled")
    command = refused.err.split("hint: ")[1].split(", and merge")[0]
    git(*command.split()[1:])
    assert git("rev-parse", command.split("refs/heads/")[1], cwd=remote) == git("rev-parse", "HEAD")


def test_a_remote_that_moved_or_is_gone_says_so(flags, remote, cli, git, tmp_path):
    git("clone", "-q", str(remote), str(tmp_path / "other"), cwd=tmp_path)
    git("commit", "-q", "--allow-empty", "-m", "first", cwd=tmp_path / "other")
    git("push", "-q", cwd=tmp_path / "other")

    behind = cli("flag", "disable", FLAG, "-e", "production", "--push")
    assert behind.code == 4 and "hint: git pull --rebase origin main" in behind.err
    git("remote", "set-url", "origin", str(tmp_path / "nowhere"))
    gone = cli("flag", "enable", FLAG, "-e", "production", "--push")
    assert gone.code == 3 and "not live yet" in gone.err and "origin was not told" in gone.err
    assert "without --push" in gone.err
    assert cli("flag", "enable", FLAG, "--push", "--no-commit").code == 2


def test_a_branch_is_pushed_where_it_follows(flags, remote, ok, git):
    git("switch", "-qc", "ours")
    git("push", "-q", "-u", "origin", "ours:theirs")
    assert ok("flag", "disable", FLAG, "--push").endswith("pushed to theirs at origin\n")
    assert git("rev-parse", "theirs", cwd=remote) == git("rev-parse", "HEAD")


def test_stale_flags_are_told_with_the_next_step(trading, ok, cli):
    assert cli("flag", "stale").code == 0
    ok("flag", "create", "--state", "archived", "--", "-old")
    ok("flag", "set", "dark_pools", "expires", "2020-01-01")
    (trading / "src").mkdir()
    (trading / "src/a.py").write_text("on('dark_pools')\n" * 5)

    found = cli("flag", "stale", "--code", "src")

    assert found.code == 1
    assert "-old  archived; no reference in the code\n" in found.out
    assert "  gmconfig flag delete -- -old\n" in found.out
    assert "dark_pools  expired on 2020-01-01\n" in found.out
    assert "  src/a.py:3:5\n  and 2 more places in the code\n  remove it from the code first\n" in found.out
    assert "owner routing" in found.out
    refused = cli("flag", "delete", "dark_pools", "--code", "src")
    assert (refused.code, refused.out) == (4, "")
    assert 'src/a.py:1:5: the code mentions "dark_pools" in 5 places' in refused.err
    ok("flag", "delete", "--code", "src", "--", "-old")
    assert cli("flag", "delete", "dark_pools", "--code", "nowhere").code == 3
    assert cli("flag", "stale", "--code", "nowhere").code == 3
    assert cli("flag", "stale", "--days", "0").code == 2


def test_every_decision_is_a_line_of_the_debug_log(flags, ok, caplog):
    with caplog.at_level("DEBUG", "gmconfig.flag"):
        ok("flag", "eval", FLAG, "--user", "alice")
    assert "fast_fills for alice: enabled (TARGETING_MATCH, users)" in caplog.messages


def test_the_compiled_document_is_the_same_everywhere(flags, ok):
    from gmconfig.flag.compiled import document
    from gmconfig.project import Project

    project = Project.find(str(flags))
    rendered = document(project, project.worktree(), "production").raw()
    assert rendered.decode() == ok("flag", "compile", "-e", "production")
    assert rendered == document(project, project.snapshot("HEAD"), "production").raw()
    assert rendered != document(project, project.worktree(), "staging").raw()


def test_a_removed_flag_says_what_everybody_had(flags, ok, cli):
    ok("flag", "delete", "halt_trading")
    ok("flag", "create", "fresh", "--state", "enabled")
    told = ok("flag", "diff", "HEAD~2", "HEAD", "-e", "production", "--sample", "100")
    assert told.splitlines() == [
        "fresh         new                       100 of 100 users move (none) → enabled",
        "halt_trading  removed (0 % for 0 days)  no user changes",
    ]
    assert "flag compile" in cli("config", "show", "flags").err
