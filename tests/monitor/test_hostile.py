"""Alerts about what somebody wrote who means harm: shown, told and drawn as text, wherever they go."""

import json
from pathlib import Path

import pytest

from gmconfig import ConfigManager, ConfigMonitor
from gmconfig.errors import UsageError
from gmconfig.monitor import sender
from gmconfig.monitor.forms import FORMS
from gmconfig.monitor.report.page import page
from tests.deploy.fleet import Fleet
from tests.monitor.webhook import webhook
from tests.waiting import until

SUBJECT = b"bad \xff\xfe \x1b]0;owned\x07 <script>alert(1)</script> | `x` *b* <!channel> \xe2\x80\xae"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """With a commit of many a trick, a key and a value of more, and a handler that hears of them."""
    patch = pytest.MonkeyPatch()
    home = tmp_path_factory.mktemp("home")
    patch.setenv("HOME", str(home))
    (home / ".gitconfig").write_text("[user]\nname = Test\nemail = t@example.org\n")
    fleet = Fleet(
        tmp_path_factory.mktemp("fleet"), {}, alerts={"handlers": {"hook": {"webhook_from": "HOOK"}}}
    )
    (fleet.root / "policies").mkdir()
    rule = {"id": "r", "config_path": "**", "require": {"const": 1}}
    fleet.write("policies/own.yaml", {"rules": [rule]})
    fleet.write("config/settings.yaml", {"</td><script>x": "a\nb\x1b[31m", "| b": "`c`"})
    message = home / "message"
    message.write_bytes(SUBJECT)
    fleet.git("add", "-A")
    fleet.git("commit", "-qF", str(message))
    patch.undo()
    return fleet


def test_nothing_of_it_commands_a_terminal_or_a_browser(fleet: Fleet):
    for words in (("alerts", "list"), ("report",), ("status",), ("compliance",)):
        shown = fleet.run("monitor", *words).stdout
        assert not {char for char in shown if char < " " and char != "\n" or char in "\x7f\u202e"}, words
    monitor = ConfigMonitor(ConfigManager(root=fleet.root), targets=False)
    text = page(monitor.create_monitoring_report())
    assert "<script" not in text
    text.encode()


def test_every_form_says_it_as_text(fleet: Fleet, monkeypatch: pytest.MonkeyPatch):
    monitor = ConfigMonitor(ConfigManager(root=fleet.root), targets=False)
    monitor.watching.looked()
    found = monitor.get_alerts(check=False)
    for alert in found:
        said = FORMS["slack"](alert, None)["text"]  # type: ignore[arg-type]
        assert "<!channel>" not in said and said.count("\n") <= 2 and "\x1b" not in said
        assert "\x1b" not in json.dumps(FORMS["webhook"](alert, None), ensure_ascii=False)  # type: ignore[arg-type]
    with webhook() as hook:
        monkeypatch.setenv("HOOK", hook.url)
        sender.enqueue(monitor.workspace.project, found)
        until(lambda: not monitor.deliver())  # a sender that a command left behind may have its turn
    assert sorted(hook.ids) == sorted(one.message_id for one in found)


@pytest.mark.parametrize("hours", [-1.0, float("nan"), 1e300])
def test_hours_that_nobody_can_look_back_are_refused(fleet: Fleet, hours: float):
    monitor = ConfigMonitor(ConfigManager(root=fleet.root), targets=False)
    with pytest.raises(UsageError, match="cannot be looked back"):
        monitor.get_alerts(hours_back=hours, check=False)
    with pytest.raises(UsageError):
        monitor.create_monitoring_report(hours)


def test_an_alert_that_the_journal_was_made_to_tell_of_is_text_too(tmp_path: Path):
    """Anybody who may push the journal may write into it what he likes."""
    fleet = Fleet(tmp_path, {})
    journal = ConfigMonitor(ConfigManager(root=fleet.root)).register.journal
    said = {"rule": "r", "subject": "s", "message": "a\nb\x1b[31m", "hint": "rm\n-rf", "alert_kind": "drift",
            "severity": "error"}  # fmt: skip
    journal.append_all(
        [{"kind": "alert", "to": "firing", "id": name, **said} for name in ("0a", "../x", "0\n\x1b")]
    )
    for words in (("list", "--no-check"), ("show", "0")):
        done = fleet.run("monitor", "alerts", *words)
        assert done.returncode == 0 and "\x1b" not in done.stdout
        assert "a b\\x1b[31m" in done.stdout and "../x" not in done.stdout
