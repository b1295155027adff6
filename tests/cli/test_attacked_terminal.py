"""Where output goes wrong, or was asked for in a way that means nothing: a message, and the right exit code."""

import os
import subprocess
import sys

import pytest


def run(words, cwd, **streams):
    return subprocess.run(
        [sys.executable, "-m", "gmconfig", *words], cwd=cwd, check=False, stderr=subprocess.PIPE, **streams
    )


COMMANDS = [
    ("--version",),
    ("validate",),
    ("config", "get", "billing", "-e", "production"),
    ("config", "show", "billing", "-e", "production"),
    ("config", "history", "settings"),
]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this machine has no /dev/full")
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_full_disk_is_no_answer(trading, words):
    with open("/dev/full", "wb") as full:
        done = run(words, trading, stdout=full)
    error, hint = done.stderr.decode().splitlines()
    assert (done.returncode, error) == (3, "gmconfig: error: no space left on device")
    assert hint == "gmconfig: hint: make room on the disk and run the command again"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_closed_stdout_is_nobody_who_listens(trading, words):
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m gmconfig {" ".join(words)} >&-'],
        cwd=trading,
        check=False,
        stderr=subprocess.PIPE,
    )
    heard = run(words, trading, stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (heard.returncode, b"")


def test_debug_adds_to_the_answer_and_keeps_its_exit_code(trading):
    words = ("config", "get", "settings", "nothing.here")
    done = run((*words, "--debug"), trading, stdout=subprocess.PIPE)
    plain = run(words, trading, stdout=subprocess.PIPE)
    assert done.returncode == plain.returncode == 3
    assert b"Traceback" in done.stderr
    assert done.stderr.endswith(plain.stderr)


def test_a_schema_without_files_checks_nothing_and_says_so(trading, cli):
    schema = "schemas/settings.schema.json"
    assert cli("validate", "--schema", schema).code == 2
    assert cli("validate", "--schema", schema, "config/billing.yaml", "--staged").code == 2
    assert cli("validate", "--schema", schema, "config/billing.yaml", "-e", "production").code == 2


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("config/setings.yaml", 'did you mean "config/settings.yaml"?'),
        ("settings", 'did you mean "config/settings.yaml"?'),
        ("production", "gmconfig validate -e production"),
        ("../elsewhere.yaml", "hint: gmconfig validate"),
        (":(glob)config/*", "hint: gmconfig validate"),
    ],
)
@pytest.mark.parametrize("how", [(), ("--staged",), ("--at", "HEAD")])
def test_a_file_that_never_was_there_is_a_slip(trading, cli, slip, meant, how):
    answer = cli("validate", slip, *how)
    assert (answer.code, answer.out) == (3, "")
    assert f'"{slip}" does not exist' in answer.err and meant in answer.err


def test_a_file_that_is_gone_is_checked_for_what_it_left_behind(trading, cli):
    assert cli("validate", "config/billing.yaml").err == ""
    (trading / "config/billing.yaml").unlink()
    gone = cli("validate", "config/billing.yaml")
    subprocess.run(["git", "commit", "-qam", "away"], check=True)
    later = cli("validate", "billing.yaml", "-C", "config")
    assert (gone.code, later.code) == (0, 0)
    assert '"config/billing.yaml" is not there any more' in gone.err
    assert '"billing.yaml" is not there any more' in later.err


def test_a_clone_without_its_past_cannot_tell_a_slip(trading, cli, tmp_path, monkeypatch):
    words = ["git", "clone", "-q", "--depth", "1", trading.as_uri(), str(tmp_path / "shallow")]
    subprocess.run(words, check=True)
    monkeypatch.chdir(tmp_path / "shallow")
    assert cli("validate", "nothere.yaml").code == 0
