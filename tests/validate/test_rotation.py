"""What is overdue is a warning of validate, and goes to the journal once; needs no key."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from gmconfig import SecretsManager
from gmconfig.project import Project
from gmconfig.secret.file.draft import Draft
from gmconfig.secret.named import changing as naming
from gmconfig.secret.named.overdue import due_day, overdue
from gmconfig.storage.git import Repository, write_working
from gmconfig.storage.journal import Journal
from gmconfig.validate.cached import check
from tests.cli.conftest import cli, ok, sealed_trading  # noqa: F401  # the command line as a user has it


@pytest.fixture
def dated(sealed_trading):  # noqa: F811
    manager = SecretsManager()
    manager.create_secret("certificate", "c", "certificate", expires="2020-01-31")
    manager.create_secret("young", "y", "token", rotate_every="90d")
    return sealed_trading


def found(report):
    return [finding for finding in report.findings if finding.check == "rotation"]


def test_it_is_a_warning_with_place_and_a_hint_that_works(dated, cli, monkeypatch, tmp_path):  # noqa: F811
    monkeypatch.setenv("HOME", str(tmp_path))  # no key
    answer = cli("validate", "-o", "json")
    assert answer.code == 0
    (finding,) = [one for one in json.loads(answer.out)["findings"] if one["check"] == "rotation"]
    assert (finding["severity"], finding["rule"]) == ("warning", "overdue")
    assert finding["file"] == "secrets/common.yaml" and finding["line"] > 1
    assert finding["hint"] == "gmconfig secret rotate certificate"
    assert "should have a new value since 2020-01-31" in finding["message"]


def test_a_secret_becomes_overdue_although_no_file_changed(dated):
    project = Project.find(str(dated))
    today = datetime.now(UTC).date()
    later = (today + timedelta(days=366)).isoformat()
    assert [f.path for f in found(check(project, today=today.isoformat()))] == ["certificate"]
    assert [f.path for f in found(check(project, today=later))] == ["certificate", "young"]
    vault = SecretsManager().workspace.vault(project.worktree())
    last = [vault.look_up("certificate", None)]
    assert list(overdue(vault, last, date(2020, 1, 30))) == []
    assert [one.since for one in overdue(vault, last, date(2020, 1, 31))] == [date(2020, 1, 31)]


def test_the_journal_is_told_once(dated, ok):  # noqa: F811
    for _ in range(3):
        ok("validate")
    (dated / "config/billing.yaml").write_text((dated / "config/billing.yaml").read_text() + "# a comment\n")
    ok("validate")
    events = Journal(Repository.discover(str(dated))).read()
    assert [(e["kind"], e["secret"]) for e in events] == [("secret-overdue", "certificate")]


def test_rotating_settles_it(dated, ok):  # noqa: F811
    ok("secret", "rotate", "certificate", "--stdin", stdin="new")
    assert "overdue" not in ok("validate", "-o", "json")


def test_ages_that_cannot_be_read(dated, cli):  # noqa: F811
    file = dated / "secrets/common.yaml"
    file.write_text(file.read_text().replace("rotate_every: 90d", "rotate_every: often"))
    assert '"often" is not an age' in cli("validate").out


def test_a_value_that_was_only_sealed_again_is_as_old_as_before(dated):
    """A new key is no new value: the age goes on."""
    manager = SecretsManager()
    vault = manager.workspace.vault(manager.workspace.project.worktree())
    named = vault.look_up("young", None)
    before = due_day(vault, named)
    draft = Draft(vault, "move", now=datetime(2099, 1, 1, tzinfo=UTC))
    edits = {**naming.move(draft, named, "elder", None), **draft.files()}
    write_working(str(dated), edits)
    again = manager.workspace.vault(manager.workspace.project.worktree())
    assert due_day(again, again.look_up("elder", None)) == before


def test_a_new_value_is_as_old_as_itself(dated):
    manager = SecretsManager()
    vault = manager.workspace.vault(manager.workspace.project.worktree())
    draft = Draft(vault, "set", now=datetime(2099, 1, 1, tzinfo=UTC))
    edits = {**naming.change(draft, vault.look_up("young", None), "another"), **draft.files()}
    write_working(str(dated), edits)
    again = manager.workspace.vault(manager.workspace.project.worktree())
    assert due_day(again, again.look_up("young", None)) == date(2099, 4, 1)
