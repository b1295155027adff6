"""ConfigAutomation: what becomes of deployments, of those that fail or change nothing too."""

from pathlib import Path

import pytest

from gmconfig import (
    ConfigAutomation,
    ConfigManager,
    DeploymentStatus,
    Environment,
    InvalidConfiguration,
    Locked,
    NotFound,
)
from tests.deploy.fleet import BASE, Fleet


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    health = [{"command": ["test", "!", "-e", str(tmp_path / "unwell")], "retries": 0, "timeout": "120s"}]
    found = Fleet(tmp_path, {"web": {"health": health}})
    found.write("config/settings.yaml", {**BASE, "system": {"version": "1.4.0"}})
    found.commit()
    monkeypatch.chdir(found.root)
    return found


@pytest.fixture
def automation(fleet: Fleet) -> ConfigAutomation:
    return ConfigAutomation(ConfigManager(Environment.PRODUCTION))


def test_an_environment_without_targets_is_deployed_by_its_commit(fleet, automation):
    name = automation.create_deployment(
        "Try", "", {"settings": {"database": {"pool": 3}}}, Environment.STAGING
    )
    job = automation.get_deployment_status(name)
    assert (name, job.status, job.targets) == ("staging-1", DeploymentStatus.SUCCEEDED, {})
    assert job.commit == fleet.git("rev-parse", "HEAD")
    assert ConfigManager("staging").get_config("settings", "database.pool") == 3


def test_several_documents_are_one_commit(fleet, automation):
    fleet.write("config/billing.yaml", {"rate": 1})
    fleet.commit()
    before = fleet.git("rev-list", "--count", "HEAD")
    changes = {"settings": {"database": {"pool": 8}}, "billing": {"rate": 2}}
    automation.create_deployment("Both", "", changes, user="Ann <ann@example.org>")
    assert int(fleet.git("rev-list", "--count", "HEAD")) == int(before) + 1
    assert fleet.git("log", "-1", "--format=%an") == "Ann"
    assert ConfigManager("production").get_config("billing", "rate") == 2


def test_what_changes_nothing_has_an_id_too(automation):
    changes = {"settings": {"database": {"pool": 8}}}
    first = automation.create_deployment("One", "", changes)
    second = automation.create_deployment("Again", "", changes)
    job = automation.get_deployment_status(second)
    assert (first, second, job.status, job.targets) == (
        "production-1",
        "production-2",
        DeploymentStatus.SUCCEEDED,
        {"web": "unchanged"},
    )


def test_what_stands_in_the_way_is_on_record(fleet, automation):
    fleet.deployer().freeze("production", "holidays")
    name = automation.create_deployment("Late", "", {"settings": {"database": {"pool": 5}}})
    job = automation.get_deployment_status(name)
    assert (job.status, job.restored) == (DeploymentStatus.FAILED, True)
    assert "holidays" in str(job.error)
    assert fleet.pool("web") is None
    fleet.deployer().unfreeze("production")
    assert fleet.apply().record.id == "production-2"
    assert fleet.pool("web") == 5


def test_nothing_is_changed_by_what_is_not_valid(fleet, automation):
    (fleet.root / "schemas").mkdir()
    (fleet.root / "schemas/settings.schema.json").write_text('{"properties": {"debug": {"type": "boolean"}}}')
    before = fleet.commit()
    with pytest.raises(InvalidConfiguration):
        automation.create_deployment("Bad", "", {"settings": {"debug": "perhaps"}})
    assert fleet.git("rev-parse", "HEAD") == before
    with pytest.raises(NotFound):
        automation.get_deployment_status("production-1")
    with pytest.raises(NotFound):
        automation.create_deployment("Bad", "", {"nothing": {"a": 1}})


def test_while_somebody_else_deploys_it_waits_for_nobody(fleet, automation):
    ledger = fleet.deployer().ledger("production")
    with ledger.locked(), pytest.raises(Locked) as refused:
        automation.create_deployment("Two", "", {"settings": {"database": {"pool": 7}}})
    assert "gmconfig deploy apply production" in str(refused.value.hint)
    with pytest.raises(NotFound):
        automation.get_deployment_status("production-1")
