"""Drift: what was changed live is found by path, told with both values, put back, adopted or acknowledged."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gmconfig import SecretsManager
from gmconfig.api.drift.adopting import adopt
from gmconfig.api.drift.drifting import Drifter
from gmconfig.api.drift.explaining import explain
from gmconfig.config.diff import ABSENT, Change
from gmconfig.deploy.correction import Correction
from gmconfig.deploy.options import Options
from gmconfig.drift.defaults import defaults_of
from gmconfig.drift.detection import DriftDetection, told_by
from gmconfig.drift.difference import Difference
from gmconfig.drift.ignore import rules
from gmconfig.drift.watching import Watch
from gmconfig.errors import NotFound, Refused, UsageError
from gmconfig.path import KeyPath
from tests import trading
from tests.deploy.fleet import BASE, Fleet
from tests.waiting import LIMIT


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Two targets that are in sync."""
    fleet = Fleet(tmp_path, {"web": {}, "worker": {"format": "dotenv"}})
    fleet.write("config/environments/production.yaml", {"database": {"host": "db-2"}})
    fleet.commit()
    fleet.apply()
    return fleet


def _drifter(fleet: Fleet) -> Drifter:
    return Drifter(fleet.deployer())


def _edit(fleet: Fleet, target: str, file: str, change) -> None:
    path = fleet.live / target / file
    path.write_text(change(path.read_text()))


def _live(fleet: Fleet) -> dict[str, object]:
    return yaml.safe_load((fleet.live / "web/settings.yaml").read_text())


def _found(fleet: Fleet) -> list[tuple[str, str, str, object, object]]:
    found = _drifter(fleet).detect().detections
    return [(one.target, one.path, one.kind, one.wanted, one.live) for one in found]


def test_an_edit_is_found_with_its_path_and_both_values(fleet: Fleet):
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("pool: 10", "pool: 99") + "extra: [1]\n")
    _edit(fleet, "worker", "settings.env", lambda text: text.replace("DATABASE_HOST=db-2\n", ""))
    assert _found(fleet) == [
        ("web", "database.pool", "~", 10, 99),
        ("web", "extra", "-", None, [1]),
        ("worker", "DATABASE_HOST", "+", "db-2", None),
    ]


@given(
    st.permutations(["database", "debug"]),
    st.sampled_from([2, 4, 8]),
    st.booleans(),
    st.sampled_from(['"', "'"]),
)
def test_formatting_and_the_order_of_keys_are_never_drift(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], indent: int, flow: bool, quote: str
):
    global _SYNCED  # noqa: PLW0603  # made once: every example writes the live file anew
    if _SYNCED is None:
        _SYNCED = Fleet(tmp_path_factory.mktemp("fleet"), {"web": {}})
        _SYNCED.apply()
    tree = {key: BASE[key] for key in order}
    text = yaml.safe_dump(tree, sort_keys=False, indent=indent, default_flow_style=flow)
    text = "# by hand\n" + text.replace("db-1", f"{quote}db-1{quote}")
    (_SYNCED.live / "web/settings.yaml").write_text(text)
    assert _found(_SYNCED) == []


def test_a_schema_without_end_has_no_more_defaults_than_are_looked_at():
    names = [f"d{number}" for number in range(30)]
    every = [{"$ref": f"#/$defs/{name}"} for name in names]
    loops = {name: {"allOf": every, "properties": {name: {"default": 1}, "in": every[0]}} for name in names}
    usual = {"properties": {"b": {"default": 2}, "a": every[0]}}
    assert defaults_of({"$defs": loops, **usual})["b"] == 2  # it ends
    deep: dict[str, object] = {"default": 1}
    for _ in range(5000):
        deep = {"properties": {"x": deep}}
    assert defaults_of(deep) == {}


