"""ConfigAutomation: the requirements document's samples, and what becomes of deployments that fail."""

from pathlib import Path

import pytest

from gmconfig import (
    ConfigAutomation,
    ConfigManager,
    ConfigValidator,
    DeploymentStatus,
    Environment,
    InvalidConfiguration,
    Locked,
    NotFound,
)
from tests.deploy.fleet import BASE, Fleet


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    health = [{"command": ["test", "!", "-e", str(tmp_path / "unwell")], "retries": 0}]
    found = Fleet(tmp_path, {"web": {"health": health}})
    found.write("config/settings.yaml", {**BASE, "system": {"version": "1.4.0"}})
    found.commit()
    monkeypatch.chdir(found.root)
    return found


@pytest.fixture
def automation(fleet: Fleet) -> ConfigAutomation:
    return ConfigAutomation(ConfigManager(Environment.PRODUCTION))


def test_the_sample_of_the_requirements(fleet):
    config_manager = ConfigManager(Environment.PRODUCTION)

    # Initialize automation
    automation = ConfigAutomation(config_manager)

    # Create deployment
    config_changes = {"settings": {"system": {"version": "2.0.0"}, "database": {"host": "new-db-host.com"}}}

    job_id = automation.create_deployment(
        "Production Deployment", "Deploy new configuration to production", config_changes, "production"
    )
    job = automation.get_deployment_status(job_id)
    assert (job_id, job.status, job.targets) == (
        "production-1",
        DeploymentStatus.SUCCEEDED,
        {"web": "healthy"},
    )
    assert "new-db-host.com" in (fleet.live / "web/settings.yaml").read_text()
    assert config_manager.get_config("settings", "system.version") == "2.0.0"
    assert fleet.git("show", "--format=", "--name-only") == "config/environments/production.yaml"
    assert "Production Deployment: Deploy new configuration" in fleet.git("log", "-1", "--format=%s")

    # Check drift
    assert automation.get_drift_detections(resolved=False) == ()
    file = fleet.live / "web/settings.yaml"
    file.write_text(file.read_text().replace("2.0.0", "9.9.9"))
    [drift] = automation.get_drift_detections(resolved=False)
    assert (drift.target, drift.path, drift.wanted, drift.live) == ("web", "system.version", "2.0.0", "9.9.9")
    file.write_text(file.read_text().replace("9.9.9", "2.0.0"))
    assert automation.get_drift_detections(resolved=False) == ()
    assert [one.id for one in automation.get_drift_detections(resolved=True)] == [drift.id]


def test_the_pipeline_of_the_requirements_sees_what_failed(fleet, automation, tmp_path):
    validator = ConfigValidator()
    new_config = ConfigManager(Environment.PRODUCTION).get_config("settings")
    config_changes = {"settings": {"database": {"pool": 99}}}
    automation.create_deployment("First", "", {"settings": {"database": {"pool": 50}}}, "production")
    (tmp_path / "unwell").touch()

    def deploy_configuration():
        # Validate configuration
        if not validator.validate_config("settings", new_config):
            raise ValueError("Configuration validation failed")

        # Deploy configuration
        job_id = automation.create_deployment(
            "Automated Deployment", "CI/CD pipeline deployment", config_changes, "production"
        )

        # Monitor deployment
        job = automation.get_deployment_status(job_id)
        if job.status == DeploymentStatus.FAILED:
            assert job.restored
            raise Exception("Deployment failed, restored backup")  # noqa: TRY002  # as the document has it

    with pytest.raises(Exception, match="Deployment failed"):
        deploy_configuration()
    assert fleet.pool("web") == 50


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
