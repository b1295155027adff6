"""Reading from a terminal, a script, a pipe: list, get, show, explain, diff, history."""

import json

import pytest


def test_get_prints_the_plain_value_and_nothing_else(ok, trading):
    assert ok("config", "get", "settings", "database.pool", "-e", "production") == "40\n"
    assert ok("config", "get", "settings", "system.name") == "grandmodel\n"
    assert ok("config", "get", "settings", "markets[name=nyse].max_order", "-e", "production") == "2000000\n"


def test_get_gives_maps_as_yaml_and_json(ok, trading):
    assert ok("config", "get", "billing", "invoice", "-e", "production", "-o", "yaml") == (
        "currency: USD\ndue_days: 14\nsender: billing@trading.internal\n"
    )
    assert json.loads(
        ok("config", "get", "settings", "system.features", "-e", "production", "-o", "json")
    ) == [
        "order-book",
        "risk-limits",
        "kill-switch",
    ]


def test_the_environment_comes_from_the_option_the_variable_or_the_default(ok, trading, monkeypatch):
    assert ok("config", "get", "settings", "logging.level") == "DEBUG\n"  # default_environment: development
    monkeypatch.setenv("GMCONFIG_ENVIRONMENT", "production")
    assert ok("config", "get", "settings", "logging.level") == "WARNING\n"
    assert ok("config", "get", "settings", "logging.level", "-e", "staging") == "INFO\n"


def test_get_works_from_any_subfolder_and_from_outside(ok, trading, monkeypatch):
    monkeypatch.chdir(trading / "config" / "environments")
    assert ok("config", "get", "settings", "database.pool", "-e", "staging") == "20\n"
    monkeypatch.chdir("/")
    assert ok("-C", str(trading), "config", "get", "settings", "database.pool", "-e", "staging") == "20\n"
    assert ok("config", "get", "settings", "database.pool", "-e", "staging", "-C", str(trading)) == "20\n"


def test_get_reads_another_version(ok, trading, git):
    ok("config", "set", "settings", "database.pool", "41", "-e", "production")
    assert ok("config", "get", "settings", "database.pool", "-e", "production", "--at", "v1") == "40\n"
    assert ok("config", "get", "settings", "database.pool", "-e", "production", "--at", "HEAD~1") == "40\n"
    assert ok("config", "get", "settings", "database.pool", "-e", "production", "--at", "v2") == "41\n"


def test_raw_is_what_is_written(ok, trading):
    assert (
        ok("config", "get", "settings", "database.host", "--raw", "-e", "production")
        == "${DB_HOST:localhost}\n"
    )
    assert ok("config", "get", "settings", "database.host", "-e", "production") == "db-1.trading.internal\n"


def test_secrets_are_masked_unless_revealed(ok, sealed_trading):
    masked = ok("config", "get", "settings", "database", "-e", "production")
    assert "password: ●●●●●" in masked
    assert "correct-horse-battery" not in masked
    assert "password: correct-horse-battery" in ok(
        "config", "get", "settings", "database", "-e", "production", "--reveal"
    )


@pytest.mark.parametrize("form", ["yaml", "json", "dotenv", "toml", "properties"])
def test_show_has_every_format_and_masks_secrets(ok, sealed_trading, form):
    shown = ok("config", "show", "settings", "-e", "production", "-o", form)
    assert "grandmodel" in shown
    assert "correct-horse-battery" not in shown
    assert "correct-horse-battery" in ok(
        "config", "show", "settings", "-e", "production", "-o", form, "--reveal"
    )


def test_list_names_documents_environments_and_layers(ok, trading):
    listed = {entry["document"]: entry["layers"] for entry in json.loads(ok("config", "list", "-o", "json"))}
    assert listed["settings"]["staging"] == [
        "config/settings.yaml",
        "config/environments/production.yaml",
        "config/environments/staging.yaml",
    ]
    assert listed["billing"]["production"][-1] == "config/environments/production/billing.yaml"
    assert "billing" in ok("config", "list")


def test_explain_names_every_layer_its_place_commit_author_and_reason(ok, trading, git):
    ok(
        "config",
        "set",
        "settings",
        "database.pool",
        "60",
        "-e",
        "production",
        "-m",
        "load test",
        "--user",
        "Alice Meyer",
    )
    told = json.loads(ok("config", "explain", "settings", "database.pool", "-e", "production", "-o", "json"))
    assert told["value"] == 60
    winner, base = told["layers"]
    assert (winner["file"], winner["line"], winner["wins"]) == (
        "config/environments/production.yaml",
        7,
        True,
    )
    assert (winner["author"], winner["reason"], winner["commit"]) == (
        "Alice Meyer",
        "load test",
        git("rev-parse", "HEAD"),
    )
    assert (base["file"], base["value"], base["wins"], base["reason"]) == (
        "config/settings.yaml",
        10,
        False,
        "the trading system",
    )
    text = ok("config", "explain", "settings", "database.pool", "-e", "production")
    assert "config/environments/production.yaml:7:9" in text
    assert "← wins" in text


