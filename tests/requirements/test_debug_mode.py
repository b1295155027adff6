"""Debug mode: what all six classes do is told under `gmconfig.<room>`, no secret is, and nobody hears it unasked."""

import logging
import re
import subprocess
import sys
from pathlib import Path

import gmconfig
from gmconfig import (
    ComplianceRule,
    ConfigAutomation,
    ConfigManager,
    ConfigMonitor,
    ConfigValidator,
    FeatureFlagManager,
    FeatureState,
    SecretsManager,
)
from tests.waiting import LIMIT

CANARY = "canary-5ca1ab1e-0ddba11"
EXPECTED = (
    r"gmconfig\.project: root \S+, git folder \S+",
    r"gmconfig\.project: \S+: as it was parsed before",
    r"gmconfig\.storage: read config/settings\.yaml: \d+ bytes",
    r"gmconfig\.storage: cache \S+: hit",
    r"gmconfig\.storage: cache \S+: miss",
    r"gmconfig\.storage: git .*commit-tree .*: exit 0 after [\d.]+ ms",
    r"gmconfig\.config: settings in production: layers \['config/settings\.yaml', 'config/environments/production",
    r"gmconfig\.api: committed [0-9a-f]{40}: settings: update in production: more \(config/environments/production",
    r"gmconfig\.validate: settings: checked .* against schema, references and \d+ policies, 0 findings",
    r"gmconfig\.validate: data of settings in development: \d+ findings",
    r"gmconfig\.secret: db_password in production: found in common",
    r"gmconfig\.secret: open secret db_password in common \(scope default, key \w+\)",
    r"gmconfig\.secret: identity of \S+: member test",
    r"gmconfig\.flag: \d+ flags loaded, \d+ changed",
    r"gmconfig\.flag: fast for ada: \w+ \(TARGETING_MATCH, rollout\)",
    r"gmconfig\.record: lock of production: taken, fencing 1",
    r"gmconfig\.record: lock of production: given back",
    r"gmconfig\.deploy: production-1: activating",
    r"gmconfig\.deploy: production-1: web: healthy after [\d.]+ s",
    r"gmconfig\.deploy: health check .*: well",
    r"gmconfig\.target: command sh: ended well",
    r"gmconfig\.drift: web: release \S+ is live, \d+ changes wanted, 1 drifted, 0 ignored",
    r"gmconfig\.backup: \S+: \d+ bytes written and read back",
    r"gmconfig\.monitor: looked at .*: \d+ alerts known, \d+ moved",
    r"gmconfig\.monitor: an alert handler was told of \w+",
)


def test_every_class_says_what_it_does_and_no_secret(trading, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    _use_everything(tmp_path)
    told = "\n".join(f"{one.name}: {one.getMessage()}" for one in caplog.records)
    rooms = {one.name for one in caplog.records if one.name.startswith("gmconfig")}
    folders = {room.name for room in Path(gmconfig.__file__).parent.iterdir() if room.is_dir()}
    assert {name.count(".") for name in rooms} == {1}
    assert {name.removeprefix("gmconfig.") for name in rooms} <= folders
    assert [pattern for pattern in EXPECTED if not re.search(pattern, told)] == []
    records = told + "".join(repr(one.__dict__) for one in caplog.records)
    for secret in (CANARY, CANARY[::-1], "correct-horse-battery"):
        assert secret not in records


def _use_everything(tmp_path) -> None:
    secrets = SecretsManager()
    secrets.update_secret("db_password", CANARY)
    secrets.create_secret("other", f"{CANARY}-too")
    assert secrets.get_secret("db_password") == CANARY
    secrets.rotate_secret("other", f"{CANARY}-again")
    manager = ConfigManager("production")
    data = manager.get_config("settings")
    assert data["database"]["password"] == CANARY
    manager.update_config("settings", {"database": {"pool": 41}}, user="ada", reason="more")
    assert not ConfigValidator().validate_config("settings", {**data, "database": {"port": CANARY}})
    ConfigValidator("production").check()
    flags = FeatureFlagManager()
    flags.create_feature_flag("fast", state=FeatureState.ROLLOUT, percentage=50)
    flags.is_feature_enabled("fast", "ada")
    automation = ConfigAutomation(manager)
    automation.create_deployment("Less", "", {"settings": {"database": {"pool": 39}}})
    live = tmp_path / "live/web/settings.yaml"
    assert CANARY in live.read_text()
    live.write_text(live.read_text().replace(CANARY, f"{CANARY}-by-hand"))
    assert automation.get_drift_detections(resolved=False)
    automation.restore_backup(automation.create_backup("all"))
    monitor = ConfigMonitor(manager)
    monitor.add_alert_handler(lambda _: None)
    monitor.add_compliance_rule(
        ComplianceRule(id="x", config_path="database.pool", validation_func="validate_min")
    )
    monitor.create_monitoring_report(24)
    assert monitor.flush(LIMIT)


def test_without_configured_logging_the_library_is_silent(trading):
    program = (
        "import logging, gmconfig\n"
        "manager = gmconfig.ConfigManager('production')\n"
        "live = manager.live('settings')\n"
        "open('config/settings.yaml', 'a').write('broken: [')\n"
        "assert live.reload().error\n"
        "import gmconfig.log\n"
        "gmconfig.log.logger('config').warning('nobody asked')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_command_line_tells_the_same_on_stderr(trading):
    words = ["config", "get", "settings", "database.password", "-e", "production", "--reveal", "--debug"]
    done = subprocess.run(
        [sys.executable, "-m", "gmconfig", *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "correct-horse-battery\n")
    lines = done.stderr.splitlines()
    assert all(line.startswith("gmconfig: debug: gmconfig.") for line in lines), done.stderr
    for expected in EXPECTED[0], EXPECTED[2], EXPECTED[6], *EXPECTED[10:13]:
        assert re.search(expected, done.stderr), expected
    assert "correct-horse-battery" not in done.stderr


def test_warnings_of_a_command_reach_the_person_in_front_of_it(trading):
    program = (
        "from gmconfig.cli.session import Session\n"
        "Session().begun()\n"
        "from gmconfig.log import logger\n"
        "logger('record').warning('%s was not told', 'origin')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr == "gmconfig: warning: origin was not told\n"
