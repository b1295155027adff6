"""How a repository begins: init, adoption of a real one, demo, doctor."""

import errno
import json
import re
import subprocess

import jsonschema
import pytest

from gmconfig.cli.boundary import failed as failed_with
from gmconfig.storage.yaml import load


def test_init_makes_a_repository_that_works_at_once(ok, tmp_path, monkeypatch, git, isolated):
    folder = tmp_path / "new" / "repo"
    ok("init", str(folder))
    monkeypatch.chdir(folder)
    assert git("log", "--format=%s", cwd=folder) == "gmconfig: init"
    assert git("status", "--porcelain", cwd=folder) == ""
    assert oct((isolated / ".config/gmconfig/identity").stat().st_mode & 0o777) == "0o600"
    ok("secret", "create", "x", "--generate")
    assert ok("validate")
    ok("config", "set", "settings", "a.b", "1", "--create")
    assert ok("config", "get", "settings", "a.b") == "1\n"


def test_init_twice_changes_nothing(ok, tmp_path, monkeypatch, git):
    ok("init", str(tmp_path / "repo"))
    before = git("rev-parse", "HEAD")
    assert ok("init", str(tmp_path / "repo")) == "nothing to change\n"
    assert git("rev-parse", "HEAD") == before


def test_editors_find_a_schema_that_holds_for_each_file_that_people_write(ok, trading, git):
    ok("init", "--schemas")
    assert ok("secret", "verify") == "verified: 0 sealed values, 1 signed event\n"
    for name in ("gmconfig.yaml", "access.yaml", "policies/security.yaml", "flags/flags.yaml"):
        text = (trading / name).read_text()
        [named] = re.findall(r"^# yaml-language-server: \$schema=(.+)$", text, re.M)
        assert f"# $schema: {named}\n" in text
        schema = json.loads(((trading / name).parent / named).read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        jsonschema.Draft7Validator(schema).validate(load(text.encode(), name))
    assert git("status", "--porcelain") == ""
    assert ok("init", "--schemas") == "nothing to change\n"


def test_init_in_a_repository_with_work_in_it_commits_only_its_own(ok, repo, git, monkeypatch):
    (repo / "mine.txt").write_text("mine\n")
    git("add", "mine.txt")
    monkeypatch.chdir(repo)
    ok("init")
    assert git("status", "--porcelain") == "A  mine.txt"
    assert "mine.txt" not in git("show", "--name-only", "--format=")


def test_init_in_a_folder_of_a_larger_repository_says_whose_commits_they_are(cli, repo, monkeypatch):
    (repo / "part").mkdir()
    monkeypatch.chdir(repo / "part")
    assert f"part/ is a folder of the repository {repo}, which gets the commits" in cli("init").err
    assert "part/" not in cli("init").err  # nothing was left to do


def test_a_dry_run_leaves_nothing(ok, tmp_path, isolated):
    ok("init", str(tmp_path / "repo"), "--dry-run")
    assert not (tmp_path / "repo").exists()
    assert not (isolated / ".config").exists()


def test_an_interrupted_init_can_be_ended(ok, cli, tmp_path, monkeypatch, git):
    """The policy was committed, but the clone does not trust it yet: the same person says init again."""
    ok("init", str(tmp_path / "repo"))
    git("config", "--unset", "gmconfig.pin")
    monkeypatch.chdir(tmp_path / "repo")
    assert cli("secret", "create", "x", "--generate").code == 4
    ok("init")
    ok("secret", "create", "x", "--generate")


@pytest.fixture
def govuk(conformance_data, tmp_path, monkeypatch):
    bundle = conformance_data / "govuk-app-config" / "history.bundle"
    subprocess.run(
        ["git", "clone", "-q", "-b", "main", str(bundle), str(tmp_path / "repo")],
        check=True,
        capture_output=True,
    )
    monkeypatch.chdir(tmp_path / "repo")
    return tmp_path / "repo"


def test_a_real_repository_is_adopted_and_managed(ok, govuk, git):
    ok("init", "--from", "values-{environment}.yaml")
    assert git("show", "--name-only", "--format=").count("values-") == 0
    assert ok("config", "get", "values", "govukEnvironment", "-e", "staging") == "staging\n"
    path = "govukApplications[name=account-api].helmValues.arch"
    explained = json.loads(ok("config", "explain", "values", path, "-e", "integration", "-o", "json"))
    line = explained["layers"][0]["line"]
    assert "arch" in (govuk / "values-integration.yaml").read_text().splitlines()[line - 1]
    assert "govukEnvironment" in ok("config", "diff", "staging", "production")

    ok("config", "set", "values", "workers.replicaCount", "7", "-e", "staging")

    assert git("show", "--format=", "--numstat") == "1\t1\tvalues-staging.yaml"
    ok("config", "rollback", "values", "HEAD~1")
    assert git("diff", "HEAD~2", "HEAD", "--stat", "--", "values-staging.yaml") == ""
    ok("validate")


def test_history_of_one_key_names_the_commits_that_changed_it(ok, govuk, git):
    ok("init", "--from", "values-{environment}.yaml")
    entries = json.loads(
        ok("config", "history", "values", "workers.replicaCount", "-e", "production", "-o", "json")
    )
    values, last = [], object()
    touching = git("rev-list", "--reverse", "--first-parent", "HEAD", "--", "values-production.yaml")
    for commit in touching.split()[:60]:  # the room's own tests go through all of them
        text = git("show", f"{commit}:values-production.yaml")
        known = "replicaCount" in text
        value = (load(text.encode()).get("workers") or {}).get("replicaCount") if known else None
        if value != last and not (value is None and not values):
            values.append((commit, value))
            last = value
    assert [(e["commit"], e["value"]) for e in reversed(entries)][: len(values)] == values


def test_the_common_base_is_extracted_without_changing_a_value(ok, govuk, git):
    before = {
        env: load((govuk / f"values-{env}.yaml").read_bytes())
        for env in ("integration", "staging", "production")
    }
    ok("init", "--from", "values-{environment}.yaml", "--extract-base", "--by", "name")
    for environment, tree in before.items():
        assert json.loads(ok("config", "get", "values", "-e", environment, "-o", "json")) == json.loads(
            json.dumps(tree)
        )
    assert git("status", "--porcelain") == ""


def test_patterns_that_mean_nothing_are_refused(cli, repo, monkeypatch):
    monkeypatch.chdir(repo)
    assert cli("init", "--from", "nothing-{environment}.yaml").code == 3
    assert cli("init", "--extract-base").code == 2
    assert cli("init", "--from", "../x-{environment}.yaml").code == 2


def test_a_demo_that_cannot_go_on_says_why_and_what_helps(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_COUNT", "none")
    failed = cli("demo", str(tmp_path / "demo"))
    assert failed.code == 3
    assert failed.err.endswith("hint: it says why above; when that is mended: gmconfig demo elsewhere/demo\n")
    (tmp_path / "taken").write_text("")
    failed = cli("demo", str(tmp_path / "taken/demo"))
    assert (failed.code, failed.err) == (
        3,
        f'gmconfig: error: "{tmp_path}/taken/demo": not a directory\n',
    )


def test_what_the_system_refuses_comes_with_what_helps(capsys):
    assert failed_with(OSError(errno.ENOSPC, "No space left on device")) == 3
    told = capsys.readouterr().err
    assert "error: no space left on device\n" in told
    assert "hint: make room on the disk and run the command again\n" in told
    failed_with(PermissionError(errno.EACCES, "Permission denied", "a/b"))
    assert "hint: check the permissions: ls -ld 'a' 'a/b'\n" in capsys.readouterr().err


def test_the_demo_walks_the_main_job(ok, cli, tmp_path):
    out = ok("demo", str(tmp_path / "demo"))
    assert "$ gmconfig init" in out
    assert "40 → 60" in out
    assert "6000 is greater than the maximum of 200" in out
    assert cli("demo", str(tmp_path / "demo")).code == 4  # it is not empty any more
    assert cli("demo", str(tmp_path / "second")).code == 4  # what is live beside it is not its own
    assert not (tmp_path / "second").exists()
    assert "wanted 50   live 55" in out
    assert "50 → 55" in out  # adopted
    assert (
        'production-5 failed, and what was there before is back: worker: "sh health/worker.sh" ended with 1'
        in out
    )
    assert "pool 55, a password of 32" in out
    assert (tmp_path / "live/web").is_symlink()


def test_doctor_says_what_is_ready_and_what_is_not(ok, cli, sealed_trading, monkeypatch, git):
    found = {check["name"]: check for check in json.loads(ok("doctor", "-o", "json"))}
    assert found["identity"]["state"] == "ok"
    assert found["readers"]["state"] == "warning"  # one person alone
    git("config", "--unset", "gmconfig.pin")
    answer = cli("doctor")
    assert answer.code == 1
    assert "does not trust" in answer.out


def test_doctor_repairs_what_needs_no_question(ok, cli, sealed_trading, git, isolated):
    identity = isolated / ".config/gmconfig/identity"
    identity.chmod(0o644)
    git("config", "--unset", "gmconfig.pin")
    assert cli("doctor").code == 1
    fixed = {check["name"]: check["fixed"] for check in json.loads(ok("doctor", "--fix", "-o", "json"))}
    assert fixed["identity file"] == "only you can read it now"
    assert "trusts" in fixed["trust"]
    assert identity.stat().st_mode & 0o777 == 0o600
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"


def test_a_recovery_phrase_opens_everything_when_the_key_is_lost(
    ok, cli, sealed_trading, isolated, monkeypatch
):
    phrase = ok("init", "--recovery").splitlines()[-1]
    assert phrase.count("-") == 7
    assert phrase.encode() not in subprocess.run(["git", "log", "-p"], capture_output=True, check=True).stdout
    (isolated / ".config/gmconfig/identity").unlink()
    assert cli("secret", "get", "db_password").code == 3
    monkeypatch.setenv("GMCONFIG_PASSPHRASE", phrase)
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"
    ok("secret", "member", "remove", "test")
    ok("secret", "verify")
