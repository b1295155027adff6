"""`secret edit`: the plain text is in memory, private, and gone however it ends."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import LIMIT, until

pytestmark = pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no memory-backed storage")


@pytest.fixture
def editor(tmp_path, monkeypatch):
    """Make a shell script the editor."""

    def write(script, name="editor"):
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        monkeypatch.setenv("EDITOR", str(file))

    return write


@pytest.fixture
def begun(sealed_trading, editor, tmp_path):
    """Start `secret edit` with an editor that waits; give the process and the text's file."""
    running = []

    def begin(before="", script="exec sleep 600"):
        note = tmp_path / "note"
        editor(f'{before}\necho "$1" > {note}.part; mv {note}.part {note}\n{script}')
        process = subprocess.Popen(
            [sys.executable, "-m", "gmconfig", "secret", "edit"], start_new_session=True
        )
        running.append(process)
        until(note.exists)
        return process, Path(note.read_text().strip())

    yield begin
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_whatever_ends_it_the_text_is_gone(begun, name, ok, git):
    process, file = begun()
    assert "correct-horse-battery" in file.read_text()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    process.send_signal(name)
    process.wait(LIMIT)
    until(lambda: not file.parent.exists())
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"
    assert git("status", "--porcelain") == ""


def test_an_interrupt_is_the_editors(begun, ok):
    process, file = begun("trap 'sed -i s/battery/staple/ \"$1\"; exit 0' INT", "sleep 600 & wait")
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does
    assert process.wait(LIMIT) == 0
    assert not file.parent.exists()
    assert ok("secret", "get", "db_password") == "correct-horse-staple\n"


def test_an_editor_that_fails_changes_nothing(cli, ok, sealed_trading, editor, git):
    editor('sed -i s/battery/staple/ "$1"; exit 3')
    answer = cli("secret", "edit")
    assert answer.code == 4 and "exit code 3; nothing was changed" in answer.err
    assert "or name another one: export VISUAL=vi" in answer.err
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"


def test_what_an_editor_writes_beside_the_text_goes_too(ok, sealed_trading, editor, tmp_path, isolated):
    editor(
        f"""cp "$1" "$1~"; cp "$1" "$(dirname "$1")/.edit.swp"
mkdir -p "$XDG_STATE_HOME/nvim/swap"; cp "$1" "$XDG_STATE_HOME/nvim/swap/x"; cp "$1" "$(mktemp)"
dirname "$1" > {tmp_path}/folder"""
    )
    before = {path for path in isolated.rglob("*") if path.is_file()}
    assert ok("secret", "edit") == "nothing to change\n"
    folder = Path((tmp_path / "folder").read_text().strip())
    assert not folder.exists()
    assert {path for path in isolated.rglob("*") if path.is_file()} == before


def test_vim_is_told_to_leave_nothing_behind(ok, sealed_trading, editor, tmp_path, monkeypatch):
    editor(f'for word; do printf "%s\\n" "$word"; done > {tmp_path}/words', name="vim")
    ok("secret", "edit")
    words = (tmp_path / "words").read_text()
    assert "-n\n-i\nNONE\n" in words and "noundofile" in words
    assert words.strip().endswith("edit.yaml")


def test_a_renamed_or_added_secret_is_sealed_and_never_plain(ok, sealed_trading, editor, git):
    file = sealed_trading / "secrets/common.yaml"
    ok("secret", "create", "old_name", "--stdin", stdin="rename-canary")
    editor("sed -i 's/^old_name:/renamed:/' \"$1\"; printf 'added:\\n  value: brand-new-canary\\n' >> \"$1\"")
    ok("secret", "edit")
    text = file.read_text()
    assert "rename-canary" not in text and "brand-new-canary" not in text
    assert ok("secret", "get", "renamed") == "rename-canary\n"
    assert ok("secret", "get", "added") == "brand-new-canary\n"
    assert git("log", "--all", "--oneline", "-Sbrand-new-canary") == ""


def test_what_is_no_file_of_secrets_takes_none_away(ok, cli, sealed_trading, editor, git):
    for left, code in (("", 4), ("db_password", 3), ("db_password: 3", 3)):
        editor(f"printf '{left}' > \"$1\"")
        assert (cli("secret", "edit").code, git("status", "--porcelain")) == (code, "")
    assert ok("secret", "get", "db_password") == "correct-horse-battery\n"


def test_a_dry_run_changes_nothing(ok, sealed_trading, editor, git):
    editor('sed -i s/battery/staple/ "$1"')
    shown = ok("secret", "edit", "--dry-run")
    assert "dry run" in shown and "●●●●● → ●●●●●" in shown
    assert git("status", "--porcelain") == ""
