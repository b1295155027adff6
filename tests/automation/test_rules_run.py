"""What rules do: back up, put drift back, rotate, validate, tell, run programs; declared, or a program's own."""

import json
import re
import subprocess
import sys
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from gmconfig import AutomationRule, ConfigAutomation, ConfigManager, ConfigMonitor, SecretsManager
from gmconfig.api.automation import own_rules
from gmconfig.api.automation.agents import run_rules
from gmconfig.api.automation.automating import Automation
from gmconfig.api.automation.own_rules import OwnRules
from gmconfig.api.backup.backing_up import Backups
from gmconfig.api.drift.drifting import Drifter
from gmconfig.api.workspace import Workspace
from gmconfig.automation import loop
from gmconfig.automation.rules.schedule import Schedule
from gmconfig.errors import BrokenConfiguration, NotFound, Refused, UsageError
from tests.automation.hosts import Hosts
from tests.cli.test_json import agrees
from tests.deploy.fleet import Fleet
from tests.trading import founded
from tests.waiting import Looks, until

WEB = {"web": {}}


def fleet(
    folder: Path, rules: dict[str, object], targets: dict[str, dict[str, object]] | None = None
) -> Fleet:
    return Fleet(folder, WEB if targets is None else targets, automation={"rules": rules})


def run(found: Fleet, *names: str, **settings: object) -> list[tuple[str, str]]:
    runs = Automation(Workspace(root=found.root)).run(names, **settings)  # type: ignore[arg-type]
    return [(one.rule, f"{one.state}: {one.message}") for one in runs]


def spoil(found: Fleet, pool: int, target: str = "web") -> None:
    file = found.live / target / "settings.yaml"
    file.write_text(file.read_text().replace(f"pool: {found.pool(target)}", f"pool: {pool}"))


def backups(found: Fleet) -> list[str]:
    return [one.manifest.name for _, one in Backups(Workspace(root=found.root)).all()]


# Drift


def test_drift_is_put_back_as_often_as_the_budget_allows_and_what_is_acknowledged_stays(tmp_path):
    targets = {"web": {"budget": {"corrections": 2}}, "worker": {}}
    found = fleet(tmp_path, {"correct-drift": {"cooldown": "0s"}}, targets)
    found.apply()
    spoil(found, 5, "worker")
    Drifter(found.deployer()).acknowledge("worker", None, "database.pool", "scaled for the sale")
    assert run(found) == [("correct-drift", "succeeded: nothing to put back")]
    for pool in (77, 78):
        spoil(found, pool)
        assert run(found) == [("correct-drift", "succeeded: put back web")]
        assert found.pool("web") == 10
    assert (run(found), found.pool("worker")) == ([], 5)
    spoil(found, 79)
    [(_, told)] = run(found)
    assert told.startswith("failed: web was put back as often as its budget allows within an hour")
    assert found.pool("web") == 79
    [alert] = [
        one for one in ConfigMonitor(ConfigManager(root=found.root)).get_alerts() if "failed" in one.rule
    ]
    assert (alert.rule, alert.subject, alert.resolved) == ("automation-failed", "correct-drift", False)


def test_a_rule_puts_back_only_the_paths_that_it_names_and_takes_nothing_away_where_it_says_so(tmp_path):
    only = {"correct-drift": {"only": ["debug"], "prune": False}}
    found = fleet(tmp_path, {"fix": {"on": "drift.detected", "do": only, "cooldown": "0s"}})
    found.apply()
    file = found.live / "web/settings.yaml"
    spoil(found, 11)
    assert run(found) == [("fix", "succeeded: nothing to put back")]
    file.write_text(file.read_text().replace("debug: false", "debug: true") + "more: 1\n")
    assert run(found) == [("fix", "succeeded: put back web")]
    expected = {"database": {"host": "db-1", "pool": 11}, "debug": False, "more": 1}
    assert yaml.safe_load(file.read_text()) == expected


def test_a_rehearsal_of_drift_leaves_it_and_a_scheduled_rule_looks_itself(tmp_path):
    found = fleet(tmp_path, {"hourly": {"schedule": "0 * * * *", "do": "correct-drift", "dry_run": True}})
    found.apply()
    spoil(found, 77)
    assert run(found) == [("hourly", "dry run: would put back web")]
    assert found.pool("web") == 77


# Before a deployment