def test_defaults_of_the_schema_that_live_has_written_out_are_no_drift(fleet: Fleet):
    limits = {"properties": {"rate": {"default": 5}, "on": {"default": True}}}
    schema = {
        "$defs": {"limits": limits, "loop": {"properties": {"again": {"$ref": "#/$defs/loop"}}}},
        "properties": {
            "database": {"properties": {"timeout": {"default": 30}, "pool": {"default": 10}}},
            "limits": {"$ref": "#/$defs/limits"},
            "loop": {"$ref": "#/$defs/loop"},
            "mode": {"type": "string"},
        },
    }
    (fleet.root / "schemas").mkdir()
    (fleet.root / "schemas/settings.schema.json").write_text(json.dumps(schema))
    fleet.commit()
    fleet.apply()
    before = _live(fleet)
    usual = {"database": {**before["database"], "timeout": 30}, "limits": {"rate": 5, "on": True}}
    _edit(fleet, "web", "settings.yaml", lambda _: yaml.safe_dump({**before, **usual}))
    _edit(fleet, "worker", "settings.env", lambda text: text + "DATABASE_TIMEOUT=30\nLIMITS_RATE=5\n")
    assert _found(fleet) == []
    assert [plan.changing for plan in fleet.deployer().plan()] == [[]]
    other = {"database": {"host": "db-2", "timeout": 31}, "limits": {"rate": 6, "on": True}, "mode": "x"}
    _edit(fleet, "web", "settings.yaml", lambda _: yaml.safe_dump({**before, **other, "loop": {"again": 1}}))
    assert [one[1:3] for one in _found(fleet)] == [
        ("database.pool", "+"),  # what is wanted in so many words is put there
        ("database.timeout", "-"),
        ("limits.rate", "-"),
        ("loop.again", "-"),
        ("mode", "-"),
    ]


_SYNCED: Fleet | None = None
_INHERITING = {"production": {}, "canary": {"extends": "production"}}


def test_drift_and_being_behind_are_told_apart(fleet: Fleet):
    fleet.write("config/environments/production.yaml", {"database": {"host": "db-3"}})
    fleet.commit()
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("pool: 10", "pool: 99"))
    found = _drifter(fleet).detect()
    assert [(one.target.name, one.is_drifted, one.is_behind) for one in found.standings] == [
        ("web", True, True),
        ("worker", False, True),
    ]
    assert [one.path for one in found.detections] == ["database.pool"]


def test_a_broken_live_file_is_told_as_a_whole_and_put_back(fleet: Fleet):
    (fleet.live / "web/settings.yaml").write_text("a: [")
    [detection] = _drifter(fleet).detect().detections
    assert (detection.path, detection.live) == ("", "it is not yaml any more")
    _drifter(fleet).correct(["web"], Correction(), Options())
    assert _live(fleet)["database"] == {"host": "db-2", "pool": 10}


def test_a_stranger_among_the_files_is_drift(fleet: Fleet):
    (fleet.live / "web/notes.txt").write_text("mine")
    [detection] = _drifter(fleet).detect().detections
    assert (detection.document, detection.live) == ("notes.txt", "gmconfig did not put it there")


def test_correcting_puts_back_what_was_there_and_nothing_newer(fleet: Fleet):
    fleet.write("config/environments/production.yaml", {"database": {"host": "db-3"}})
    fleet.commit()
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("db-2", "db-9") + "extra: 1\n")
    [applied] = _drifter(fleet).correct(["web"], Correction(prune=True), Options())
    assert applied.record
    assert applied.record.action == "correct"
    assert _live(fleet) == {**BASE, "database": {"host": "db-2", "pool": 10}}
    assert _found(fleet) == []


def test_correcting_some_paths_keeps_the_rest_and_keeps_calling_it_drift(fleet: Fleet):
    _edit(
        fleet,
        "web",
        "settings.yaml",
        lambda text: text.replace("db-2", "db-9").replace("pool: 10", "pool: 99"),
    )
    _edit(fleet, "web", "settings.yaml", lambda text: text + "extra: 1\n")
    _drifter(fleet).correct(["web"], Correction(only=(KeyPath.parse("database.host"),)), Options())
    assert _live(fleet) == {**BASE, "database": {"host": "db-2", "pool": 99}, "extra": 1}
    assert [one[1] for one in _found(fleet)] == ["database.pool", "extra"]
    _drifter(fleet).correct(["production"], Correction(), Options())
    assert _live(fleet) == {**BASE, "database": {"host": "db-2", "pool": 10}, "extra": 1}


