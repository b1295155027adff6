"""Targets that have another commit than the rest of their environment: held, left out, put back by themselves."""

from pathlib import Path

import pytest

from gmconfig.api.drift.drifting import Drifter
from gmconfig.deploy.correction import Correction
from gmconfig.deploy.options import Options
from gmconfig.deploy.rollback import goal
from tests.deploy.fleet import Fleet


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Two targets at the second commit, one of them taken back to the first and held there."""
    fleet = Fleet(tmp_path, {"web": {}, "worker": {}})
    fleet.apply()
    fleet.change(20)
    fleet.apply()
    fleet.deployer().rollback("web", Options())
    return fleet


def _pools(fleet: Fleet) -> tuple[object, object]:
    return fleet.pool("web"), fleet.pool("worker")


def test_a_hold_of_all_keeps_each_target_at_what_it_has(fleet: Fleet):
    assert _pools(fleet) == (10, 20)
    held = fleet.deployer().hold("production")
    assert held.record == "production-3"
    fleet.change(30)
    assert (fleet.apply().record, _pools(fleet)) == (None, (10, 20))


def test_a_correction_of_one_target_is_no_deployment_of_all(fleet: Fleet):
    fleet.deployer().unhold("web")
    fleet.change(30)
    fleet.apply("worker")
    file = fleet.live / "worker/settings.yaml"
    file.write_text(file.read_text().replace("pool: 30", "pool: 31"))
    Drifter(fleet.deployer()).correct(["worker"], Correction(), Options())
    fleet.change(40)
    fleet.apply()
    assert goal(list(fleet.deployer().ledger("production").chain.records())).id == "production-2"


def test_a_deployment_beside_a_hold_is_recorded_with_both_commits_and_comes_back_as_it_was(fleet: Fleet):
    drifted = fleet.live / "web/settings.yaml"
    drifted.write_text(drifted.read_text().replace("pool: 10", "pool: 11"))
    third = fleet.change(30)
    record = fleet.apply().record
    assert record is not None
    assert (record.commit, record.commit_of("web"), _pools(fleet)) == (
        third,
        fleet.git("rev-parse", "HEAD~2"),
        (10, 30),
    )
    fleet.deployer().unhold("web")
    fleet.change(40)
    fleet.apply()
    assert _pools(fleet) == (40, 40)
    fleet.deployer().rollback("production", Options())
    assert _pools(fleet) == (10, 30)