def test_a_deployment_is_backed_up_before_it_and_refused_where_that_fails(tmp_path, monkeypatch):
    found = fleet(tmp_path, {"backup-before-deployment": None})
    assert found.apply().record.id == "production-1"
    assert found.apply().record is None
    assert backups(found) == ["backup-before-deployment"]
    ConfigAutomation(ConfigManager(root=found.root)).create_deployment(
        "pool", "more", {"settings": {"database": {"pool": 20}}}, "production"
    )
    assert (found.pool("web"), len(backups(found))) == (20, 2)
    blocked = tmp_path / "no-folder"
    blocked.write_text("")
    found.declare(
        WEB, automation={"rules": {"backup-before-deployment": None}}, backups={"to": str(blocked / "x")}
    )
    found.write("config/environments/production.yaml", {"database": {"pool": 30}})
    found.commit("more")
    with pytest.raises(Refused, match='rule "backup-before-deployment" failed before it') as caught:
        found.apply()
    assert caught.value.exit_code == 4
    assert (found.pool("web"), found.deployer().ledger("production").chain.latest().id) == (
        20,
        "production-2",
    )


def test_a_kill_switch_waits_for_no_rule(tmp_path):
    found = fleet(tmp_path, {"no": {"on": "deployment.before", "do": {"command": ["false"]}}})
    from gmconfig.deploy.options import Options

    with pytest.raises(Refused):
        found.apply()
    [done] = found.deployer().apply(["production"], None, Options(through_freeze=True))
    assert done.record.state == "succeeded"


# Programs, alerts, validation, secrets


def test_programs_run_only_where_the_clone_allows_it_and_find_the_event(tmp_path):
    noted = tmp_path / "noted"
    rule = {"on": "deployment.*", "do": {"command": ["sh", "-c", f'printf %s "$GMCONFIG_EVENT" > {noted}']}}
    found = fleet(tmp_path, {"tell": {**rule, "cooldown": "0s"}})
    found.apply()
    [(_, told)] = run(found)
    assert "git config gmconfig.automationCommands true" in told
    assert not noted.exists()
    found.git("config", "gmconfig.alertCommands", "true")
    found.change(20)
    found.apply()
    run(found)
    assert not noted.exists()
    found.git("config", "gmconfig.automationCommands", "true")
    found.change(30)
    found.apply()
    assert run(found) == [("tell", "succeeded: ran sh")]
    event = json.loads(noted.read_text())
    assert (event["kind"], event["id"], event["environment"]) == (
        "deployment.succeeded",
        "production-3",
        "production",
    )


def test_rules_do_not_wake_each_other_for_ever(tmp_path):
    rest = {"cooldown": "0s", "maximum": {"runs": 1000, "per": "1h"}}
    found = fleet(
        tmp_path,
        {
            "a": {"on": ["automation.*", "config.changed"], "do": "validate", **rest},
            "b": {"on": "automation.*", "do": "validate", **rest},
        },
    )
    runs = [name for _ in range(6) for name, _ in run(found)]
    assert set(runs) == {"a", "b"}
    assert len(runs) <= 8
    assert run(found) == []


def test_a_notice_is_an_alert_and_a_failure_is_one_until_it_goes_well(tmp_path):
    notice = {
        "schedule": "0 * * * *",
        "do": {"notify": {"message": "look at\nthe logs", "severity": "critical"}},
    }
    found = fleet(tmp_path, {"watch": notice, "check": {"schedule": "0 * * * *", "do": "validate"}})
    (found.root / "config" / "settings.yaml").write_text("a: [")
    found.commit("broken")
    now = datetime.now(UTC)
    [(_, check), (_, told)] = run(found, now=now)
    assert (check.partition(":")[0], told) == ("failed", "succeeded: told: look at the logs")
    monitor = ConfigMonitor(ConfigManager(root=found.root))

    def open_ones() -> dict[str, str]:
        alerts = monitor.get_alerts(resolved=False, check=False)
        return {one.rule: str(one.severity) for one in alerts if one.rule in ("notice", "automation-failed")}

    assert open_ones() == {"notice": "critical", "automation-failed": "error"}
    found.change(20)
    run(found, now=now + timedelta(hours=1))
    assert open_ones() == {"notice": "critical"}