def test_a_correction_leaves_alone_what_is_wanted_by_now(fleet: Fleet):
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("db-2", "db-9").replace(": 10", ": 99"))
    adopt(_drifter(fleet), "web", None, "database.pool")
    [applied] = _drifter(fleet).correct(["web"], Correction(), Options())
    assert applied.record
    assert _live(fleet) == {**BASE, "database": {"host": "db-2", "pool": 99}}
    [again] = _drifter(fleet).correct(["web"], Correction(), Options())
    assert again.record is None
    fleet.apply()
    assert (_found(fleet), _live(fleet)["database"]) == ([], {"host": "db-2", "pool": 99})


def test_what_is_adopted_is_a_minimal_edit_of_the_right_layer(fleet: Fleet):
    file = fleet.root / "config/environments/production.yaml"
    file.write_text("# ours\ndatabase:\n  host: db-2  # the cluster\n")
    fleet.commit()
    fleet.apply()
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("db-2", "db-7"))
    outcome = adopt(_drifter(fleet), "web", None, "database.host")
    assert file.read_text() == "# ours\ndatabase:\n  host: db-7  # the cluster\n"
    assert outcome.commit == fleet.git("rev-parse", "HEAD")
    assert "adopted from web" in fleet.git("log", "-1", "--format=%B")
    fleet.apply()
    assert _found(fleet) == []


def test_a_value_of_the_base_is_adopted_for_the_environment_alone(fleet: Fleet):
    # Who inherits from it, and has a value of its own, is named.
    fleet.declare({"web": {}, "worker": {"format": "dotenv"}}, environments=_INHERITING)
    fleet.write("config/environments/canary.yaml", {"database": {"pool": 5}})
    fleet.commit()
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("pool: 10", "pool: 40"))
    done = adopt(_drifter(fleet), "web", "settings", "database.pool")
    assert done.still_overridden == ("canary",)
    assert yaml.safe_load((fleet.root / "config/settings.yaml").read_text()) == BASE
    overlay = yaml.safe_load((fleet.root / "config/environments/production.yaml").read_text())
    assert overlay == {"database": {"host": "db-2", "pool": 40}}


def test_a_flat_form_gives_its_types_back(fleet: Fleet):
    _edit(fleet, "worker", "settings.env", lambda text: text.replace("POOL=10", "POOL=60"))
    adopt(_drifter(fleet), "worker", None, "DATABASE_POOL")
    overlay = yaml.safe_load((fleet.root / "config/environments/production.yaml").read_text())
    assert overlay["database"]["pool"] == 60


def test_what_is_gone_or_new_live_is_adopted_too(fleet: Fleet):
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("debug: false\n", "") + "extra: {a: 1}\n")
    adopt(_drifter(fleet), "web", None, "debug")
    adopt(_drifter(fleet), "web", None, "extra.a")
    overlay = yaml.safe_load((fleet.root / "config/environments/production.yaml").read_text())
    assert overlay == {"database": {"host": "db-2"}, "debug": None, "extra": {"a": 1}}
    _edit(fleet, "worker", "settings.env", lambda text: text + "NEW=1\n")
    with pytest.raises(Refused, match='nothing in the document is called "NEW"'):
        adopt(_drifter(fleet), "worker", None, "NEW")


def test_what_comes_from_a_placeholder_is_not_overwritten(fleet: Fleet):
    fleet.write("config/settings.yaml", {**BASE, "region": "${REGION:eu}"})
    fleet.commit()
    fleet.apply()
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("region: eu", "region: us"))
    with pytest.raises(Refused, match=r'"region" is made of \$\{REGION:eu\}'):
        adopt(_drifter(fleet), "web", None, "region")


def test_nothing_that_has_not_drifted_is_adopted(fleet: Fleet):
    with pytest.raises(NotFound, match='"database.host" has not drifted on web'):
        adopt(_drifter(fleet), "web", None, "database.host")
    with pytest.raises(NotFound, match='no target or environment named "wep"'):
        adopt(_drifter(fleet), "wep", None, "database.host")
    with pytest.raises(UsageError, match='"production" is not one target'):
        adopt(_drifter(fleet), "production", None, "database.host")


