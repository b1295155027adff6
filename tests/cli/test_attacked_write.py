"""Changes that reach further than what was asked for, and hints that do not work as printed."""

import pytest


def test_a_rollback_in_one_environment_leaves_the_others_alone(trading, ok, git):
    ok("config", "set", "settings", "database.pool", "11")
    ok("config", "set", "settings", "database.pool", "41", "-e", "production")
    text = ok("config", "rollback", "settings", "v1", "-e", "production")
    assert git("show", "--format=", "--name-only") == "config/environments/production.yaml"
    assert "in production" in text
    assert ok("config", "get", "settings", "database.pool", "-e", "production") == "40\n"
    assert ok("config", "get", "settings", "database.pool", "-e", "development") == "11\n"


def test_the_whole_document_is_not_set_by_an_empty_path(trading, cli, git):
    answer = cli("config", "set", "settings", "", "{z: 1}")
    assert answer.code == 2, answer
    assert "config edit settings" in answer.err
    assert git("status", "--short") == ""


def test_an_empty_text_is_a_value(trading, ok, cli):
    ok("config", "set", "settings", "system.name", "", "--string")
    assert ok("config", "get", "settings", "system.name", "-o", "json") == '""\n'
    assert cli("config", "set", "settings", "system.name").code == 2


@pytest.mark.parametrize(
    "verb", [("list",), ("history", "settings"), ("infer-schema", "billing"), ("watch", "settings")]
)
def test_a_format_that_a_verb_does_not_have_is_refused(trading, cli, verb):
    answer = cli("config", *verb, "-o", "yaml")
    assert (answer.code, answer.out) == (2, ""), answer


def test_a_format_that_a_verb_does_not_have_is_refused_before_anything_is_changed(trading, cli, git):
    head = git("rev-parse", "HEAD")
    assert cli("config", "set", "settings", "database.pool", "12", "-o", "yaml").code == 2
    assert cli("config", "rollback", "settings", "v1", "-o", "yaml").code == 2
    assert cli("config", "infer-schema", "billing", "-o", "yaml").code == 2
    assert (git("rev-parse", "HEAD"), git("status", "--short")) == (head, "")


def test_a_secret_without_a_value_is_told_the_option_that_takes_it(sealed_trading, cli):
    assert "--stdin" in cli("secret", "create", "api").err
    assert "give -" in cli("config", "set", "settings", "database.password", "--secret").err


def test_hints_name_the_environment_where_there_is_no_base(trading, cli, ok):
    answer = cli("config", "history", "settings", "nothing.here", "-e", "production")
    assert "gmconfig config get settings -e production" in answer.err


def test_a_selector_that_nothing_answers_to_is_told_the_nearest(trading, cli):
    answer = cli("config", "get", "settings", "markets[name=nise].currency")
    assert 'did you mean "markets[name=nyse].currency"?' in answer.err
    answer = cli("config", "get", "settings", "markets[name=nyse].curency")
    assert 'did you mean "markets[name=nyse].currency"?' in answer.err


def test_json_masks_a_sealed_value_as_text_does(sealed_trading, ok):
    ok("config", "set", "settings", "database.admin_password", "--secret", "--create", "-", stdin="x1y2z3")
    for verb in ("history", "explain"):
        assert "gm1." not in ok("config", verb, "settings", "database.admin_password", "-o", "json")


def test_a_manager_of_one_environment_still_restores_the_whole_document(trading, ok, git):
    from gmconfig import ConfigManager

    ok("config", "set", "settings", "database.pool", "11")
    ok("config", "set", "settings", "database.pool", "41", "-e", "production")
    outcome = ConfigManager("production").rollback_config("settings", "v1")
    assert outcome.environment is None
    assert len(outcome.files) == 2
    assert git("diff", "HEAD~3", "HEAD", "--stat") == ""
