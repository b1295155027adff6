"""What deployments say to words that mean nothing, or something else than somebody thought."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.cli.test_on_a_terminal import typed
from tests.deploy.fleet import Fleet


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    fleet = Fleet(tmp_path, {"web": {}, "worker": {}}, environments={"production": {}, "staging": {}})
    fleet.apply()
    return fleet


NONSENSE = [
    ("deploy plan staging", 3, "staging has no targets"),
    ("deploy rollback staging", 3, "staging has no targets"),
    ("drift detect -e staging", 3, "staging has no targets"),
    ("drift detect -e nope", 3, 'no environment named "nope"'),
    ("drift detect web -e staging", 3, "web has no target in staging"),
    ("deploy plan nope", 3, 'no target or environment named "nope"'),
    ("deploy freeze production --until 2020-01-01", 2, "2020-01-01 00:00 UTC is over"),
    ("deploy status production-9", 3, 'no deployment named "production-9"'),
    ("deploy unhold web", 3, "web is not held"),
    ("deploy unhold production", 3, "nothing is held in production"),
]


def test_words_that_mean_nothing_are_said_to(fleet: Fleet, cli, monkeypatch):
    monkeypatch.chdir(fleet.root)
    for words, code, said in NONSENSE:
        done = cli(*words.split())
        assert (done.code, done.out) == (code, ""), done
        assert f"gmconfig: error: {said}" in done.err


def test_one_held_target_is_not_all_of_them(fleet: Fleet):
    assert fleet.run("deploy", "hold", "web").returncode == 0
    done = fleet.run("deploy", "unhold", "worker")
    assert (done.returncode, "worker is not held" in done.stderr) == (3, True)
    assert fleet.run("deploy", "hold", "production").returncode == 0
    done = fleet.run("deploy", "unhold", "worker")
    assert (done.returncode, "all of production is held" in done.stderr) == (4, True)


def test_a_dry_run_of_holds_and_freezes_changes_nothing(fleet: Fleet, cli, monkeypatch):
    monkeypatch.chdir(fleet.root)
    for verb, word, begun in (
        ("hold", "web", "web would be held at production-1"),
        ("unhold", "web", "web  in sync"),
        ("freeze", "production", "production is frozen"),
        ("unfreeze", "production", "production is frozen"),
    ):
        before = fleet.git("for-each-ref")
        shown = cli("deploy", verb, word, "--dry-run")
        assert (shown.code, begun in shown.out) == (0, True), shown
        assert shown.out.endswith("(dry run: nothing was changed)\n")
        assert fleet.git("for-each-ref") == before
        assert cli("deploy", verb, word).code == 0
        if word == "production":
            fleet.change(70 if verb == "freeze" else 71)
            assert ("apply with" in cli("deploy", "plan", word).err) == (verb == "unfreeze"), (
                "what would be refused"
            )


def test_what_is_not_committed_is_said_not_to_be_deployed(fleet: Fleet, cli, monkeypatch):
    monkeypatch.chdir(fleet.root)
    (fleet.root / "notes.txt").write_text("mine\n")
    assert "not committed" not in cli("deploy", "apply", "production").err
    (fleet.root / "config/settings.yaml").write_text("pool: 70\n")
    said = "not committed, and so not deployed: changes in config/settings.yaml"
    assert said in cli("deploy", "apply", "production").err
    assert said in typed(["deploy", "plan", "production"], b"")[1]
    assert said not in cli("deploy", "apply", "production", "--at", "HEAD").err


def test_the_status_of_a_deployment_is_of_that_one(fleet: Fleet):
    def interrupts(record) -> None:
        if str(record.state) == "activating":
            raise KeyboardInterrupt

    fleet.change(20)
    with pytest.raises(KeyboardInterrupt):
        fleet.apply(told=interrupts)
    [cut] = fleet.deployer().status("production-2")
    assert (str(cut.record.state), cut.is_cut_short) == ("partial", True)
    fleet.apply()
    [past] = fleet.deployer().status("production-2")
    assert (past.record.id, past.is_cut_short) == ("production-2", False)  # nobody can resume it any more
    assert fleet.run("deploy", "status", "production").stdout.startswith("production-3  succeeded")


def test_environments_of_one_command_are_told_apart_and_in_the_order_of_time(
    tmp_path: Path, cli, monkeypatch
):
    environments = {"production": {}, "staging": {}}
    fleet = Fleet(tmp_path, {"one": {}, "two": {"environment": "staging"}}, environments=environments)
    monkeypatch.chdir(fleet.root)
    cli("deploy", "freeze", "staging", "-m", "a test")
    half = cli("deploy", "apply", "production", "staging")
    assert (half.code, half.out.startswith("production-1  succeeded")) == (4, True)
    assert "gmconfig: error: staging is frozen" in half.err
    cli("deploy", "unfreeze", "staging")
    cli("deploy", "apply", "staging")
    assert cli("deploy", "history", "-n", "1").out.startswith("staging-1  succeeded")


def test_an_environment_whose_name_is_like_an_id_is_meant_by_it(tmp_path: Path):
    environments = {"production": {}, "production-1": {}}
    targets = {"one": {}, "two": {"environment": "production-1"}}
    fleet = Fleet(tmp_path, targets, environments=environments)
    assert len(list(fleet.deployer().apply(("production", "production-1")))) == 2
    assert [one.environment for one in fleet.deployer().status("production-1")] == ["production-1"]


def test_a_freeze_ends_at_the_moment_that_is_meant_in_whatever_zone(fleet: Fleet, cli, monkeypatch):
    monkeypatch.chdir(fleet.root)
    over = (datetime.now(UTC) - timedelta(hours=1)).astimezone(timezone(timedelta(hours=10)))
    assert cli("deploy", "freeze", "production", "--until", over.isoformat()).code == 2
    later = (datetime.now(UTC) + timedelta(hours=1)).astimezone(timezone(timedelta(hours=-10)))
    frozen = cli("deploy", "freeze", "production", "--until", later.isoformat())
    assert (frozen.code, f"until {later.astimezone(UTC):%Y-%m-%d %H:%M} UTC" in frozen.out) == (0, True)


def test_a_fresh_clone_knows_what_was_deployed(fleet: Fleet, tmp_path: Path):
    fleet.git("clone", "-q", "--bare", ".", str(tmp_path / "remote.git"))
    fleet.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    fleet.change(20)
    fleet.apply()
    fleet.git("clone", "-q", str(tmp_path / "remote.git"), str(tmp_path / "clone"))
    fleet.root = tmp_path / "clone"
    assert fleet.run("deploy", "history").stdout.startswith("production-2  succeeded")
    assert fleet.run("deploy", "show", "production-1").stdout.startswith("production-1  succeeded")
    fleet.git("remote", "set-url", "origin", "/nowhere")
    assert fleet.run("deploy", "history", "--offline").returncode == 0


def test_what_was_deployed_is_told_after_its_environment_was_renamed(fleet: Fleet, cli, monkeypatch):
    monkeypatch.chdir(fleet.root)
    settings = (fleet.root / "gmconfig.yaml").read_text().replace("production", "live")
    (fleet.root / "gmconfig.yaml").write_text(settings)
    fleet.commit("production is called live")
    for words in ("history production", "show production-1", "show production"):
        assert cli("deploy", *words.split()).out.startswith("production-1  succeeded")
    assert cli("deploy", "history", "productoin").code == 3


def test_a_quarantined_target_is_not_called_in_sync(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {"health": [{"command": ["false"], "retries": 0, "timeout": "120s"}]}})
    fleet.apply()
    assert fleet.run("deploy", "plan").stdout.startswith("production  nothing would change    at ")
    again = fleet.run("deploy", "apply", "production")
    assert again.returncode == 4
    assert "nothing was done in production: web (failed in production-1) is quarantined" in again.stderr
    assert "gmconfig deploy apply production --retry" in again.stderr
    fleet.declare(
        {"web": {"health": [{"command": ["false"], "retries": 0, "timeout": "120s"}]}, "worker": {}}
    )
    fleet.commit()
    beside = fleet.run("deploy", "apply", "production")
    assert (beside.returncode, fleet.pool("worker"), fleet.pool("web")) == (4, 10, None)
    assert "error: web (failed in production-1) is quarantined" in beside.stderr


def test_what_is_held_is_said_where_nothing_is_deployed_for_it(fleet: Fleet):
    fleet.run("deploy", "hold", "web", "-m", "wait for Ann")
    fleet.change(20)
    fleet.run("deploy", "apply", "worker")
    held = fleet.run("deploy", "apply", "production")
    assert (held.returncode, fleet.pool("web")) == (0, 10)
    assert "web held at production-1" in held.stderr
    assert "wait for Ann; gmconfig deploy unhold web lets it follow the branch again" in held.stderr


def test_an_agent_looks_after_every_environment_not_the_default_one(tmp_path: Path):
    environments = {"production": {}, "development": {}}
    fleet = Fleet(tmp_path, {"web": {}}, environments=environments, default_environment="development")
    done = fleet.run("deploy", "agent", "--once")
    assert (done.returncode, "no target of" in done.stderr) == (3, True)
    fleet.declare({"web": {"agent": True}}, environments=environments, default_environment="development")
    fleet.commit()
    assert fleet.run("deploy", "agent", "--once").returncode == 0
    assert fleet.pool("web") == 10
