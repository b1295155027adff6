"""Metrics: what Prometheus reads, from a file and from a port; and the alert rules that are shipped."""

import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from gmconfig import SecretsManager
from tests import trading
from tests.deploy.fleet import Fleet
from tests.waiting import LIMIT

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "monitoring"
needs_promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Two targets of which one drifted, after a change of the debug switch."""
    fleet = Fleet(tmp_path, {"web": {}, "worker": {}})
    fleet.apply()
    fleet.write("config/environments/production.yaml", {"debug": True})
    fleet.commit("debugging")
    file = fleet.live / "web/settings.yaml"
    file.write_text(file.read_text().replace("pool: 10", "pool: 11"))
    return fleet


def _samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_textfile_says_how_things_stand(fleet: Fleet, tmp_path: Path):
    file = tmp_path / "gmconfig.prom"
    (tmp_path / "gmconfig.prom.1x.gmconfig-tmp").write_text("what a killed writer left")
    assert fleet.run("monitor", "metrics", "--textfile", str(file)).returncode == 0
    assert list(tmp_path.glob("gmconfig.prom*")) == [file]
    found = _samples(file.read_text())
    commit = fleet.git("rev-parse", "HEAD~1")[:12]
    expected = {
        ("gmconfig_drift_keys", "env=production", "severity=error", "target=web"): 1,
        ("gmconfig_drift_keys", "env=production", "severity=error", "target=worker"): 0,
        ("gmconfig_target_up", "target=web"): 1,
        ("gmconfig_deployments_total", "env=production", "result=succeeded"): 1,
        ("gmconfig_deployment_info", "env=production", f"revision={commit}", "status=succeeded"): 1,
        ("gmconfig_compliance_violations", "rule=debug-off"): 1,
        ("gmconfig_compliance_score", "env=production"): 0,
        ("gmconfig_configuration_changes_total", "config=settings", "env=common"): 1,
        ("gmconfig_configuration_changes_total", "config=settings", "env=production"): 1,
        ("gmconfig_alerts", "kind=drift", "severity=error", "state=firing"): 1,
    }
    assert {key: found.get(key) for key in expected} == expected
    assert not any(name[0].endswith("_created") for name in found)
    assert any(name[0] == "gmconfig_look_duration_seconds" for name in found)


@needs_promtool
def test_promtool_finds_nothing_wrong(fleet: Fleet):
    text = fleet.run("monitor", "metrics").stdout
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_prometheus_can_ask(fleet: Fleet):
    command = [sys.executable, "-m", "gmconfig", "monitor", "metrics", "--serve", "--address", "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=fleet.root, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr
            url = server.stderr.readline().split()[-1]
            (fleet.root / ".git").rename(fleet.root / "away")
            for _ in range(2):
                with pytest.raises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(url)
                with refused.value as answer:
                    assert (answer.code, b"not a git repository" in answer.read()) == (503, True)
            assert server.stderr.readline().startswith("gmconfig: warning: there are no figures: ")
            (fleet.root / "away").rename(fleet.root / ".git")
            with urllib.request.urlopen(url) as answer:
                assert ("gmconfig_target_up", "target=web") in _samples(answer.read().decode())
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(LIMIT) == 130
        assert server.stderr.read() == "gmconfig: error: interrupted\n"


def test_reads_of_secrets_are_counted_and_not_named(tmp_path: Path):
    root = trading.founded(tmp_path / "repo")
    SecretsManager(root=root).get_secret("db_password")
    command = [sys.executable, "-m", "gmconfig", "monitor", "metrics"]
    text = subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=True, env=os.environ
    ).stdout
    assert any(
        name == "gmconfig_secret_reads_total" and value == 1 for (name, *_), value in _samples(text).items()
    )
    assert "db_password" not in text


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--serve", "--address", "nowhere"), 2, '"nowhere" is not an address'),
        (("--serve", "--textfile", "x"), 2, "exclude each other"),
        (("--textfile", "/dev/null/x"), 3, "/dev/null/x"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, words: tuple[str, ...], code: int, said: str):
    done = Fleet(tmp_path, {}).run("monitor", "metrics", *words)
    assert done.returncode == code
    assert said in done.stderr


@needs_promtool
def test_the_shipped_alert_rules_fire_when_they_should():
    done = subprocess.run(
        ["promtool", "test", "rules", "gmconfig.test.yaml"],
        cwd=EXAMPLE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_shipped_alert_rules_ask_for_what_there_is(fleet: Fleet):
    """Every metric that they name is given, or is about what this project has none of."""
    rules = yaml.safe_load((EXAMPLE / "gmconfig.rules.yaml").read_text())
    text = fleet.run("monitor", "metrics").stdout
    absent = {"gmconfig_backup_last_verified_timestamp_seconds"}
    for rule in rules["groups"][0]["rules"]:
        for word in rule["expr"].replace("(", " ").replace("{", " ").replace(")", " ").split():
            if word.startswith("gmconfig_"):
                assert f"# TYPE {word} " in text or word in absent