def test_what_is_fetched_is_validated_once_and_never_checked_out(tmp_path):
    found = fleet(tmp_path, {"validate-fetched": None})
    found.git("clone", "-q", "--bare", str(found.root), str(tmp_path / "remote.git"))
    found.git("clone", "-q", str(tmp_path / "remote.git"), str(tmp_path / "clone"))
    here = Automation(Workspace(root=tmp_path / "clone"))
    assert [one.state for one in here.run()] == ["succeeded"]
    (found.root / "config" / "settings.yaml").write_text("a: [")
    broken = found.commit("broken")
    found.git("push", "-q", str(tmp_path / "remote.git"), "main")
    later = datetime.now(UTC) + timedelta(minutes=10)
    [one] = here.run(now=later)
    assert (one.state, one.code, broken[:7] in one.message) == ("failed", 1, True)
    assert list(here.run(now=later + timedelta(days=3))) == []
    assert "pool: 10" in (tmp_path / "clone" / "config" / "settings.yaml").read_text()


def test_secrets_that_are_due_get_new_values(tmp_path):
    root = founded(tmp_path / "repo")
    secrets = SecretsManager(root=root)
    secrets.create_secret("old_key", "0123456789abcdef", "token", expires="2020-01-01")
    before = secrets.get_secret("old_key")
    ConfigAutomation(ConfigManager(root=root)).add_automation_rule(AutomationRule("rotate-due"), persist=True)
    automation = ConfigAutomation(ConfigManager(root=root))
    monday = datetime(2030, 1, 7, 9, 0, 5, tzinfo=UTC)
    [one] = automation.run_rules(now=monday)
    assert (one.failed, one.message.partition(";")[0]) == (False, "rotated old_key")
    assert SecretsManager(root=root).get_secret("old_key") != before
    assert automation.run_rules(now=monday) == ()


