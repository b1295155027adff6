"""Secrets from a terminal and from CI: sealed inline, never shown by accident."""

import json
import os
import subprocess
import sys

import pytest


def test_create_get_rotate_delete(ok, cli, sealed_trading, git):
    ok(
        "secret",
        "create",
        "api_token",
        "--type",
        "token",
        "-d",
        "order gateway",
        "--stdin",
        stdin="s3cr3t-value\n",
    )
    assert ok("secret", "get", "api_token") == "s3cr3t-value\n"
    assert "s3cr3t-value" not in (sealed_trading / "secrets/common.yaml").read_text()
    ok("secret", "set", "api_token", "--stdin", stdin="other-value")
    assert ok("secret", "get", "api_token") == "other-value\n"
    ok("secret", "rotate", "api_token")
    assert len(ok("secret", "get", "api_token").strip()) > 30
    assert cli("secret", "delete", "api_token").code == 4  # nobody is there to confirm
    ok("secret", "delete", "api_token", "-y")
    assert cli("secret", "get", "api_token").code == 3
    assert git("status", "--porcelain") == ""


def test_an_environment_has_its_own_and_inherits(ok, sealed_trading):
    ok("secret", "create", "db_password", "-e", "production", "--stdin", stdin="production-password")
    assert ok("secret", "get", "db_password", "-e", "production") == "production-password\n"
    assert (
        ok("secret", "get", "db_password", "-e", "staging") == "production-password\n"
    )  # extends production
    assert ok("secret", "get", "db_password", "-e", "testing") == "correct-horse-battery\n"


