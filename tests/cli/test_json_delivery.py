"""What scripts read of deployments and drift: `-o json` as `schemas/output.schema.json` has it."""

import json
from pathlib import Path

import pytest

from tests.cli.test_json import agrees
from tests.deploy.fleet import Fleet


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """A target that drifted, after two deployments."""
    fleet = Fleet(tmp_path, {"web": {}, "worker": {"format": "dotenv"}})
    fleet.apply()
    fleet.change(20)
    fleet.apply()
    file = fleet.live / "web/settings.yaml"
    file.write_text(file.read_text().replace("pool: 20", "pool: 21"))
    return fleet


VERBS = [
    (0, "deploy", "plan"),
    (0, "deploy", "plan", "--base", "HEAD~1"),
    (0, "deploy", "apply", "production"),
    (0, "deploy", "rollback", "production"),
    (0, "deploy", "history"),
    (0, "deploy", "show", "production-2"),
    (0, "deploy", "status"),
    (0, "deploy", "hold", "production"),
    (1, "drift", "detect"),
    (0, "drift", "list"),
    (0, "drift", "explain", "web", "database.pool"),
    (0, "drift", "correct", "web"),
    (0, "drift", "adopt", "web", "database.pool"),
    (0, "drift", "ack", "web", "database.pool", "--reason", "x"),
]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: " ".join(verb[1:]))
def test_what_a_verb_answers(fleet: Fleet, verb: tuple[int, *tuple[str, ...]]):
    expected, *words = verb
    done = fleet.run(*words, "-o", "json")
    assert done.returncode == expected, done.stderr
    agrees(f"{words[0]}-{words[1]}", done.stdout)


def test_deployments_of_some_days(fleet: Fleet):
    def found(*days: str) -> list[dict[str, str]]:
        return json.loads(fleet.run("deploy", "history", "-o", "json", *days).stdout)

    day = found()[-1]["started"][:10]
    assert [one["id"] for one in found("--since", day)] == ["production-2", "production-1"]
    assert [one["id"] for one in found("--since", day, "-n", "1")] == ["production-2"]
    assert found("--until", "2001-01-01") == []


def test_a_dry_run_answers_with_the_plan_and_changes_nothing(fleet: Fleet):
    def everything() -> object:
        files = [file.read_bytes() for file in sorted(fleet.live.rglob("*")) if file.is_file()]
        return files, fleet.git("for-each-ref")

    before = everything()
    pools = {("drift", "correct", "web", "-e", "production"): 20, ("deploy", "rollback", "web"): 10}
    for words, pool in pools.items():
        done = fleet.run(*words, "--dry-run", "-o", "json")
        assert done.returncode == 0, done.stderr
        agrees(f"{words[0]}-{words[1]}", done.stdout)
        assert [one["wanted"] for one in json.loads(done.stdout)[0]["targets"]["web"]["changes"]] == [pool]
    assert everything() == before


def test_what_takes_a_hold_or_a_freeze_away_answers_with_it(fleet: Fleet):
    """In one repository, one after the other: each verb needs what the one before it did."""
    fleet.run("deploy", "hold", "web")
    for words in (
        ("unhold", "web", "-m", "audit over"),
        ("freeze", "production", "--until", "9999-12-30", "-m", "x"),
        ("unfreeze", "production", "-m", "thawed"),
    ):
        done = fleet.run("deploy", *words, "-o", "json")
        assert done.returncode == 0, done.stderr
        agrees(f"deploy-{words[0]}", done.stdout)
    for what, why in (("holds", "audit over"), ("freezes", "thawed")):
        kept = fleet.git("show", f"refs/gmconfig/{what}/production:note.json")
        assert why in kept and "Test" in kept, "an audit asks who, and why"


@pytest.mark.parametrize("word", ["resume", "abort"])
def test_what_ends_a_deployment_answers(fleet: Fleet, word: str):
    fleet.run("deploy", "apply", "production", env={"GMCONFIG_CRASH_AT": "activated:web"})
    agrees(f"deploy-{word}", fleet.run("deploy", word, "production", "-o", "json").stdout)
