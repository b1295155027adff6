"""What the long form found in gmconfig's own notes and in its answers, each as small as it gets."""

import json
import sqlite3
from pathlib import Path

import pytest

from gmconfig.cli import terminal
from gmconfig.errors import GmconfigError
from gmconfig.flag.event.ingest import ingest
from gmconfig.flag.event.store import Run, Store, converted
from gmconfig.monitor.outbox import Outbox, alert_of
from gmconfig.project import Project
from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]

ALERT = {
    "id": "a",
    "rule": "r",
    "subject": "s",
    "kind": "drift",
    "severity": "error",
    "message": "m",
    "state": "firing",
}
WAITING = {
    "id": "x",
    "handler": "chat",
    "alert": ALERT,
    "since": 1.0,
    "attempts": 1,
    "due": 2.0,
    "error": None,
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"since": []},
        {"due": {}},
        {"due": 1e400},
        {"attempts": "3"},
        {"attempts": 10**9},
        {"error": 7},
        {"id": "../../x"},
        {"handler": "../../x"},
        {"alert": {**ALERT, "message": 7}},
        {"alert": {**ALERT, "hint": ["x"]}},
        {"alert": {**ALERT, "times": "many"}},
        {"alert": [ALERT]},
        {"more": 1},
    ],
    ids=str,
)
def test_an_outbox_with_something_else_in_it(trading: Path, wrong: dict[str, object]):
    outbox = Outbox(Project.find(str(trading)))
    place = Path(outbox.folder, "waiting", "chat", "x.json")
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(WAITING))
    [sound] = outbox.waiting()
    assert sound.failed("again", 0.0).due == 2.0
    place.write_text(json.dumps({**WAITING, **wrong}))
    assert all(one.failed("again", 0.0).due <= 300 for one in outbox.waiting())
    assert not outbox.waiting() or wrong == {"attempts": 10**9}


def test_an_alert_of_words_and_numbers():
    assert alert_of(ALERT).message == "m"


def test_a_database_of_events_that_is_damaged(tmp_path: Path):
    (tmp_path / "events").mkdir()
    (tmp_path / "events/e.jsonl").write_text("{}\n")
    database = tmp_path / "state/flags.sqlite"
    ingest(str(tmp_path / "events"), str(database))
    with sqlite3.connect(database) as opened:
        opened.execute("DROP TABLE file")
    opened.close()
    with pytest.raises(GmconfigError, match="cannot be used: no such table"):
        ingest(str(tmp_path / "events"), str(database))
    with pytest.raises(GmconfigError, match="malformed"), converted("x"):
        raise sqlite3.DatabaseError("database disk image is malformed")


def test_a_database_of_events_that_contradicts_itself(tmp_path: Path):
    store = Store(str(tmp_path / "flags.sqlite"))
    run = Run("a", "2026-01-01", "production")
    with sqlite3.connect(store.path) as opened:
        opened.execute("INSERT INTO assignment VALUES (?, ?, ?, 'u', 'on', 1, 0)", run)
        opened.execute("INSERT INTO metric VALUES ('order', 'u', 2, 1)")
    opened.close()
    assert store.samples(run, "order", "proportion", {"on": 1}, 9)
    for users in ({"on": 0}, {"off": 1}):
        with pytest.raises(GmconfigError, match="contradicts itself"), converted("x"):
            store.samples(run, "order", "proportion", users, 9)
    store.close()


def test_a_schema_with_half_a_character(cli, trading: Path):
    for schema in ('{"required": ["\\ud800"]}', '{"properties": {"\\udfff": {}}}'):
        (trading / "schemas/settings.schema.json").write_text(schema)
        answer = cli("validate")
        assert answer.code == 1
        assert "half a character" in answer.out


def test_a_message_buries_nothing(capsys: pytest.CaptureFixture[str]):
    terminal.error(f'"{"a" * 1_000_000}" is not a name\nand that is all')
    first, second = capsys.readouterr().err.splitlines()
    assert len(first) < 1_200
    assert first.endswith('aaa" is not a name')
    assert second == "and that is all"