def test_list_needs_no_key(ok, sealed_trading, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    listed = {entry["name"]: entry for entry in json.loads(ok("secret", "list", "-o", "json"))}
    assert listed["db_password"]["type"] == "password"
    assert listed["db_password"]["age_days"] == 0


def test_without_a_key_nothing_opens_and_nothing_leaks(cli, sealed_trading, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    answer = cli("config", "get", "settings", "database.password", "-e", "production", "--reveal")
    assert answer.code == 3
    assert "gmconfig secret keygen" in answer.err


def test_a_value_is_sealed_where_it_stands(ok, sealed_trading, git):
    ok(
        "config",
        "set",
        "settings",
        "database.admin",
        "--secret",
        "-",
        "--create",
        "-e",
        "production",
        stdin="swordfish",
    )
    written = (sealed_trading / "config/environments/production.yaml").read_text()
    assert "admin: gm1.default." in written
    assert ok("config", "get", "settings", "database.admin", "-e", "production") == "●●●●●\n"
    assert ok("config", "get", "settings", "database.admin", "-e", "production", "--reveal") == "swordfish\n"
    before = git("rev-parse", "HEAD")
    ok("config", "set", "settings", "database.admin", "--secret", "-", "-e", "production", stdin="swordfish")
    assert git("rev-parse", "HEAD") == before  # the same value keeps its token


def test_a_literal_on_the_command_line_is_refused(cli, sealed_trading):
    answer = cli("config", "set", "settings", "database.admin", "swordfish", "--secret", "--create")
    assert answer.code == 2
    assert "swordfish" not in answer.err


def test_plain_text_over_a_sealed_value_is_refused(ok, cli, sealed_trading):
    ok("config", "set", "settings", "database.admin", "--secret", "-", "--create", stdin="swordfish")
    answer = cli("config", "set", "settings", "database.admin", "plain")
    assert answer.code == 4
    assert "--secret" in answer.err


def test_seal_and_unseal_in_place(ok, cli, sealed_trading):
    file = sealed_trading / "config/billing.yaml"
    before = file.read_bytes()
    ok("secret", "seal", "config/billing.yaml", "invoice.sender")
    assert "sender: gm1." in file.read_text()
    assert ok("config", "get", "billing", "invoice.sender", "--reveal") == "billing@trading.internal\n"
    assert cli("secret", "unseal", "config/billing.yaml", "invoice.sender").code == 4
    ok("secret", "unseal", "config/billing.yaml", "invoice.sender", "-y")
    assert file.read_bytes() == before


def test_a_moved_token_does_not_open_and_its_home_is_named(ok, cli, sealed_trading):
    ok(
        "config",
        "set",
        "settings",
        "database.admin",
        "--secret",
        "-",
        "--create",
        "-e",
        "production",
        stdin="swordfish",
    )
    production = sealed_trading / "config/environments/production.yaml"
    token = next(line.split()[-1] for line in production.read_text().splitlines() if "gm1." in line)
    staging = sealed_trading / "config/environments/staging.yaml"
    staging.write_text(staging.read_text() + f"\nsecurity:\n  jwt_secret_key: {token}\n")
    answer = cli("config", "get", "settings", "security.jwt_secret_key", "-e", "staging", "--reveal")
    assert answer.code == 4
    assert "production" in answer.err
    assert "database.admin" in answer.err
    assert cli("validate").code == 1


def test_edit_keeps_the_tokens_of_what_did_not_change(ok, sealed_trading, monkeypatch):
    file = sealed_trading / "secrets/common.yaml"
    before = [line for line in file.read_text().splitlines() if "value:" in line]
    monkeypatch.setenv("EDITOR", "sed -i s/correct-horse/wrong-horse/")
    ok("secret", "edit")
    after = [line for line in file.read_text().splitlines() if "value:" in line]
    assert (before[0] != after[0], before[1]) == (True, after[1])
    assert ok("secret", "get", "db_password") == "wrong-horse-battery\n"


def test_the_editors_text_is_in_memory_private_and_gone(ok, sealed_trading, monkeypatch, tmp_path):
    script = tmp_path / "editor"
    script.write_text(
        f'#!/bin/sh\nstat -c "%n %a" "$1" > {tmp_path}/seen\ngrep -c battery "$1" >> {tmp_path}/seen\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    ok("secret", "edit")
    name, mode, count = (tmp_path / "seen").read_text().split()
    assert (mode, count) == ("600", "1")
    assert not os.path.exists(name)


def test_ci_needs_one_variable_and_writes_nothing_outside(
    ok, cli, sealed_trading, git, tmp_path, monkeypatch
):
    variable = ok("secret", "keygen", "--ci").strip()
    absent = cli("secret", "keygen", "--ci", "--file", str(tmp_path / "ci.key"))
    assert absent.code == 3 and "--identity" not in absent.err
    subprocess.run(
        absent.err.partition("make one: ")[2].replace("gmconfig", f"{sys.executable} -m gmconfig"),
        shell=True,
        check=True,
    )
    runners = ok("secret", "keygen", "--ci", "--file", str(tmp_path / "ci.key")).strip()
    assert runners.partition(".")[0] in (tmp_path / "ci.key").read_text()
    clone, home = tmp_path / "clone", tmp_path / "ci-home"
    home.mkdir()
    subprocess.run(["git", "clone", "-q", str(sealed_trading), str(clone)], check=True)
    environment = {**os.environ, "HOME": str(home), "GMCONFIG_IDENTITY": variable}
    done = subprocess.run(
        [sys.executable, "-m", "gmconfig", "secret", "get", "db_password"],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "correct-horse-battery\n"), done.stderr
    assert list(home.iterdir()) == []


def test_a_policy_that_was_removed_comes_back_by_the_hint(ok, cli, sealed_trading, git):
    git("rm", "-q", "access.yaml")
    git("commit", "-q", "-m", "gone")
    command = cli("secret", "get", "db_password").err.partition("bring it back: ")[2]
    subprocess.run(command, shell=True, check=True)
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"


def test_a_clone_without_the_pin_is_refused(sealed_trading, tmp_path, monkeypatch, cli):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(sealed_trading), str(clone)], check=True)
    monkeypatch.chdir(clone)
    answer = cli("secret", "get", "db_password")
    assert answer.code == 4
    assert "does not trust" in answer.err


@pytest.mark.parametrize("arguments", [["secret", "keygen", "--file", "bob.key"]])
def test_keygen_writes_a_private_file_once(ok, cli, trading, arguments):
    ok(*arguments)
    assert oct((trading / "bob.key").stat().st_mode & 0o777) == "0o600"
    assert cli(*arguments).code == 4


def test_run_gives_the_child_its_values_and_nobody_else(sealed_trading):
    command = [
        sys.executable,
        "-m",
        "gmconfig",
        "run",
        "-e",
        "production",
        "--",
        "sh",
        "-c",
        'echo "$DATABASE_PASSWORD $DATABASE_POOL"; tr "\\0" " " < /proc/$$/cmdline',
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    values, cmdline = done.stdout.split("\n", 1)
    assert values == "correct-horse-battery 40"
    assert "correct-horse-battery" not in cmdline


def test_run_passes_on_the_exit_code_and_can_be_pristine(sealed_trading, monkeypatch):
    run = [sys.executable, "-m", "gmconfig", "run", "-e", "production"]
    assert subprocess.run([*run, "--", "sh", "-c", "exit 7"], check=False).returncode == 7
    assert subprocess.run([*run, "--", "no-such-command"], check=False, capture_output=True).returncode == 3
    monkeypatch.setenv("STRANGER", "1")
    done = subprocess.run(
        [*run, "--pristine", "--only", "DATABASE_POOL", "--", "env"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "STRANGER" not in done.stdout
    assert "DATABASE_POOL=40" in done.stdout
    assert "DATABASE_PASSWORD" not in done.stdout
