"""Promoting: what changed in staging and succeeded there reaches production, and nothing else does."""

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.test_json import agrees
from tests.deploy.fleet import Fleet

TARGETS = {"web": {}, "trial": {"environment": "staging"}}
ENVIRONMENTS = {"production": {}, "staging": {}}
STAGING, PRODUCTION = "config/environments/staging.yaml", "config/environments/production.yaml"
THEIRS = "# of production\ndatabase:\n  host: db-p  # another one\n"


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Both environments deployed; each has a database of its own, and staging a switch."""
    fleet = Fleet(tmp_path, TARGETS, environments=ENVIRONMENTS)
    fleet.write(STAGING, {"database": {"host": "db-s"}, "debug": True})
    (fleet.root / PRODUCTION).write_text(THEIRS)
    fleet.commit()
    _deployed(fleet, "production")
    _deployed(fleet, "staging")
    return fleet


def _deployed(fleet: Fleet, environment: str) -> None:
    done = fleet.run("deploy", "apply", environment)
    assert done.returncode == 0, done.stderr


def _staging(fleet: Fleet, **values: object) -> None:
    """Change staging, and deploy it."""
    fleet.write(STAGING, {"database": {"host": "db-s"}, "debug": True, **values})
    fleet.commit("staging")
    _deployed(fleet, "staging")


def _promoted(fleet: Fleet, *words: str) -> dict:
    done = fleet.run("deploy", "promote", "staging", "production", *words, "-o", "json")
    assert done.returncode == 0, done.stderr
    agrees("deploy-promote", done.stdout)
    return json.loads(done.stdout)


def _paths(told: dict, part: str = "carried") -> list[str]:
    return [one["path"] for one in told[part]]


def test_what_changed_in_staging_is_one_minimal_commit_in_production(fleet: Fleet):
    _staging(fleet, database={"host": "db-s", "pool": 60}, limits={"rate": 5})
    told = _promoted(fleet, "-m", "tested")
    assert sorted(_paths(told)) == ["database.pool", "limits.rate"]
    assert told["promoted"]["deployment"] == "staging-2"
    written = (fleet.root / PRODUCTION).read_text()
    assert written == THEIRS + "  pool: 60\nlimits:\n  rate: 5\n"
    assert fleet.git("show", "--format=%s", "--name-only", "HEAD").split("\n") == [
        "promote staging to production: tested",
        "",
        PRODUCTION,
    ]
    _deployed(fleet, "production")
    live = yaml.safe_load((fleet.live / "web/settings.yaml").read_text())
    assert live["database"] == {"host": "db-p", "pool": 60}
    assert live["debug"] is False


def test_what_should_differ_stays_and_is_told(fleet: Fleet):
    _staging(fleet, database={"host": "db-s2"}, debug="verbose")
    told = _promoted(fleet)
    assert told["carried"] == []
    assert {one["path"]: one["why"] for one in told["stays"]} == {
        "database.host": "has a value of its own",
        "debug": "has a value of its own",
    }
    assert told["change"]["commit"] is None
    assert _paths(_promoted(fleet, "--keys", "database.host")) == ["database.host"]


def test_a_value_that_only_head_has_is_not_promoted(fleet: Fleet):
    fleet.write(STAGING, {"database": {"host": "db-s", "pool": 60}})
    fleet.commit("not deployed")
    assert _promoted(fleet)["carried"] == []


def test_the_next_promotion_begins_where_the_last_one_ended(fleet: Fleet):
    _staging(fleet, database={"host": "db-s", "pool": 60})
    _promoted(fleet)
    (fleet.root / PRODUCTION).write_text("database: {host: db-p, pool: 80}\n")
    fleet.commit("production needs more")
    _staging(fleet, database={"host": "db-s", "pool": 60}, limits={"rate": 5})
    told = _promoted(fleet)
    assert (_paths(told), _paths(told, "stays")) == (["limits.rate"], [])


def test_a_promotion_of_some_keys_leaves_the_others_for_the_next(fleet: Fleet):
    _staging(fleet, database={"host": "db-s", "pool": 60}, limits={"rate": 5})
    assert _paths(_promoted(fleet, "--keys", "database.**")) == ["database.pool"]
    assert _paths(_promoted(fleet)) == ["limits.rate"]


def test_what_staging_took_away_goes_in_production_too(fleet: Fleet):
    fleet.write("config/settings.yaml", {"database": {"host": "db-1", "pool": 10}, "debug": False, "old": 1})
    fleet.commit()
    _deployed(fleet, "production")
    _staging(fleet, old=None)
    assert _paths(_promoted(fleet)) == ["old"]
    assert "old:" in (fleet.root / PRODUCTION).read_text()
    _deployed(fleet, "production")
    assert "old" not in yaml.safe_load((fleet.live / "web/settings.yaml").read_text())


def test_parity_says_what_is_meant_to_differ(fleet: Fleet):
    rule = {"environments": ["staging", "production"], "except": ["tracing.**"]}
    fleet.declare(TARGETS, environments=ENVIRONMENTS, parity=[rule])
    _staging(fleet, tracing={"rate": 1})
    told = _promoted(fleet)
    assert (told["carried"], _paths(told, "stays")) == ([], ["tracing.rate"])
    assert _paths(_promoted(fleet, "--keys", "tracing.rate")) == ["tracing.rate"]


def test_items_of_a_list_with_keys_are_promoted_one_by_one(fleet: Fleet):
    fleet.declare(TARGETS, environments=ENVIRONMENTS, merge={"jobs": {"by": "name"}})
    base = {"database": {"host": "db-1", "pool": 10}, "debug": False}
    fleet.write(
        "config/settings.yaml", {**base, "jobs": [{"name": "a", "every": 1}, {"name": "b", "every": 1}]}
    )
    fleet.commit()
    _deployed(fleet, "production")
    _staging(fleet, jobs=[{"name": "b", "every": 9}, {"name": "c", "every": 3}])
    _promoted(fleet)
    _deployed(fleet, "production")
    live = yaml.safe_load((fleet.live / "web/settings.yaml").read_text())
    assert [(job["name"], job["every"]) for job in live["jobs"]] == [("a", 1), ("b", 9), ("c", 3)]


def test_a_dry_run_shows_it_and_changes_nothing(fleet: Fleet):
    _staging(fleet, database={"host": "db-s", "pool": 60})
    head = fleet.git("rev-parse", "HEAD")
    done = fleet.run("deploy", "promote", "staging", "production", "--dry-run")
    assert "  ~ database.pool  10 → 60" in done.stdout
    assert "(dry run: nothing was changed)" in done.stdout
    assert fleet.git("rev-parse", "HEAD") == head


def test_without_any_deployment_head_is_promoted_and_it_says_so(tmp_path: Path):
    fleet = Fleet(tmp_path, TARGETS, environments=ENVIRONMENTS)
    fleet.write(STAGING, {"database": {"host": "db-s", "pool": 60}})
    (fleet.root / PRODUCTION).write_text(THEIRS)
    fleet.commit()
    done = fleet.run("deploy", "promote", "staging", "production")
    assert "HEAD, for no deployment of staging succeeded yet" in done.stdout
    assert "  ~ database.pool  10 → 60" in done.stdout
    assert "database.host  " in done.stdout.partition("stays as it is")[2]


def test_what_would_not_be_valid_in_production_is_refused(fleet: Fleet):
    _staging(fleet, database={"host": "db-s", "pool": 60})
    (fleet.root / "schemas").mkdir()
    limit = {"properties": {"database": {"properties": {"pool": {"maximum": 50}}}}}
    (fleet.root / "schemas/settings.schema.json").write_text(json.dumps({"type": "object", **limit}))
    fleet.commit()
    done = fleet.run("deploy", "promote", "staging", "production")
    assert done.returncode == 1
    assert (fleet.root / PRODUCTION).read_text() == THEIRS


def test_it_says_what_is_wrong_with_the_environments(fleet: Fleet):
    done = fleet.run("deploy", "promote", "staging", "prodction")
    assert done.returncode == 3
    assert 'did you mean "production"?' in done.stderr
    assert fleet.run("deploy", "promote", "staging", "staging").returncode == 2
