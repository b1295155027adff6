"""Restored is what was: elsewhere to the last ref, here as a new commit that moves nothing backwards."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gmconfig import ConfigManager, NotFound, Refused
from gmconfig.api import How
from gmconfig.api.backup.backing_up import Backups
from gmconfig.api.backup.restoring import restore_elsewhere, restore_here
from gmconfig.api.deploy.deploying import Deployer
from gmconfig.api.workspace import Workspace
from tests.backup.conftest import backups, git, gone, refs, rendered
from tests.deploy.fleet import BASE, Fleet
from tests.faults.child import kill
from tests.forked import in_a_child


def test_a_repository_that_is_gone_comes_back_to_the_last_ref(sealed: Path, back_up, store: Path, tmp_path):
    before, values = refs(sealed), rendered(sealed)
    pin = git(sealed, "config", "gmconfig.pin")
    back_up(sealed, "nightly")
    gone(sealed)
    restore_elsewhere(backups(None, store), "nightly", str(sealed))
    assert git(sealed, "config", "gmconfig.pin") == pin  # the maker's own key proves which root it had
    assert {name: one for name, one in refs(sealed).items() if "/holds/" not in name} == before
    assert rendered(sealed) == values
    assert git(sealed, "fsck", "--full", "--strict") == ""
    assert git(sealed, "status", "--short") == ""


def test_what_a_kill_left_of_a_restored_repository_goes_with_the_next(fleet, back_up, store: Path, tmp_path):
    back_up(fleet.root)
    back = tmp_path / "elsewhere/back"

    def restored() -> None:
        sys.addaudithook(lambda _, words: kill() if "index-pack" in str(words[1:2]) else None)
        restore_elsewhere(backups(None, store), "latest", str(back))

    assert in_a_child(restored) == -signal.SIGKILL
    assert len(os.listdir(back.parent)) == 1
    restore_elsewhere(backups(None, store), "latest", str(back))
    assert os.listdir(back.parent) == ["back"]


def test_every_environment_is_held_until_somebody_says_so(sealed: Path, back_up, store: Path, tmp_path):
    back_up(sealed)
    back = tmp_path / "back"
    restore_elsewhere(backups(sealed, store), "latest", str(back))
    [status] = [one for one in Deployer(Workspace(root=back)).status() if one.environment == "production"]
    assert "held at production-1" in status.holds[0]
    assert set(status.targets.values()) == {"in sync"}


def test_restored_beside_the_original_it_trusts_the_same_root(sealed: Path, back_up, store: Path, tmp_path):
    back_up(sealed)
    done = restore_elsewhere(backups(sealed, store), "latest", str(tmp_path / "back"))
    assert done.trusted
    assert rendered(tmp_path / "back") == rendered(sealed)


def test_the_backups_of_this_machine_are_found_without_the_repository(
    sealed: Path, back_up, tmp_path, monkeypatch
):
    made = Backups(Workspace(root=sealed))
    from gmconfig.backup.create import Asked

    name = made.create(Asked("here")).id
    gone(sealed)
    monkeypatch.chdir(tmp_path)
    assert [one.id for _, one in Backups(None).all()] == [name]
    restore_elsewhere(Backups(None), "here", str(sealed))
    assert git(sealed, "log", "--oneline")


def test_uncommitted_work_comes_back_as_it_lay_there(fleet: Fleet, back_up, store: Path, tmp_path: Path):
    root = fleet.root
    (root / "new file ✓.txt").write_bytes(b"\0\xff new")
    (root / "script").write_text("#!/bin/sh\n")
    (root / "script").chmod(0o755)
    (root / "link").symlink_to("script")
    fleet.write("config/settings.yaml", {"edited": True})
    (root / "config" / "gone.yaml").write_text("a: 1\n")
    git(root, "add", "config/gone.yaml")
    git(root, "commit", "-qm", "more", "config/gone.yaml")
    (root / "config" / "gone.yaml").unlink()
    back_up(root, uncommitted=True)
    restore_elsewhere(backups(None, store), "latest", str(tmp_path / "back"))
    assert git(tmp_path / "back", "status", "--short") == git(root, "status", "--short")
    assert (tmp_path / "back" / "new file ✓.txt").read_bytes() == b"\0\xff new"
    assert os.access(tmp_path / "back" / "script", os.X_OK)
    assert os.readlink(tmp_path / "back" / "link") == "script"


def test_a_detached_head_comes_back_detached(fleet: Fleet, back_up, store: Path, tmp_path: Path):
    fleet.change(20)
    git(fleet.root, "checkout", "-q", "--detach", "HEAD~1")
    back_up(fleet.root)
    restore_elsewhere(backups(None, store), "latest", str(tmp_path / "back"))
    assert git(tmp_path / "back", "rev-parse", "HEAD") == git(fleet.root, "rev-parse", "HEAD")
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path / "back", "symbolic-ref", "HEAD")


def test_a_project_below_the_top_and_sha256(tmp_path: Path, back_up, store: Path):
    root = tmp_path / "repo"
    git(tmp_path, "init", "-q", "--object-format=sha256", "repo")
    (root / "app" / "config").mkdir(parents=True)
    (root / "app" / "gmconfig.yaml").write_text("{}\n")
    (root / "app" / "config" / "settings.yaml").write_text("a: 1\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "begin")
    name = back_up(root / "app")
    restore_elsewhere(backups(None, store), "latest", str(tmp_path / "back"))
    assert git(tmp_path / "back", "rev-parse", "HEAD") == git(root, "rev-parse", "HEAD")
    assert ConfigManager(root=tmp_path / "back" / "app").get_config("settings") == {"a": 1}
    (store / "backups" / f"{name}.json").unlink()
    assert backups(root / "app", store).missing() == (name,)


def test_a_folder_that_holds_something_is_left_alone(fleet: Fleet, back_up, store: Path, tmp_path: Path):
    back_up(fleet.root)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("x")
    with pytest.raises(Refused, match="not empty"):
        restore_elsewhere(backups(None, store), "latest", str(tmp_path / "full"))
    assert os.listdir(tmp_path / "full") == ["mine"]
    (tmp_path / "empty").mkdir()
    restore_elsewhere(backups(None, store), "latest", str(tmp_path / "empty"))


def test_parts_come_as_plain_files(sealed: Path, back_up, store: Path, tmp_path: Path):
    back_up(sealed)
    there = backups(sealed, store)
    done = restore_elsewhere(there, "latest", str(tmp_path / "out"), only=("live/w*", "billing"))
    assert "config/billing.yaml" in done.files
    live = yaml.safe_load((tmp_path / "out" / "live" / "web" / "settings.yaml").read_text())
    assert live["database"]["password"] == "correct-horse-battery"
    original = sealed.parent / "live"
    for name, there_file in (
        ("web/settings.yaml", "web/settings.yaml"),
        ("worker/settings.env", "worker.env"),
    ):
        assert (tmp_path / "out" / "live" / name).read_bytes() == (original / there_file).read_bytes()
    assert (tmp_path / "out" / "live" / "web" / "settings.yaml").stat().st_mode & 0o077 == 0
    with pytest.raises(NotFound):
        restore_elsewhere(there, "latest", str(tmp_path / "none"), only=("nothing",))


def test_what_was_changed_live_by_hand_is_in_the_backup(sealed: Path, back_up, store: Path, tmp_path: Path):
    live = sealed.parent / "live" / "web" / "settings.yaml"
    live.chmod(0o600)
    text = live.read_text().replace("correct-horse-battery", "by-hand-in-the-night")
    live.write_text(text)
    back_up(sealed)
    assert not any(b"by-hand" in file.read_bytes() for file in store.rglob("*") if file.is_file())
    restore_elsewhere(backups(sealed, store), "latest", str(tmp_path / "out"), only=("live",))
    assert (tmp_path / "out" / "live" / "web" / "settings.yaml").read_text() == text


# Here


def test_here_it_is_a_new_commit_and_no_ref_goes_back(sealed: Path, back_up, store: Path):
    name = back_up(sealed)
    manager = ConfigManager("production", root=sealed)
    wanted = manager.get_config("settings")
    manager.set_value("settings", "database.pool", 77)
    (sealed / "schemas" / "settings.schema.json").write_text("{}")
    git(sealed, "commit", "-qam", "no schema", "--no-verify")
    before = refs(sealed)
    done = restore_here(backups(sealed, store), name, How(reason="wrong pool"))
    assert ConfigManager("production", root=sealed).get_config("settings") == wanted
    assert done.outcome is not None
    assert git(sealed, "rev-parse", "HEAD~1") == before["refs/heads/main"]
    assert git(sealed, "log", "-1", "--format=%(trailers:key=Gmconfig-Backup,valueonly)").strip() == name
    assert "title" in (sealed / "schemas" / "settings.schema.json").read_text()
    for ref in before:
        git(sealed, "merge-base", "--is-ancestor", before[ref], ref)


def test_a_restore_makes_a_backup_of_its_own_first(sealed: Path, back_up, store: Path):
    name = back_up(sealed)
    ConfigManager("production", root=sealed).set_value("settings", "database.pool", 77)
    there = backups(sealed, store)
    done = restore_here(there, name, How())
    assert done.before
    usual = Backups(Workspace(root=sealed))  # nothing may be written where the backup came from
    assert ([one.id for _, one in there.all()], [one.id for _, one in usual.all()]) == ([name], [done.before])
    restore_here(usual, done.before, How())
    assert ConfigManager("production", root=sealed).get_config("settings")["database"]["pool"] == 77


def test_what_was_moved_since_comes_back_to_where_it_was(fleet: Fleet, back_up, store: Path):
    name = back_up(fleet.root)
    (fleet.root / "conf").mkdir()
    fleet.git("mv", "config/settings.yaml", "conf/base.yaml")
    fleet.declare({"web": {}}, documents={"settings": {"files": ["conf/base.yaml"]}})
    fleet.write("conf/base.yaml", {"database": {"pool": 77}})
    fleet.commit("another layout")
    there = backups(fleet.root, store)
    restore_here(there, name, How(), only=["settings"])
    assert (yaml.safe_load((fleet.root / "conf/base.yaml").read_text()), fleet.git("ls-files", "config")) == (
        BASE,
        "",
    )
    restore_here(there, name, How())
    assert fleet.git("ls-files", "conf", "config") == "config/settings.yaml"
    assert ConfigManager(root=fleet.root).get_config("settings") == BASE


def test_secrets_access_and_their_log_stay_todays(sealed: Path, back_up, store: Path):
    from gmconfig import SecretsManager

    name = back_up(sealed)
    SecretsManager(root=sealed).update_secret("db_password", "rotated-since-then")
    ConfigManager("production", root=sealed).set_value("settings", "database.pool", 77)
    access, secrets = (sealed / "access.yaml").read_bytes(), (sealed / "secrets/common.yaml").read_bytes()
    restore_here(backups(sealed, store), name, How())
    assert (sealed / "access.yaml").read_bytes() == access
    assert (sealed / "secrets/common.yaml").read_bytes() == secrets
    config = ConfigManager("production", root=sealed).get_config("settings")
    assert config["database"]["password"] == "rotated-since-then"
    assert config["database"]["pool"] != 77


def test_only_what_was_asked_for_comes_back(sealed: Path, back_up, store: Path):
    name = back_up(sealed)
    manager = ConfigManager("production", root=sealed)
    manager.set_value("settings", "database.pool", 77)
    done = restore_here(backups(sealed, store), name, How(), only=("billing", "schemas/*"))
    assert done.outcome is not None
    assert not done.outcome.changed
    assert done.before is None
    with pytest.raises(NotFound):
        restore_here(backups(sealed, store), name, How(), only=("nothing",))
    with pytest.raises(Refused):
        restore_here(backups(sealed, store), name, How(), only=("live/web",))


def test_a_commit_that_is_gone_from_the_repository_is_fetched_from_the_backup(
    fleet: Fleet, back_up, store: Path
):
    fleet.change(20)
    name = back_up(fleet.root)
    git(fleet.root, "update-ref", "-d", "refs/gmconfig/deployments/production")
    git(fleet.root, "reset", "-q", "--hard", "HEAD~1")
    git(fleet.root, "reflog", "expire", "--expire=now", "--all")
    git(fleet.root, "gc", "-q", "--prune=now")
    restore_here(backups(fleet.root, store), name, How())
    assert ConfigManager(root=fleet.root).get_config("settings")["database"]["pool"] == 20


def test_a_dry_run_changes_nothing(fleet: Fleet, back_up, store: Path):
    name = back_up(fleet.root)
    fleet.change(20)
    before, count = refs(fleet.root), len(list(store.glob("backups/*")))
    done = restore_here(backups(fleet.root, store), name, How(dry_run=True))
    assert done.outcome is not None
    assert done.outcome.changed
    assert refs(fleet.root) == before
    assert len(list(store.glob("backups/*"))) == count


# The library's own words


def test_the_library_backs_up_and_restores(sealed: Path):
    manager = ConfigManager("production", root=sealed)
    name = manager.backup_configs("before")
    manager.set_value("settings", "database.pool", 77)
    outcome = manager.restore_configs("before", user="Ada <ada@example.org>")
    assert name
    assert outcome.commit
    assert manager.get_config("settings")["database"]["pool"] != 77
    assert git(sealed, "log", "-1", "--format=%an") == "Ada"


def test_automation_backs_up_and_brings_back_what_is_live(fleet: Fleet):
    from gmconfig.api.automation.manager import ConfigAutomation

    automation = ConfigAutomation(ConfigManager(root=fleet.root))
    name = automation.create_backup("pre_deployment_backup", "Backup before deployment", retention_days=7)
    fleet.change(20)
    fleet.apply()
    assert fleet.pool("web") == 20
    [deployed] = automation.restore_backup(name, user="Ada <ada@example.org>")
    assert deployed == "production-3"
    assert fleet.pool("web") == 10
    assert automation.restore_backup(name) == ()


def test_automation_restores_only_the_documents_that_a_backup_is_of(fleet: Fleet):
    from gmconfig.api.automation.manager import ConfigAutomation

    fleet.write("config/other.yaml", {"a": 1})
    fleet.commit()
    automation = ConfigAutomation(ConfigManager(root=fleet.root))
    name = automation.create_backup("other alone", configs=["other"])
    fleet.write("config/other.yaml", {"a": 2})
    fleet.change(20)
    automation.restore_backup(name)
    manager = ConfigManager(root=fleet.root)
    assert manager.get_config("other") == {"a": 1}
    assert manager.get_config("settings")["database"]["pool"] == 20


def test_the_gov_uk_repository_is_lost_and_comes_back(
    conformance_data: Path, tmp_path: Path, store: Path, back_up
):
    """1,854 commits, secrets, records, a journal and live targets: every ref, environment and secret again."""
    from gmconfig import SecretsManager
    from gmconfig.api import start

    root = tmp_path / "govuk"
    bundle = conformance_data / "govuk-app-config" / "history.bundle"
    git(tmp_path, "clone", "-q", str(bundle), str(root))
    git(root, "remote", "remove", "origin")
    start(root, how=How(), patterns=["values-{environment}.yaml"])
    SecretsManager(root=root).create_secret("db_password", "correct-horse-battery", "password", "x")
    project = yaml.safe_load((root / "gmconfig.yaml").read_text())
    web = {"environment": "production", "path": str(tmp_path / "live"), "documents": ["values"]}
    project["targets"] = {"web": {**web, "placeholders": "keep"}}
    (root / "gmconfig.yaml").write_text(yaml.safe_dump(project))
    git(root, "commit", "-qam", "targets", "--no-verify")
    list(Deployer(Workspace(root=root)).apply(("production",)))

    def known(folder: Path) -> dict[str, object]:
        envs = ("production", "staging", "integration")
        values = {env: ConfigManager(env, root=folder).raw("values") for env in envs}
        return values | {"secret": SecretsManager(root=folder).get_secret("db_password")}

    before, values, pin = refs(root), known(root), git(root, "config", "gmconfig.pin")
    back_up(root)
    gone(root)
    restore_elsewhere(backups(None, store), "latest", str(root))
    assert git(root, "config", "gmconfig.pin") == pin  # its maker's own key proves it
    assert {name: one for name, one in refs(root).items() if "/holds/" not in name} == before
    assert known(root) == values
    assert git(root, "fsck", "--full") == ""
    assert git(root, "rev-list", "--count", "HEAD") > "1850"
    [status] = Deployer(Workspace(root=root)).status("production")
    assert set(status.targets.values()) == {"in sync"}
