"""What scripts read of monitoring: `-o json` as `schemas/output.schema.json` has it."""

import json
from pathlib import Path

import pytest

from tests.cli.test_json import agrees
from tests.deploy.fleet import Fleet

VERBS = [
    (0, "monitor", "watch", "--count", "1", "--interval", "0.1"),
    (1, "monitor", "status"),
    (1, "monitor", "compliance"),
    (0, "monitor", "report"),
    (3, "monitor", "alerts", "test"),
    (0, "monitor", "alerts", "list", "--all"),
    (3, "monitor", "alerts", "deliver"),
    (0, "monitor", "journal", "list"),
    (0, "monitor", "journal", "prune"),
]


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """With a failed check, and a handler that cannot be reached."""
    handler = {"gone": {"webhook": "http://127.0.0.1:9/"}}
    fleet = Fleet(tmp_path, {"web": {}}, alerts={"handlers": handler})
    fleet.apply()
    fleet.write("config/environments/production.yaml", {"debug": True})
    return fleet


def test_what_each_verb_answers(fleet: Fleet):
    for expected, *words in VERBS:
        done = fleet.run(*words, "-o", "json")
        assert done.returncode == expected, (words, done.stderr)
        agrees("-".join(word for word in words[:3] if word.isalpha()), done.stdout)


def test_what_becomes_of_an_alert(fleet: Fleet):
    there = fleet.root.parent / "there"
    fleet.git("init", "-q", "--bare", str(there))
    fleet.git("remote", "add", "origin", str(there))
    [alert] = json.loads(fleet.run("monitor", "alerts", "list", "--severity", "error", "-o", "json").stdout)
    for word, state, push in (
        ("show", "firing", ()),
        ("ack", "acknowledged", ()),
        ("resolve", "resolved", ("--push",)),
    ):
        done = fleet.run("monitor", "alerts", word, alert["id"][:8], "-o", "json", *push)
        assert (" others learn of it" in done.stderr) is (word == "ack")
        assert bool(fleet.git("ls-remote", "origin", "*/journal/*")) is bool(push)
        agrees(f"monitor-alerts-{word}", done.stdout)
        assert json.loads(done.stdout)["state"] == state
    assert fleet.run("monitor", "alerts", "resolve", alert["id"]).returncode == 4
    assert "it still holds" not in fleet.run("monitor", "alerts", "show", alert["id"]).stdout
    assert fleet.run("monitor", "alerts", "show", "nope").returncode == 3
    assert fleet.run("monitor", "alerts", "list", "--severity", "bad").returncode == 2