def test_an_acknowledgement_holds_until_its_day_or_until_it_changes(fleet: Fleet):
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("pool: 10", "pool: 99"))
    last = (datetime.now(UTC) + timedelta(days=2)).date()
    _drifter(fleet).acknowledge("web", None, "database.pool", "the sale", f"{last:%Y%m%d}")
    found = _drifter(fleet).detect()
    assert found.ok
    assert [one.acknowledged.reason for one in found.detections if one.acknowledged] == ["the sale"]
    assert not found.detections[0].counts(last)
    assert found.detections[0].counts(last + timedelta(days=1))
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("pool: 99", "pool: 98"))
    assert not _drifter(fleet).detect().ok
    with pytest.raises(UsageError, match="needs a reason"):
        _drifter(fleet).acknowledge("web", None, "database.pool", "")
    with pytest.raises(Refused, match="2020-01-01 is over"):
        _drifter(fleet).acknowledge("web", None, "database.pool", "x", "2020-01-01")


def test_detections_are_remembered_and_resolved_when_gone(fleet: Fleet):
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("pool: 10", "pool: 99"))
    _drifter(fleet).detect()
    first = _drifter(fleet).known(resolved=False)[0]
    assert _drifter(fleet).detect().detections[0].detected_at == first.detected_at
    assert _drifter(fleet).detect(["worker"]).ok
    assert _drifter(fleet).known(resolved=False) == [first]  # nobody has looked whether it is gone
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("pool: 99", "pool: 10"))
    assert _drifter(fleet).detect().ok
    [known] = _drifter(fleet).known()
    assert known.resolved
    assert _drifter(fleet).known(resolved=False) == []


def test_what_several_see_at_once_is_noted_once(fleet: Fleet):
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("pool: 10", "pool: 99"))
    [standing] = _drifter(fleet).detect(["web"]).standings
    for month in fleet.git("for-each-ref", "--format=%(refname)", "refs/gmconfig/journal").split():
        fleet.git("update-ref", "-d", month)
    watches, together = [_drifter(fleet).watch for _ in range(4)], Barrier(4)

    def see(watch: Watch) -> list[DriftDetection]:
        together.wait(LIMIT)
        return watch.seen([standing])

    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(see, watches))
    assert len({one.detected_at for [one] in seen}) == 1
    assert [event["kind"] for event in watches[0].journal.read()] == ["drift-detected"]


def test_two_clones_that_saw_the_same_tell_of_one_drift():
    def seen(time: str, live: int) -> dict[str, object]:
        texts = dict.fromkeys(("id", "environment", "target", "document", "path", "kind", "record"), "x")
        return {"kind": "drift-detected", "time": time, "detections": [{**texts, "live": live}]}

    known = {"kind": "drift-acknowledged", "time": "2", "ids": ["x"], "by": "ann", "reason": "the sale"}
    gone = {"kind": "drift-resolved", "ids": ["x"]}
    [one] = told_by([seen("1", 9), known, seen("3", 9)]).values()
    assert (one.detected_at, bool(one.acknowledged)) == ("1", True)
    [one] = told_by([seen("1", 9), known, seen("3", 8)]).values()
    assert (one.detected_at, one.acknowledged) == ("3", None)
    [one] = told_by([seen("1", 9), {**gone, "time": "2"}, {**gone, "time": "3"}]).values()
    assert one.resolved_at == "2"


def test_a_clock_that_was_ahead_hides_no_drift(fleet: Fleet):
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("pool: 10", "pool: 99"))
    [one] = _drifter(fleet).detect().detections
    journal = _drifter(fleet).watch.journal
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    journal.append({"kind": "drift-resolved", "ids": [one.id]}, now=tomorrow)
    for _ in "again":
        assert [one.path for one in _drifter(fleet).detect().detections] == ["database.pool"]
        assert [one.resolved for one in _drifter(fleet).known()] == [False]
    kinds = [str(event["kind"]).removeprefix("drift-") for event in journal.read()]
    assert kinds == ["deployment", "detected", "resolved", "detected"]


