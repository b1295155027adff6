"""`config diff` of revisions: what a commit did is seen in every environment that it reached."""

import json

import pytest


@pytest.fixture
def two(tmp_path, monkeypatch, git, repo):
    """One full file per environment and no base layer, in two commits."""
    (repo / "gmconfig.yaml").write_text(
        "documents: {values: 'values-{environment}.yaml'}\nenvironments: {production: {}, staging: {}}\n"
    )
    (repo / "values-production.yaml").write_text("a: 1\n")
    (repo / "values-staging.yaml").write_text("a: 1\n")
    git("add", ".")
    git("commit", "-qm", "one")
    (repo / "values-production.yaml").write_text("a: 2\n")
    git("commit", "-qam", "two")
    monkeypatch.chdir(repo)
    return repo


def test_revisions_are_compared_where_there_is_no_base_layer(two, ok):
    assert ok("config", "diff", "HEAD~1", "HEAD") == "values in production\n  ~ a   1 → 2\n"
    assert ok("config", "diff", "HEAD", "HEAD") == "values\n    no difference\n"


def test_a_change_of_one_environment_is_a_difference_of_the_revisions(trading, ok, cli):
    ok("config", "set", "settings", "database.pool", "41", "-e", "production")
    text = ok("config", "diff", "HEAD~1", "HEAD", "settings")
    assert text == "settings in production\n  ~ database.pool   40 → 41\n"
    assert cli("config", "diff", "HEAD~1", "HEAD", "--exit-code").code == 1
    records = json.loads(ok("config", "diff", "HEAD~1", "HEAD", "settings", "-o", "json"))
    assert [(each["document"], each["environment"], len(each["changes"])) for each in records] == [
        ("settings", "production", 1)
    ]


def test_what_environments_inherit_is_said_once(trading, ok):
    ok("config", "set", "settings", "system.name", "other")
    text = ok("config", "diff", "HEAD~1", "HEAD", "settings")
    assert text == 'settings\n  ~ system.name   "grandmodel" → "other"\n'


def test_an_environment_that_was_asked_for_is_the_only_one(trading, ok, monkeypatch):
    ok("config", "set", "settings", "database.pool", "41", "-e", "production")
    monkeypatch.setenv("GMCONFIG_ENVIRONMENT", "staging")
    assert "no difference" in ok("config", "diff", "HEAD~1", "HEAD", "settings")


def test_a_revision_beside_an_environment_means_that_environment(trading, ok):
    ok("config", "set", "settings", "database.pool", "41", "-e", "production")
    assert ok("config", "diff", "HEAD~1", "production", "settings").endswith("~ database.pool   40 → 41\n")


def test_lists_of_named_items_differ_by_item(two, ok, git):
    for number in ("", "  - {name: b, v: 1}\n"):
        (two / "values-production.yaml").write_text(f"apps:\n  - {{name: a, v: {len(number)}}}\n{number}")
        git("commit", "-qam", "x")
    assert ok("config", "diff", "HEAD~1", "HEAD") == (
        'values in production\n  ~ apps[name=a].v   0 → 20\n  + apps[name=b]     {"name": "b", "v": 1}\n'
    )


def test_of_many_documents_only_those_that_differ_are_told_of(repo, git, monkeypatch, ok):
    (repo / "gmconfig.yaml").write_text("environments: {production: {}, staging: {}}\n")
    (repo / "config/environments/staging").mkdir(parents=True)
    for number in range(12):
        (repo / f"config/d{number}.yaml").write_text("a: 1\n")
    git("add", ".")
    git("commit", "-qm", "one")
    monkeypatch.chdir(repo)
    assert ok("config", "diff", "HEAD", "HEAD") == "no difference in 12 documents\n"
    (repo / "config/environments/staging/d7.yaml").write_text("a: 2\n")
    told = "d7\n  ~ a   1 → 2\nno difference in 11 other documents\n"
    assert ok("config", "diff", "production", "staging") == told
    assert ok("config", "diff", "production", "staging", "d3") == "d3\n    no difference\n"
    answer = json.loads(ok("config", "diff", "production", "staging", "-o", "json"))
    assert [len(one["changes"]) for one in answer] == [int(one["document"] == "d7") for one in answer]
    assert len(answer) == 12
