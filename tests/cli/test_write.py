"""Changing configuration from a terminal: minimal edits, checked, committed, or refused with a reason."""

import json

import pytest

from gmconfig.errors import UnknownEnvironment
from gmconfig.flag.source import project_flags


def test_set_changes_one_line_and_commits_it(ok, trading, git):
    out = ok(
        "config",
        "set",
        "settings",
        "database.pool",
        "60",
        "-e",
        "production",
        "-m",
        "load test showed queueing",
    )
    head = git("rev-parse", "--short=7", "HEAD")
    assert out == (
        "config/environments/production.yaml:7:9  40 → 60\n"
        f"[main {head}] settings: database.pool in production: load test showed queueing\n"
    )
    assert git("show", "--format=", "--numstat") == "1\t1\tconfig/environments/production.yaml"
    assert git("status", "--porcelain") == ""
    message = git("log", "-1", "--format=%B")
    for trailer in (
        "Gmconfig-Operation: set",
        "Gmconfig-Document: settings",
        "Gmconfig-Environment: production",
        "Gmconfig-Path: database.pool",
    ):
        assert trailer in message


def test_without_an_environment_the_base_is_set_and_overrides_are_named(cli, trading, git):
    answer = cli("config", "set", "settings", "database.pool", "15")
    assert answer.code == 0
    assert answer.out.startswith("config/settings.yaml:")
    assert "production" in answer.err
    assert git("show", "--format=", "--name-only") == "config/settings.yaml"


def test_a_value_is_yaml_unless_it_is_a_string(ok, cli, trading):
    for text in ("#fff", "see ticket #12 # by hand"):
        ok("config", "set", "settings", "system.note", text, "--create")
        assert json.loads(ok("config", "get", "settings", "system.note", "-o", "json")) == text
    ok("config", "set", "settings", "system.note", "'quoted' # a comment")
    assert ok("config", "get", "settings", "system.note") == "quoted\n"
    ok("config", "set", "billing", "retries", "[1, 2]")
    assert json.loads(ok("config", "get", "billing", "retries", "-o", "json")) == [1, 2]
    ok("config", "set", "billing", "retries", "007", "--string")
    assert json.loads(ok("config", "get", "billing", "retries", "-o", "json")) == "007"
    ok("config", "set", "billing", "retries", "-", stdin="line one\nline two\n")
    assert cli("config", "set", "billing", "retries", "-", stdin="\n").code == 2
    assert ok("config", "get", "billing", "retries") == "line one line two\n"
    ok("config", "set", "billing", "retries", "-3")
    assert json.loads(ok("config", "get", "billing", "retries", "-o", "json")) == -3


def test_an_empty_environment_is_not_all_of_them(cli, trading, git):
    """What a script gives whose variable is not set."""
    for words in (("config", "set", "settings", "database.pool", "5"), ("flag", "disable", "dark_pools")):
        answer = cli(*words, "-e", "")
        assert (answer.code, answer.out) == (3, "")
    with pytest.raises(UnknownEnvironment):
        project_flags("", trading)
    assert git("rev-list", "--count", "HEAD") == "1"


def test_a_mistyped_path_is_refused_with_the_nearest(cli, trading, git):
    before = git("rev-parse", "HEAD")
    answer = cli("config", "set", "settings", "databse.pool", "60", "-e", "production")
    assert answer.code == 3
    assert answer.err == (
        'gmconfig: error: "databse.pool" is not in document "settings"\n'
        'gmconfig: hint: did you mean "database.pool"? --create adds a new key\n'
    )
    assert git("rev-parse", "HEAD") == before


def test_create_adds_a_key_and_its_parents(ok, trading):
    ok("config", "set", "settings", "cache.redis.host", "redis-1", "-e", "production", "--create")
    assert ok("config", "get", "settings", "cache.redis.host", "-e", "production") == "redis-1\n"


def test_a_change_that_would_not_be_valid_is_refused(cli, trading, git):
    answer = cli("config", "set", "settings", "database.pool", "6000", "-e", "production")
    assert answer.code == 1
    assert (
        "config/environments/production.yaml:7:9: error: schema: 6000 is greater than the maximum of 200"
        in answer.err
    )
    assert git("status", "--porcelain") == ""


def test_what_was_wrong_before_does_not_stand_in_the_way(ok, trading, git):
    file = trading / "config/environments/staging.yaml"
    file.write_text(file.read_text().replace("pool: 20", "pool: 5000"))
    git("commit", "-qam", "broken by hand")
    ok("config", "set", "settings", "database.pool", "41", "-e", "production")


def test_dry_run_changes_nothing(ok, trading, git):
    before = git("rev-parse", "HEAD")
    told = json.loads(
        ok("config", "set", "settings", "database.pool", "60", "-e", "production", "--dry-run", "-o", "json")
    )
    assert told["dry_run"] is True
    assert told["changes"] == [
        {
            "file": "config/environments/production.yaml",
            "line": 7,
            "column": 9,
            "path": "database.pool",
            "before": 40,
            "after": 60,
        }
    ]
    assert (git("rev-parse", "HEAD"), git("status", "--porcelain")) == (before, "")


def test_no_commit_leaves_the_change_in_the_working_tree(ok, trading, git):
    ok("config", "set", "settings", "database.pool", "60", "-e", "production", "--no-commit")
    assert git("status", "--porcelain") == " M config/environments/production.yaml"
    assert ok("config", "get", "settings", "database.pool", "-e", "production") == "60\n"