# Declared


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("backup-nigtly:\n", 3, '"do" is missing', 'the ready rule "backup-nightly"'),
        ("a: {do: backup}\n", 3, "either on: or schedule:", None),
        (
            "a: {schedule: '1 2 3', do: backup}\n",
            3,
            '"1 2 3" is not a schedule: it does not have five fields',
            "30 2 * * *",
        ),
        ("a: {schedule: '0 99 * * *', do: backup}\n", 3, "is not a schedule", None),
        (
            "a: {schedule: '@daily', timezone: Mars/Base, do: backup}\n",
            3,
            'no time zone named "Mars/Base"',
            None,
        ),
        ("a:\n      on: drift.detcted\n      do: backup\n", 4, "nothing is ever told as", '"drift.detected"'),
        (
            "a:\n      on: '**'\n      if: {'equals': [1, 1]}\n      do: backup\n",
            5,
            'no operator named "equals"',
            None,
        ),
        ("a: {on: '**', if: {a: 1, b: 2}, do: backup}\n", 3, "a map of one key", None),
        ("a: {on: '**', within: 5m, do: backup}\n", 3, '"within" belongs to a schedule', None),
        ("a: {on: '**', do: {command: []}}\n", 3, "at least one word", None),
        ("a: {on: [], do: backup}\n", 3, "either on: or schedule:", None),
        (
            "a: {on: '**', do: {validate: {environment: prodction}}}\n",
            3,
            'no environment named "prodction"',
            '"production"',
        ),
        (
            "a: {on: '**', do: {correct-drift: {targets: [webb]}}}\n",
            3,
            'no target named "webb"',
            '"web"',
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_place_and_is_a_finding(
    tmp_path, text, line, message, hint
):
    found = fleet(tmp_path, {})
    settings = yaml.safe_load((found.root / "gmconfig.yaml").read_text())
    kept = yaml.safe_dump({key: value for key, value in settings.items() if key != "automation"})
    (found.root / "gmconfig.yaml").write_text(f"automation:\n  rules:\n    {text}{kept}")
    with pytest.raises(BrokenConfiguration) as caught:
        run(found)
    assert message in caught.value.message
    assert (caught.value.place.file, caught.value.place.line) == ("gmconfig.yaml", line)
    assert hint is None or hint in caught.value.hint
    from gmconfig import ConfigValidator

    [finding] = [
        one for one in ConfigValidator(root=found.root).check().findings if one.check == "automation"
    ]
    assert (finding.message, finding.place.line) == (caught.value.message, line)


def test_a_mistyped_word_is_told_the_nearest(tmp_path):
    found = fleet(tmp_path, {"a": {"on": "drift.*", "do": "corect-drift"}})
    with pytest.raises(BrokenConfiguration, match='found "corect-drift"') as caught:
        run(found)
    assert caught.value.hint == 'did you mean "correct-drift"?'
    found.declare(WEB, automation={"rules": {"a": {"on": "drift.*", "do": "validate", "cooldwn": "5m"}}})
    with pytest.raises(BrokenConfiguration, match='unknown key "cooldwn"') as caught:
        run(found)
    assert caught.value.hint == 'did you mean "cooldown"?'


# A program's own


def test_a_programs_own_rule_acts_on_what_the_program_does(tmp_path):
    found, heard = fleet(tmp_path, {}), []
    manager = ConfigManager("production", root=found.root)
    automation = ConfigAutomation(manager)
    rest = {"cooldown": "0s", "do": lambda event: heard.append((event["kind"], event.get("environment")))}
    automation.add_automation_rule(AutomationRule("changes", on="config.changed", **rest))
    automation.add_automation_rule(AutomationRule("deployments", on="deployment.succeeded", **rest))
    automation.add_automation_rule(AutomationRule("drift", on="drift.detected", do="correct-drift"))
    manager.update_config("settings", {"database": {"pool": 20}})
    assert automation.flush()
    assert heard == [("config.changed", "production")]
    automation.create_deployment("pool", "", {"settings": {"database": {"pool": 30}}}, "production")
    assert heard[1:] == [("config.changed", "production"), ("deployment.succeeded", "production")]
    spoil(found, 77)
    automation.get_drift_detections()
    assert found.pool("web") == 30
    assert automation.run_rules() == ()
    assert found.git("for-each-ref", "refs/gmconfig/automation") == ""
    told = {one.rule for one in Automation(manager.workspace).history()}
    assert told == {"changes", "deployments", "drift"}


def test_a_programs_own_rule_with_a_schedule_is_looked_at_whatever_rules_came_before(tmp_path, monkeypatch):
    found, looks = fleet(tmp_path, {}), []
    monkeypatch.setattr(own_rules, "_TICK", 0.01)
    monkeypatch.setattr(OwnRules, "run", lambda *_: looks.append(1))
    mine = OwnRules(Workspace(root=found.root))
    mine.add(AutomationRule("tell", on="config.changed", do="notify"))
    mine.add(AutomationRule("nightly", schedule="0 3 * * *", do="notify"))
    until(lambda: len(looks) > 2)
    mine.rules.clear()


def test_a_programs_own_rule_before_a_deployment_refuses_it_and_others_do_not_hear_of_it(tmp_path):
    found = fleet(tmp_path, {})
    automation = ConfigAutomation(ConfigManager("production", root=found.root))

    def no(event):
        raise RuntimeError(f"not {event['environment']}")

    automation.add_automation_rule(AutomationRule("no", on="deployment.before", do=no))
    job = automation.create_deployment("pool", "", {"settings": {"database": {"pool": 30}}}, "production")
    status = automation.get_deployment_status(job)
    assert (str(status.status), found.pool("web")) == ("failed", None)
    assert found.apply().record is not None


def test_what_a_rule_commits_before_a_deployment_is_for_the_next_one_and_a_rollback_says_that_it_is_one(
    tmp_path,
):
    from gmconfig.deploy.options import Options

    found, told = fleet(tmp_path, {}), []
    automation = ConfigAutomation(ConfigManager("production", root=found.root))

    def commits(event):
        told.append((event["action"], event["commit"]))
        found.write("config/environments/production.yaml", {"database": {"pool": len(told)}})
        found.commit("meanwhile, looked at by nobody")

    automation.add_automation_rule(AutomationRule("commits", on="deployment.before", do=commits))
    deployer, head = found.deployer(), found.git("rev-parse", "HEAD")
    deployer.own_rules = automation._own
    [done] = deployer.apply(["production"])
    assert (done.record.commit, found.pool("web")) == (head, 10)
    list(deployer.apply(["production"]))
    assert found.pool("web") == 1
    deployer.rollback("production", Options())
    assert (found.pool("web"), [action for action, _ in told]) == (10, ["apply", "apply", "rollback"])


def test_a_rule_that_stays_is_one_commit_and_the_rest_of_the_file_is_as_it_was(tmp_path):
    found = fleet(tmp_path, {})
    before = "# ours\nremote: origin   # the usual one\n"
    (found.root / "gmconfig.yaml").write_text(before)
    found.commit("settings")
    automation = ConfigAutomation(ConfigManager(root=found.root))
    rule = AutomationRule(
        "nightly", schedule="0 3 * * *", timezone="Europe/Zurich", do={"backup": {"retention_days": 7}}
    )
    automation.add_automation_rule(rule, persist=True, user="Ada <ada@example.org>", reason="sleep")
    after = (found.root / "gmconfig.yaml").read_text()
    assert after.startswith(before)
    assert found.git("log", "-1", "--format=%an %s") == "Ada automation: add rule nightly: sleep"
    assert found.git("status", "--porcelain") == ""
    [one] = automation.run_rules("nightly", now=datetime(2030, 6, 1, 1, 0, 5, tzinfo=UTC))
    assert (one.rule, one.failed, backups(found)) == ("nightly", False, ["nightly"])
    with pytest.raises(UsageError, match="calls a function"):
        automation.add_automation_rule(AutomationRule("f", on="**", do=print), persist=True)
    with pytest.raises(UsageError, match="not a schedule"):
        automation.add_automation_rule(AutomationRule("f", schedule="soon", do="backup"))
    with pytest.raises(NotFound, match='no rule named "nightli"'):
        automation.run_rules("nightli")


# The command line


def test_the_verbs_answer_as_people_and_as_scripts_read_it(tmp_path, cli, monkeypatch):
    found = fleet(
        tmp_path, {"check": {"schedule": "* * * * *", "do": "validate"}, "backup-nightly": {"enabled": False}}
    )
    monkeypatch.chdir(found.root)
    for name in ("list", "show", "run", "history"):
        words = {"show": ["check"], "run": ["--once"]}.get(name, [])
        answer = cli("automation", name, *words, "-o", "json")
        assert answer.code == 0, answer
        agrees(f"automation-{name}", answer.out)
    told = cli("automation", "list").out
    assert "* * * * *" in told and "succeeded just now" in told and "off" in told
    assert "is valid" in cli("automation", "history", "check").out
    monkeypatch.setattr(loop, "until_asked_to_stop", lambda: nullcontext(Looks(3)))
    (found.root / "gmconfig.yaml").rename(tmp_path / "away")
    told = cli("automation", "run")
    assert (told.code, told.err.count("gmconfig: warning: ")) == (0, 1)  # in three looks
    (tmp_path / "away").rename(found.root / "gmconfig.yaml")
    (found.root / "config" / "settings.yaml").write_text("a: [")
    found.commit("broken")
    assert cli("automation", "run", "--once", "--dry-run").code in (0, 1)
    assert cli("automation", "show", "chek").code == 3
    mistyped = cli("automation", "history", "chek")
    assert (mistyped.code, 'did you mean "check"?' in mistyped.err) == (3, True)


# The examples


def test_the_examples_run_the_rules_that_are_due(tmp_path):
    found = fleet(tmp_path, {"check": {"schedule": "* * * * *", "do": "validate"}})
    found.git("clone", "-q", "--bare", str(found.root), str(tmp_path / "remote.git"))
    found.git("clone", "-q", str(tmp_path / "remote.git"), str(tmp_path / "configuration"))
    folder = Path(__file__).resolve().parents[2] / "examples" / "automation"
    unit = (folder / "gmconfig-automation.service").read_text()
    [started] = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    [line] = [one for one in (folder / "crontab").read_text().splitlines() if not one.startswith("#")]
    assert Schedule(" ".join(line.split()[:5])).next(datetime(2026, 6, 1, tzinfo=UTC)).minute == 5
    jobs = yaml.safe_load((folder / "github-automation.yml").read_text())["jobs"]["rules"]["steps"]
    [forge] = [step["run"] for step in jobs if "automation run" in step.get("run", "")]
    for command in (started, line.split(maxsplit=6)[6], f"cd {tmp_path}/configuration && {forge}"):
        ours = command.replace("/opt/gmconfig/bin/gmconfig", f"{sys.executable} -m gmconfig")
        ours = ours.replace("&& gmconfig", f"&& {sys.executable} -m gmconfig")
        ours = ours.replace("/var/lib/gmconfig", str(tmp_path))
        subprocess.run(["sh", "-c", ours], check=True, capture_output=True, cwd=tmp_path)
    assert {one.rule for one in Automation(Workspace(root=tmp_path / "configuration")).history()} == {"check"}


def test_an_agent_runs_the_rules_of_the_commit_that_it_follows(tmp_path):
    hosts = Hosts(tmp_path, {"web": {"host": "h1"}}, automation={"rules": {}})
    agent = hosts.agent("h1")
    space = Workspace(root=hosts.clone("h1"))
    agent.look()
    assert run_rules(space, [agent]) == []
    rules = {"check": {"schedule": "* * * * *", "do": "validate"}, "rotate-due": {"schedule": "* * * * *"}}
    hosts.declare({"web": {"agent": True, "host": "h1"}}, automation={"rules": rules})
    hosts.push(20)
    agent.look()
    assert [(one.rule, str(one.state)) for one in run_rules(space, [agent])] == [("check", "succeeded")]
