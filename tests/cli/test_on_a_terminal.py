"""What is asked of a person on a terminal: a secret, and once in a clone whether to trust its policy."""

import os
import pty
import re
import subprocess
import sys

import pytest

from gmconfig.cli.terminal import cells

END = b"\x04"


def typed(words, keys: bytes, program=(sys.executable, "-m", "gmconfig")) -> tuple[int, str]:
    """Run a command on a terminal where somebody types; give its exit code and all that was shown."""
    child, terminal = pty.fork()
    if not child:
        os.execv(sys.executable, [*program, *words])
    shown = b""
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
            if keys and shown.rstrip().endswith((b":", b"[y/N]")):
                os.write(terminal, keys)
                keys = b""
    except OSError:  # the other side is closed
        pass
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


def is_pinned() -> bool:
    return subprocess.run(["git", "config", "gmconfig.pin"], capture_output=True, check=False).returncode == 0


@pytest.fixture
def cloned(sealed_trading, tmp_path, monkeypatch):
    """A fresh clone, which trusts nobody yet."""
    subprocess.run(["git", "clone", "-q", str(sealed_trading), str(tmp_path / "clone")], check=True)
    monkeypatch.chdir(tmp_path / "clone")


def test_an_end_of_input_where_a_secret_is_asked_for_is_an_interruption(sealed_trading):
    code, shown = typed(["config", "set", "settings", "system.token", "--secret", "--create"], END)
    assert code == 130
    assert "interrupted" in shown and "Traceback" not in shown


@pytest.mark.parametrize(
    "words",
    [["config", "show", "settings", "--reveal"], ["run", "--", "env"], ["secret", "get", "db_password"]],
)
def test_the_first_use_of_a_clone_asks_whom_to_trust(cloned, words):
    code, shown = typed(words, b"y\n")
    assert (code, is_pinned()) == (0, True), shown
    assert "trust it from now on?" in shown
    assert "trust it" not in typed(words, b"")[1]


def test_who_is_not_trusted_is_not_read(cloned):
    code, shown = typed(["config", "show", "settings", "--reveal"], b"n\n")
    assert (code, is_pinned()) == (4, False), shown


def test_an_edited_text_that_makes_no_sense_is_opened_again_as_it_was_left(
    sealed_trading, tmp_path, monkeypatch
):
    editor = tmp_path / "editor"
    again = 'grep -q "^- bad" "$1" && exec sed -i "/^- bad/d" "$1"'
    editor.write_text(f'#!/bin/sh\n{again}\nsed -i s/Database/The/ "$1"; echo "# by hand\n- bad" >> "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    code, shown = typed(["config", "edit", "settings"], b"y\n")
    assert code == 0, shown
    assert "open it again" in shown and "error" in shown
    assert "by hand" in "".join(file.read_text() for file in sealed_trading.glob("*/*.yaml"))


def test_what_needs_no_secret_asks_nothing(cloned):
    code, shown = typed(["config", "get", "settings", "database.pool"], b"")
    assert code == 0 and "trust" not in shown


def test_what_takes_long_is_told_in_a_line_that_goes_away(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    asked = """if 1:
        import signal
        from gmconfig.cli import patience, terminal
        patience._FIRST = patience._NEXT = 0.05
        with patience.waiting('backing up'):
            signal.pause()
            terminal.note('half of it')
            with patience.waiting('deploying') as say:
                say('half of the targets')
                signal.pause()
            signal.pause()
        print('done')
    """
    code, shown = typed(["-c", asked], b"", program=[sys.executable])
    said = re.sub(r"(\r\x1b\[2K[a-z ]+, 0 s)+", lambda line: line[1], shown)
    assert code == 0
    assert [line.partition(",")[0] for line in re.split(r"\r\x1b\[2K|\r\n", said) if line] == [
        *("backing up", "gmconfig: half of it", "half of the targets", "backing up", "done"),
    ], shown
    assert shown.endswith("\r\x1b[2Kdone\r\n")


def test_the_line_fits_the_terminal_that_it_is_on_wherever_the_answer_goes(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLUMNS", raising=False)
    asked = """if 1:
        import fcntl, os, signal, struct, termios
        from gmconfig.cli import patience
        fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        patience._FIRST = patience._NEXT = 0.05
        with patience.waiting("設定" * 20):
            signal.pause()
    """
    code, shown = typed(["-c", asked], b"", program=[sys.executable])
    lines = [line for line in re.split(r"\r\x1b\[2K|\r\n", shown) if line]
    assert code == 0 and lines, shown
    assert all(cells(line) < 30 and line.endswith(" s") for line in lines), lines


def test_a_verb_that_takes_long_is_told_and_an_interruption_leaves_the_terminal_clean(trading, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    asked = """if 1:
        import os, signal
        from gmconfig.__main__ import main
        from gmconfig.api import ConfigManager
        from gmconfig.cli import patience
        patience._FIRST = patience._NEXT = 0.05
        def long(*words, **options):
            signal.pause()
            os.kill(os.getpid(), signal.SIGINT)
        ConfigManager.diff = long
        raise SystemExit(main(["config", "diff", "staging", "production"]))
    """
    code, shown = typed(["-c", asked], b"", program=[sys.executable])
    assert code == 130
    assert "comparing, 0 s" in shown and shown.endswith("\r\x1b[2Kgmconfig: error: interrupted\r\n")


def test_a_terminal_that_cannot_take_a_line_away_gets_none(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    asked = "from gmconfig.cli.patience import is_watched; print(is_watched())"
    assert typed(["-c", asked], b"", program=[sys.executable]) == (0, "False\r\n")


def test_doctor_asks_whom_a_clone_trusts_and_keeps_what_it_mended(cloned):
    code, shown = typed(["doctor", "--fix"], b"y\n")
    assert (code, is_pinned()) == (0, True), shown
    assert "mended  hooks" in shown and "ok      access" in shown
