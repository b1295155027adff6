"""An agent that says nothing is an alert, as soon as it counts as gone and as long as it has something to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gmconfig import ConfigManager, ConfigMonitor
from gmconfig.finding import Severity
from gmconfig.record import status
from tests.deploy.fleet import Fleet

AGENT = {"agent": True, "host": "web-1"}


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path, {"web": AGENT, "other": {}})


def _says(fleet: Fleet, ago: timedelta, *names: str, interval: float = 600) -> None:
    time = (datetime.now(UTC) - ago).isoformat()
    words = {name: status.TargetStatus() for name in names}
    project = ConfigManager(root=fleet.root).workspace.project
    status.write(project, status.Status("web-1", "production", targets=words, time=time, interval=interval))


def _silent(fleet: Fleet) -> list:
    monitor = ConfigMonitor(ConfigManager(root=fleet.root), targets=False)
    return [one for one in monitor.get_alerts(resolved=False) if one.rule == "agent-silent"]


def test_an_agent_that_falls_silent_is_told_of_until_it_speaks(fleet: Fleet):
    assert _silent(fleet) == []  # nobody ever spoke
    _says(fleet, timedelta(minutes=29), "web")
    assert _silent(fleet) == []
    _says(fleet, timedelta(minutes=31), "web")
    [alert] = _silent(fleet)
    assert alert.message == (
        "the agent of production on web-1 has said nothing for 31 minutes: nobody looks after web"
    )
    assert (alert.severity, alert.environment, alert.target) == (Severity.ERROR, "production", "web")
    assert "error" in fleet.run("monitor", "status").stdout
    _says(fleet, timedelta(0), "web")
    assert _silent(fleet) == []


def test_how_long_it_may_be_silent_is_declared(fleet: Fleet):
    _says(fleet, timedelta(minutes=31), "web")
    fleet.declare({"web": AGENT}, alerts={"thresholds": {"agent_intervals": 4}})
    assert _silent(fleet) == []
    fleet.declare({"web": AGENT}, alerts={"thresholds": {"agent_intervals": 2.5}})
    assert len(_silent(fleet)) == 1


@pytest.mark.parametrize(("names", "interval"), [(("web",), 0.0), (("gone",), 600.0), (("other",), 600.0)])
def test_one_that_is_called_by_hand_or_has_nothing_to_do_may_be_silent(fleet: Fleet, names, interval: float):
    _says(fleet, timedelta(days=9), *names, interval=interval)
    assert _silent(fleet) == []