def test_explain_says_what_is_not_committed_yet(ok, trading):
    file = trading / "config/environments/production.yaml"
    file.write_text(file.read_text().replace("pool: 40", "pool: 99"))
    winner = json.loads(
        ok("config", "explain", "settings", "database.pool", "-e", "production", "-o", "json")
    )["layers"][0]
    assert (winner["value"], winner["commit"], winner["reason"]) == (99, None, "not committed yet")


def test_diff_between_environments_and_revisions(ok, cli, trading):
    text = ok("config", "diff", "staging", "production", "settings")
    assert "~ database.pool        20 → 40" in text
    assert '~ system.mode          "paper" → "live"' in text
    ok("config", "set", "settings", "database.pool", "60", "-e", "production")
    changes = json.loads(
        ok("config", "diff", "production@HEAD~1", "production@HEAD", "settings", "-o", "json")
    )
    assert changes[0]["changes"] == [
        {"path": "database.pool", "kind": "~", "before": 40, "after": 60, "secret": None}
    ]
    assert cli("config", "diff", "staging", "production", "settings", "--exit-code").code == 1
    assert cli("config", "diff", "staging", "staging", "settings", "--exit-code").code == 0
    assert "no difference" in ok("config", "diff", "staging", "staging", "settings")


def test_diff_tells_secrets_apart_without_showing_them(ok, sealed_trading):
    ok("secret", "create", "db_password", "-e", "production", "--stdin", stdin="another-long-password")
    text = ok("config", "diff", "testing", "production", "settings")
    assert "database.password" in text
    assert "(different secrets)" in text
    assert "another-long-password" not in text
    assert "correct-horse-battery" not in text


def test_history_of_a_document_and_of_one_path(ok, trading):
    ok("config", "set", "settings", "database.pool", "60", "-e", "production", "-m", "more")
    ok("config", "set", "settings", "logging.level", "ERROR", "-e", "production", "-m", "quiet")
    versions = json.loads(ok("config", "history", "settings", "-o", "json"))
    assert [(v["version"], v["reason"]) for v in versions] == [
        ("v3", "quiet"),
        ("v2", "more"),
        ("v1", "the trading system"),
    ]
    pool = json.loads(ok("config", "history", "settings", "database.pool", "-e", "production", "-o", "json"))
    assert [(v["version"], v["value"]) for v in pool] == [("v2", 60), ("v1", 40)]
    assert "v2" in ok("config", "history", "settings", "database.pool", "-e", "production")
    assert len(ok("config", "history", "settings", "-n", "1").splitlines()) == 1


def test_history_of_some_days_counts_the_first_and_the_last(ok, cli, trading, monkeypatch):
    for day, pool in (("2026-07-01T00:30:00+02:00", "60"), ("2026-09-30T23:30:00-05:00", "70")):
        monkeypatch.setenv("GIT_AUTHOR_DATE", day)
        ok("config", "set", "settings", "database.pool", pool, "-e", "production")
    history = ("config", "history", "settings", "database.pool", "-e", "production", "-o", "json")

    def pools(*days: str) -> list[int]:
        return [one["value"] for one in json.loads(ok(*history, *days))]

    assert pools("--since", "2026-07-01", "--until", "2026-09-30") == [70, 60]
    assert pools("--since", "20260702", "--until", "2026-09-30") == [70]
    assert pools("--until", "2026-09-29", "--since", "2026-07-01") == [60]
    assert "no version of these days" in cli(*history[:-2], "--until", "2001-01-01").err
    answer = cli(*history, "--since", "soon")
    assert (answer.code, '"soon" is not a day' in answer.err) == (2, True)


def test_numbers_that_json_has_not_are_told_as_yaml_has_them(ok, trading):
    (trading / "config/settings.yaml").write_text("up: .inf\ndown: -.inf\nno: .nan\n")
    assert [ok("config", "get", "settings", name) for name in ("up", "down", "no")] == [
        ".inf\n",
        "-.inf\n",
        ".nan\n",
    ]
    told = json.loads(ok("config", "get", "settings", "-o", "json"), parse_constant=pytest.fail)
    assert (told["up"], told["down"], told["no"]) == (".inf", "-.inf", ".nan")