def test_setting_the_same_value_changes_nothing(ok, trading, git):
    before = git("rev-parse", "HEAD")
    assert ok("config", "set", "settings", "database.pool", "40", "-e", "production") == "nothing to change\n"
    assert git("rev-parse", "HEAD") == before


def test_unset_takes_back_what_the_environment_says(ok, trading):
    ok("config", "unset", "settings", "database.pool", "-e", "production")
    assert ok("config", "get", "settings", "database.pool", "-e", "production") == "10\n"


def test_an_item_of_an_inherited_list_needs_copy_list(cli, ok, trading):
    answer = cli("config", "set", "settings", "security.allowed_hosts[0]", "x.org", "-e", "production")
    assert answer.code == 4
    assert "--copy-list" in answer.err
    ok("config", "set", "settings", "security.allowed_hosts[0]", "x.org", "-e", "production", "--copy-list")
    assert json.loads(
        ok("config", "get", "settings", "security.allowed_hosts", "-e", "production", "-o", "json")
    ) == ["x.org"]


def test_an_item_known_by_its_key_is_changed_alone(ok, trading, git):
    ok("config", "set", "settings", "markets[name=xetra].max_order", "7", "-e", "production")
    assert ok("config", "get", "settings", "markets[name=xetra].max_order", "-e", "production") == "7\n"
    assert ok("config", "get", "settings", "markets[name=xetra].currency", "-e", "production") == "EUR\n"
    assert (
        ok("config", "get", "settings", "markets[name=xetra].max_order", "-e", "staging") == "7\n"
    )  # it extends production


def test_edit_opens_the_layer_in_the_editor(ok, cli, trading, git, monkeypatch):
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    nobody = cli("config", "edit", "settings", "-e", "production")
    assert (nobody.code, nobody.out) == (2, "")
    monkeypatch.setenv("EDITOR", "echo hello; sed -i s/40/44/")
    assert "hello" not in ok("config", "edit", "settings", "-e", "production", "-m", "by hand")
    assert ok("config", "get", "settings", "database.pool", "-e", "production") == "44\n"
    monkeypatch.setenv("EDITOR", "false")
    assert cli("config", "edit", "settings", "-e", "production").code == 4
    monkeypatch.setenv("EDITOR", "sed -i s/44/oops:/")
    assert cli("config", "edit", "settings", "-e", "production").code in (1, 3)
    assert git("status", "--porcelain") == ""


def test_rollback_is_a_new_commit(ok, trading, git):
    ok("config", "set", "settings", "database.pool", "60", "-e", "production")
    ok("config", "set", "settings", "logging.level", "ERROR", "-e", "production")
    ok("config", "rollback", "settings", "v1", "--path", "database.pool", "-e", "production")
    assert ok("config", "get", "settings", "database.pool", "-e", "production") == "40\n"
    assert ok("config", "get", "settings", "logging.level", "-e", "production") == "ERROR\n"
    ok("config", "rollback", "settings", "v1", "-m", "all of it")
    assert ok("config", "get", "settings", "logging.level", "-e", "production") == "WARNING\n"
    assert git("rev-list", "--count", "HEAD") == "5"


def test_rollback_to_a_version_that_is_not_there(cli, trading):
    answer = cli("config", "rollback", "settings", "v9")
    assert answer.code == 3
    assert "v1" in answer.err
    assert 'no document named "setings"' in cli("config", "rollback", "setings", "v1").err
    assert "--create begins a new one" in cli("config", "set", "setings", "a", "1").err


def test_users_work_is_left_alone(ok, trading, git):
    """Staged and unstaged lines of the same file stay as they are."""
    file = trading / "config/settings.yaml"
    file.write_text(file.read_text().replace("port: 5432", "port: 5433"))
    git("add", "config/settings.yaml")
    file.write_text(file.read_text().replace("user: trader", "user: someone"))

    ok("config", "set", "settings", "database.pool", "12")

    assert git("show", "--format=", "--numstat") == "1\t1\tconfig/settings.yaml"
    assert "5433" in git("diff", "--cached")
    assert "someone" in git("diff")


@pytest.mark.parametrize("state", ["merge", "detached"])
def test_a_repository_in_the_middle_of_something_is_refused(cli, ok, trading, git, state):
    if state == "merge":
        git("checkout", "-qb", "other")
        git("commit", "-q", "--allow-empty", "-m", "x")
        git("checkout", "-q", "main")
        git("merge", "--no-commit", "--no-ff", "other", check=False)
    else:
        git("checkout", "-q", "--detach")
    answer = cli("config", "set", "settings", "database.pool", "60", "-e", "production")
    assert answer.code == 4, answer
    ok("config", "set", "settings", "database.pool", "60", "-e", "production", "--no-commit")


def test_a_further_layer_is_changed_by_its_variable(ok, trading, git):
    file = trading / "gmconfig.yaml"
    file.write_text(file.read_text() + "layers: ['hosts/{host}.yaml']\n")
    git("commit", "-qam", "hosts")
    ok("config", "set", "settings", "database.pool", "7", "-e", "production", "--var", "host=web1")
    assert git("show", "--format=", "--name-only") == "hosts/web1.yaml"
    assert ok("config", "get", "settings", "database.pool", "-e", "production", "--var", "host=web1") == "7\n"
    assert ok("config", "get", "settings", "database.pool", "-e", "production") == "40\n"
    ok("config", "unset", "settings", "database.pool", "-e", "production", "--var", "host=web1")
    assert (
        ok("config", "get", "settings", "database.pool", "-e", "production", "--var", "host=web1") == "40\n"
    )
