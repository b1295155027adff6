"""`secret scan`, its place in `validate`, and the hook: known values are found, and shown to nobody."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gmconfig.project import Project
from gmconfig.record.lock import DeployLock

VALUE = "correct-horse-battery"  # what the example's db_password holds
MESSAGE = "the value of secret db_password in common stands here in plain"
ROOT = Path(__file__).parents[2]
WAIVER = """
waivers:
  - rule: {rule}
    {scope}
    reason: it stands in the site's pages
    expires: {expires}
"""


def findings(answer) -> list[tuple[str, str, int, int]]:
    return [(f["rule"], f["file"], f["line"], f["column"]) for f in json.loads(answer.out)["findings"]]


def test_a_clean_repository_passes(ok, sealed_trading):
    assert "no findings in" in ok("secret", "scan")
    assert "no findings in" in ok("secret", "scan", "--staged")
    DeployLock(Project.find(sealed_trading), "production", "Ann").acquire()  # its token is nobody's secret
    assert "no findings in" in ok("secret", "scan", "--history")


def test_validate_finds_with_an_identity_from_the_environment_what_it_did_not_before(
    cli, sealed_trading, isolated, monkeypatch
):
    identity = isolated / ".config" / "gmconfig" / "identity"
    monkeypatch.setenv("HOME", str(isolated / "elsewhere"))
    with (sealed_trading / "config" / "billing.yaml").open("a") as billing:
        billing.write(f"note: {VALUE}\n")
    assert "not searched for: no key" in cli("validate").out
    monkeypatch.setenv("GMCONFIG_IDENTITY", identity.read_text())
    assert MESSAGE in cli("validate").out


def test_a_known_value_is_named_with_its_place_and_never_shown(cli, sealed_trading):
    (sealed_trading / "deploy.sh").write_text(f"#!/bin/sh\nexport PGPASS='{VALUE}'\n")
    encoded = base64.b64encode(f"trader:{VALUE}".encode()).decode()
    (sealed_trading / "notes.md").write_text(f"Authorization: Basic {encoded}\n")
    answer = cli("secret", "scan")
    assert answer.code == 1
    assert f"deploy.sh:2:16: error: secret: {MESSAGE}\n" in answer.out
    assert f"notes.md:1:32: error: secret: {MESSAGE} (as base64)" in answer.out
    assert VALUE not in str(answer)
    assert encoded not in str(answer)
    assert cli("secret", "scan", "config").code == 0
    assert findings(cli("secret", "scan", "deploy.sh", "-o", "json")) == [("known-value", "deploy.sh", 2, 16)]


def test_what_is_staged_counts_not_what_lies_there(cli, ok, sealed_trading, git):
    (sealed_trading / "deploy.sh").write_text(f"x={VALUE}\n")
    ok("secret", "scan", "--staged")
    git("add", "deploy.sh")
    (sealed_trading / "deploy.sh").write_text("x=1\n")
    ok("secret", "scan")
    assert findings(cli("secret", "scan", "--staged", "-o", "json")) == [("known-value", "deploy.sh", 1, 3)]


def test_history_finds_what_was_removed_and_names_the_commit(cli, ok, sealed_trading, git):
    (sealed_trading / "deploy.sh").write_text(f"x={VALUE}\n")
    git("add", "-A")
    git("commit", "-qm", "oops")
    commit = git("rev-parse", "--short", "HEAD")
    git("rm", "-q", "deploy.sh")
    git("commit", "-qm", "hush")
    ok("secret", "scan")
    answer = cli("secret", "scan", "--history")
    assert answer.code == 1
    assert f"deploy.sh:1:3: error: secret: {MESSAGE}, in commit {commit} of " in answer.out
    assert VALUE not in str(answer)


def test_ignored_files_and_links_are_left_alone(ok, sealed_trading):
    (sealed_trading / ".gitignore").write_text("*.local\n")
    (sealed_trading / "x.local").write_text(VALUE)
    (sealed_trading / "link").symlink_to("x.local")
    ok("secret", "scan")


def test_without_a_key_it_says_what_it_did_not_look_for(cli, sealed_trading, monkeypatch, tmp_path):
    (sealed_trading / "deploy.sh").write_text(f"x={VALUE}\nAKIAZ5XWZ5XWZ5XWZ5XW\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    answer = cli("secret", "scan")
    assert "an AWS access key stands here in plain" in answer.out
    assert "2 secrets not searched for: no key" in answer.out
    assert "db_password" not in answer.out
    validated = cli("validate")
    assert validated.code == 0
    assert "2 secrets not searched for: no key" in validated.out
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("scope", "rule", "expires", "code"),
    [
        ("files: ['*.sh']", "known-format", "2099-01-01", 0),
        ("files: ['*.sh']", "secret", "2099-01-01", 0),
        ("files: ['*.md']", "secret", "2099-01-01", 1),
        ("files: ['*.sh']", "known-format", "2020-01-01", 1),
    ],
)
def test_a_waiver_excuses_with_a_reason_until_a_day(cli, sealed_trading, scope, rule, expires, code):
    (sealed_trading / "deploy.sh").write_text("AKIAZ5XWZ5XWZ5XWZ5XW\n")
    waiver = WAIVER.format(scope=scope, rule=rule, expires=expires)
    (sealed_trading / "policies" / "secrets.yaml").write_text(waiver)
    answer = cli("secret", "scan")
    assert answer.code == code
    assert ("it stands in the site's pages" in answer.out) is (code == 0)
    assert "waiver-unmatched" not in cli("validate").out


def test_the_same_waiver_serves_validate_by_path(cli, ok, sealed_trading):
    settings = sealed_trading / "config" / "settings.yaml"
    settings.write_text(settings.read_text() + "analytics:\n  api_key: a1b2c3d4e5\n")
    answer = cli("validate")
    line = settings.read_text().count("\n")
    said = f'config/settings.yaml:{line}:12: warning: secret: "api_key" is written here in plain'
    assert said in answer.out
    assert "hint: gmconfig secret seal config/settings.yaml analytics.api_key" in answer.out
    assert "a1b2c3d4e5" not in answer.out
    assert cli("secret", "scan").code == 1
    waiver = WAIVER.format(scope="path: analytics.api_key", rule="secret-name", expires="2099-01-01")
    (sealed_trading / "policies" / "secrets.yaml").write_text(waiver)
    assert "waived until 2099-01-01: it stands" in ok("validate")
    ok("secret", "scan")


def test_the_hint_works_as_printed(cli, ok, sealed_trading, git):
    settings = sealed_trading / "config" / "settings.yaml"
    settings.write_text(settings.read_text() + "analytics:\n  api_key: a1b2c3d4e5\n")
    git("commit", "-qam", "analytics")
    ok("secret", "seal", "config/settings.yaml", "analytics.api_key")
    ok("secret", "scan")


def test_validate_looks_for_known_values_each_time_and_keeps_none(cli, ok, sealed_trading, git):
    settings = sealed_trading / "config" / "settings.yaml"
    ok("validate")
    ok("validate")
    text = settings.read_text()
    settings.write_text(text + f"banner: say {VALUE}\n")
    line = settings.read_text().count("\n")
    for _ in range(3):
        answer = cli("validate")
        assert answer.code == 1
        assert f"config/settings.yaml:{line}:13: error: secret: {MESSAGE}" in answer.out
        assert VALUE not in answer.out
    caches = [file for file in (sealed_trading / ".git" / "gmconfig").rglob("*") if file.is_file()]
    assert caches
    assert not any(
        VALUE.encode() in file.read_bytes() or b"known-value" in file.read_bytes() for file in caches
    )
    settings.write_text(text)
    ok("validate")
    ok("validate")


def test_a_new_secret_is_looked_for_in_files_that_did_not_change(cli, ok, sealed_trading, git):
    settings = sealed_trading / "config" / "settings.yaml"
    settings.write_text(settings.read_text() + "banner: unmistakable-words\n")
    git("commit", "-qam", "banner")
    ok("validate")
    ok("secret", "create", "words", "--stdin", stdin="unmistakable-words")
    assert "the value of secret words in common stands here in plain" in cli("validate").out


def test_a_sealed_value_in_a_document_is_looked_for_too(cli, ok, sealed_trading):
    ok("config", "set", "settings", "database.admin", "--secret", "-", "--create", stdin="sworn-and-drawn")
    (sealed_trading / "deploy.sh").write_text("x=sworn-and-drawn\n")
    said = cli("secret", "scan").out
    assert "the value of settings: database.admin in the base layer stands here in plain" in said


def test_two_ways_at_once_are_refused(cli, sealed_trading):
    assert cli("secret", "scan", "--staged", "--history").code == 2
    assert cli("secret", "scan", "-o", "xml").code == 2
    assert cli("secret", "scan", "/etc").code == 2
    assert cli("secret", "scan", "nowhere").code == 3


def test_the_hook_under_the_real_pre_commit(ok, sealed_trading, git, tmp_path, monkeypatch):
    pytest.importorskip("pre_commit", reason="pre-commit is not installed")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    entry = f"{sys.executable} -m gmconfig secret scan --staged"
    (sealed_trading / ".pre-commit-config.yaml").write_text(
        "repos: [{repo: local, hooks: [{id: gmconfig-secrets, name: gmconfig secret scan, "
        f"entry: {entry}, language: system, pass_filenames: false, require_serial: true}}]}}]\n"
    )
    git("add", "-A")

    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", "run", "--color", "never"]
        return subprocess.run(
            command, cwd=sealed_trading, capture_output=True, text=True, env=dict(os.environ), check=False
        )

    assert run().returncode == 0
    (sealed_trading / "deploy.sh").write_text(f"x={VALUE}\n")
    git("add", "-A")
    done = run()
    assert done.returncode == 1
    assert f"deploy.sh:1:3: error: secret: {MESSAGE}" in done.stdout
    assert VALUE not in done.stdout


def test_the_manifest_offers_the_hook():
    clientlib = pytest.importorskip("pre_commit.clientlib", reason="pre-commit is not installed")
    hooks = {hook["id"]: hook for hook in clientlib.load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))}
    hook = hooks["gmconfig-secrets"]
    assert (hook["entry"], hook["require_serial"], hook["pass_filenames"]) == (
        "gmconfig secret scan --staged",
        True,
        False,
    )


def test_a_shallow_clone_says_that_it_does_not_know_everything(cli, sealed_trading, git, tmp_path):
    git("clone", "-q", "--depth", "1", f"file://{sealed_trading}", str(tmp_path / "clone"))
    assert (
        "older history is not in this shallow clone"
        in cli("-C", str(tmp_path / "clone"), "secret", "scan", "--history").out
    )


def test_validate_of_what_is_staged_looks_for_known_values_too(cli, sealed_trading, git):
    settings = sealed_trading / "config" / "settings.yaml"
    settings.write_text(settings.read_text() + f"banner: {VALUE}\n")
    git("add", "-A")
    git("show", ":config/settings.yaml")
    answer = cli("validate", "--staged")
    assert answer.code == 1
    assert MESSAGE in answer.out
    assert VALUE not in answer.out