def test_ignored_paths_do_not_count_until_their_day(fleet: Fleet):
    rule = {"path": "database.pool", "owner": "ops", "reason": "the scaler"}
    fleet.declare({"web": {"ignore": [rule]}, "worker": {"format": "dotenv"}})
    fleet.commit()
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("pool: 10", "pool: 99"))
    assert _found(fleet) == []
    [plan] = fleet.deployer().plan()
    assert plan.changing == []
    fleet.declare({"web": {"ignore": [{**rule, "until": "2020-01-01"}]}, "worker": {"format": "dotenv"}})
    fleet.commit()
    assert [one[1] for one in _found(fleet)] == ["database.pool"]


def test_an_ignore_rule_covers_its_last_day_too():
    [rule] = rules("web", [{"path": "a.*", "owner": "ops", "reason": "x", "until": "2027-01-31"}])
    one = Difference("settings", Change(("a", "b"), 1, 2, "~"), at_live=(("a", "b"), {"a": {"b": 1}}))
    assert rule.covers(one, date(2027, 1, 31))
    assert not rule.covers(one, date(2027, 2, 1))


def test_what_is_ignored_stays_as_it_is_when_other_values_change(fleet: Fleet):
    rule = {"path": "database.pool", "owner": "ops", "reason": "the scaler"}
    fleet.declare({"web": {"ignore": [rule]}, "worker": {"format": "dotenv"}, "new": {"ignore": [rule]}})
    fleet.commit()
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("pool: 10", "pool: 99"))
    fleet.write("config/environments/production.yaml", {"database": {"host": "db-3"}})
    fleet.commit()
    [plan] = fleet.deployer().plan(("web",))
    assert [str(one.change) for one in plan.changing[0].standing.changes] == ["~ database.host"]
    fleet.apply()
    assert (fleet.pool("web"), fleet.pool("new")) == (99, 10)
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("db-3", "db-9"))
    _drifter(fleet).correct(["web"], Correction(), Options())
    assert _live(fleet)["database"] == {"host": "db-3", "pool": 99}
    assert _drifter(fleet).detect().ok


def test_explaining_names_the_commit_and_the_deployment(fleet: Fleet):
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("db-2", "db-9"))
    found = explain(_drifter(fleet), "web", None, "database.host")
    assert (found.wanted, found.live, found.drifted) == ("db-2", "db-9", True)
    assert (found.record, str(found.place)) == ("production-1", "config/environments/production.yaml:2:9")
    assert found.revision
    assert found.revision.commit == fleet.git("rev-parse", "HEAD")
    same = explain(_drifter(fleet), "web", None, "database.pool")
    assert (same.wanted, same.live, same.drifted) == (10, 10, False)
    _edit(fleet, "web", "settings.yaml", lambda text: text + "extra: 1\n")
    extra = explain(_drifter(fleet), "web", None, "extra")
    assert (extra.wanted, extra.live, extra.place) == (ABSENT, 1, None)


@pytest.fixture
def sealed(tmp_path: Path) -> Fleet:
    """The trading example, whose database password is a named secret, live on one target."""
    root = trading.founded(tmp_path / "repo")
    fleet = Fleet.__new__(Fleet)
    fleet.root, fleet.live = root, tmp_path / "live"
    fleet.live.mkdir()
    file = root / "gmconfig.yaml"
    place = f"{{environment: production, path: {fleet.live / 'web'}}}"
    file.write_text(f"{file.read_text().partition('targets:')[0]}targets:\n  web: {place}\n")
    fleet.commit()
    fleet.apply()
    return fleet


def test_a_secret_that_was_changed_live_is_told_without_its_value(sealed: Fleet):
    _edit(
        sealed,
        "web",
        "settings.yaml",
        lambda text: text.replace("correct-horse-battery", "stolen-pony-charger"),
    )
    done = sealed.run("drift", "detect", "web")
    assert done.returncode == 1
    assert "database.password" in done.stdout
    done_json = sealed.run("drift", "detect", "web", "-o", "json")
    explained = sealed.run("drift", "explain", "web", "database.password")
    plan = sealed.run("deploy", "plan", "web")
    journal = sealed.git("log", "-p", "--all", "--", ".")
    _drifter(sealed).acknowledge("web", None, "database.password", "rotated by hand")
    assert _drifter(sealed).detect().ok
    _edit(sealed, "web", "settings.yaml", lambda text: text.replace("stolen-pony", "stolen-pony-2"))
    assert not _drifter(sealed).detect().ok
    for text in (done.stdout, done_json.stdout, explained.stdout, plan.stdout, journal):
        assert "stolen-pony" not in text
        assert "correct-horse" not in text
    assert json.loads(done_json.stdout)["drift"][0]["path"] == "database.password"


def test_drift_of_secrets_is_seen_without_a_key(sealed: Fleet, monkeypatch: pytest.MonkeyPatch):
    shutil.rmtree(Path(os.environ["HOME"]) / ".config/gmconfig")
    assert _drifter(sealed).detect().ok
    _edit(sealed, "web", "settings.yaml", lambda text: text.replace("correct-horse-battery", "stolen"))
    assert [one.path for one in _drifter(sealed).detect().detections] == ["database.password"]
    [plan] = sealed.deployer().plan(("web",))
    assert plan.changing[0].lacks == ("plain secrets cannot be rendered without their key (gmconfig doctor)",)
    assert sealed.run("deploy", "apply", "web").returncode == 3


def test_a_rotated_secret_that_is_not_deployed_yet_has_not_drifted(sealed: Fleet):
    SecretsManager(root=sealed.root).update_secret("db_password", "another-pony-charger")
    _edit(sealed, "web", "settings.yaml", lambda text: text + "extra: 1\n")
    assert [one.path for one in _drifter(sealed).detect().detections] == ["extra"]
    [plan] = sealed.deployer().plan(("web",))
    assert {one.path for one in plan.changing[0].standing.changes} == {"database.password", "extra"}
    _edit(
        sealed,
        "web",
        "settings.yaml",
        lambda text: text.replace("correct-horse-battery", "another-pony-charger"),
    )
    assert {one.path for one in _drifter(sealed).detect().detections} == {"database.password", "extra"}
    shutil.rmtree(Path(os.environ["HOME"]) / ".config/gmconfig")
    assert {one.path for one in _drifter(sealed).detect().detections} == {"database.password", "extra"}


def test_what_a_release_put_there_is_not_guessed_where_its_commit_is_gone(fleet: Fleet):
    fleet.change(20)
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("db-2", "db-9"))
    gone = fleet.git("rev-parse", "HEAD~1")
    fleet.git("update-ref", "-d", "refs/gmconfig/deployments/production")
    fleet.git("replace", "--graft", "HEAD")
    (fleet.root / ".git/objects" / gone[:2] / gone[2:]).unlink()
    [found] = _drifter(fleet).detect(["web"]).detections
    assert (found.document, found.path) == ("settings", "")
    assert found.live == f"it was changed by hand; what was put there ({gone[:7]}) is not at hand"
    assert _drifter(fleet).detect(["worker"]).ok  # nobody touched it: what was put there is still there
    assert {one.path for one in fleet.deployer().plan(("web",))[0].changing[0].standing.changes} == {
        "database.host",
        "database.pool",
    }
    undo = fleet.run("drift", "detect", "web").stdout.splitlines()[-1].split("gmconfig ")[1]
    assert fleet.run(*undo.split()).returncode == 0
    assert _drifter(fleet).detect(["web"]).ok


def test_an_adopted_secret_is_sealed_where_it_was_sealed(sealed: Fleet):
    _edit(
        sealed, "web", "settings.yaml", lambda text: text.replace("correct-horse-battery", "new-pony-charger")
    )
    adopt(_drifter(sealed), "web", None, "database.password")
    assert "new-pony-charger" not in sealed.git("log", "-p", "--all")
    sealed.apply()
    assert "new-pony-charger" in (sealed.live / "web/settings.yaml").read_text()
    assert _drifter(sealed).detect().ok


def test_what_was_never_deployed_is_not_called_behind(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}, "worker": {}})
    done = fleet.run("drift", "detect")
    assert done.stdout == "no drift in 2 targets, 2 targets not deployed yet: gmconfig deploy plan\n"
    fleet.apply("web")
    fleet.change(20)
    done = fleet.run("drift", "detect")
    assert done.stdout.startswith("no drift in 2 targets, 1 target behind, 1 target not deployed yet")


def test_the_next_steps_of_a_target_with_several_documents_work_as_printed(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {"documents": ["billing", "settings"]}})
    fleet.write("config/billing.yaml", {"rate": 3, "pool": 1})
    fleet.commit()
    fleet.apply()
    _edit(fleet, "web", "billing.yaml", lambda text: text.replace("rate: 3", "rate: 4"))
    out = fleet.run("drift", "detect").stdout
    steps = [line.split("gmconfig ")[1] for line in out.splitlines() if line[11:20] == "gmconfig "]
    assert len(steps) == 3
    for step in (steps[0], steps[2]):
        done = fleet.run(*step.split())
        assert done.returncode == 0
    assert "until it is deployed: gmconfig deploy apply web" in done.stderr
    assert fleet.run("drift", "correct", "web").stdout == "nothing to put back\n"
    assert fleet.run("drift", "explain", "web", "rate").returncode == 0  # it drifted in one of them
    assert fleet.run("drift", "explain", "web", "database.pool").returncode == 0  # else the usual one


def test_items_of_a_list_are_named_by_the_key_they_merge_by(fleet: Fleet):
    fleet.declare({"web": {}, "worker": {"format": "dotenv"}}, merge={"apps": {"by": "name"}})
    apps = [{"name": "one", "size": 1}, {"name": "two", "size": 2}]
    fleet.write("config/settings.yaml", {**BASE, "apps": apps})
    fleet.commit()
    fleet.apply()
    _edit(fleet, "web", "settings.yaml", lambda text: text.replace("size: 2", "size: 3"))
    assert _found(fleet) == [("web", "apps[name=two].size", "~", 2, 3)]
    assert explain(_drifter(fleet), "web", None, "apps[1].size").drifted
    adopt(_drifter(fleet), "web", None, "apps[name=two].size")
    overlay = yaml.safe_load((fleet.root / "config/environments/production.yaml").read_text())
    assert overlay["apps"] == [{"name": "two", "size": 3}]


def test_what_lost_its_marker_has_drifted_until_it_is_put_back(fleet: Fleet):
    web, worker = ([fleet.live / name, fleet.live / f".{name}.gmconfig"] for name in ("web", "worker"))
    [release] = web[1].glob("production-*")
    (release / "release.json").write_text("{")
    worker[0].unlink()
    shutil.rmtree(worker[1])
    [plan] = fleet.deployer().plan()
    assert [one.state for one in plan.targets] == ["drifted", "drifted"]
    assert all(one.changes for one in plan.targets)
    done = fleet.run("drift", "detect")
    assert done.returncode == 1, done.stderr
    assert "web  marker   its marker is gone or damaged" in done.stdout
    assert "worker  marker   all that was put there is gone" in done.stdout
    assert done.stdout.count("changed outside gmconfig after production-1") == 2
    assert "all that was put there is gone" in fleet.run("deploy", "plan").stdout
    fleet.change(70)
    [plan] = fleet.deployer().plan()
    assert [one.state for one in plan.targets] == ["drifted, behind", "drifted, behind"]
    _drifter(fleet).correct(["web"], Correction(), Options())
    assert fleet.pool("web") == 10
    put = fleet.apply().record
    assert not _found(fleet)
    assert fleet.pool("web") == 70
    fleet.declare({"web": {"health": [{"command": ["false"], "retries": 0}]}, "worker": {"format": "dotenv"}})
    fleet.change(80)
    assert fleet.apply("web").record.targets["web"].step == "restored"
    (web[0].resolve().parent / "release.json").write_text("{")
    [found] = _drifter(fleet).detect(["web"]).detections
    assert (found.path, found.record) == ("", put.id)  # a deployment that put it back took nothing away


def test_a_target_that_moved_or_was_given_back_is_new(fleet: Fleet):
    fleet.declare({"web": {"path": str(fleet.live / "other")}, "worker": {"format": "dotenv"}})
    fleet.commit()
    detected = _drifter(fleet).detect()
    assert detected.ok
    assert [one.is_new for one in detected.standings] == [True, False]
    failing = {
        "path": str(fleet.live / "new"),
        "health": [{"command": ["false"], "retries": 0, "timeout": "120s"}],
    }
    fleet.declare({"fresh": failing})
    fleet.commit()
    assert fleet.apply().record.targets["fresh"].step == "restored"
    assert _drifter(fleet).detect().standings[0].is_new
