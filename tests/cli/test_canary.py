"""No secret goes where it should not: all verbs run over a canary, and everything they left is searched."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

from gmconfig.cli.app import assembled
from tests.cli.canary import MARK

ROOT = Path(__file__).resolve().parents[2]

PRINTS = {
    "secret get": "prints the value: that is what was asked for",
    "config get --reveal": "says explicitly that secrets are to be shown",
    "config show --reveal": "says explicitly that secrets are to be shown",
}
HANDS_ON = {"run": "puts values into the environment of the one command that was asked for"}
LEFT_OUT = {
    "flag": "flag files hold no secrets, and none of these verbs opens one",
}
"""Words of the command line that never open a secret; whoever adds one says why here, or puts it into the script."""

pytestmark = pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no memory-backed storage")


def verbs(command: object, words: tuple[str, ...] = ()) -> Iterator[str]:
    """Give every verb of the command line, hidden ones too."""
    for name, below in getattr(command, "commands", {}).items():
        if hasattr(below, "commands"):
            yield from verbs(below, (*words, name))
        else:
            yield " ".join((*words, name))


def forms(text: str) -> set[bytes]:
    """Give a text as it would stand in a file or a log: plain, in base64 at any offset, in hex, reversed."""
    raw = text.encode()
    shifted = {base64.b64encode(b"x" * n + raw)[4:-4] for n in range(3)}
    return {
        raw,
        raw[::-1],
        raw.hex().encode(),
        raw.hex().upper().encode(),
        text.encode("utf-16-le"),
        *shifted,
    }


MARKS = forms(MARK)


def holds_it(content: bytes) -> bool:
    return any(mark in content for mark in MARKS)


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Iterator[Path]:
    """Run the script once; give the folder with everything that it left."""
    folder = tmp_path_factory.mktemp("canary")
    for name in ("home", "tmp", "run"):
        (folder / name).mkdir()
    (folder / "home" / ".gitconfig").write_text(
        "[user]\nname = Test\nemail = t@example.org\n[gc]\nauto = 0\n"
    )
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        given = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "XDG_RUNTIME_DIR": memory}
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        done = subprocess.run(
            [sys.executable, "-m", "tests.cli.canary", str(folder / "record")],
            cwd=folder / "run",
            env={**kept, **given, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        (folder / "memory").write_text("\n".join(str(file) for file in Path(memory).rglob("*")))
    assert done.returncode == 0, done.stderr[-3000:]
    (folder / "itself").write_text(done.stdout + done.stderr)
    return folder


@pytest.fixture(scope="module")
def record(story) -> list[dict[str, object]]:
    return [json.loads(line) for line in (story / "record").read_text().splitlines()]


@cache
def known_verbs() -> list[str]:
    """Give all verbs, the longest first."""
    return sorted(verbs(typer.main.get_command(assembled())), key=len, reverse=True)


def word(entry: dict) -> str:
    """Name a call as the lists above do: its verb, and whether it was told to reveal."""
    verb = next((name for name in known_verbs() if f"{entry['verb']} ".startswith(f"{name} ")), "")
    return f"{verb} --reveal" if "--reveal" in entry["verb"] else verb


def test_every_verb_is_in_the_script_or_says_why_not(record):
    run = {word(entry).removesuffix(" --reveal") for entry in record}
    missing = {
        one for one in set(known_verbs()) - run if one not in LEFT_OUT and one.split()[0] not in LEFT_OUT
    }
    assert not missing, "put them into the script of tests/cli/canary.py, or into LEFT_OUT with the reason"


def test_what_is_printed_holds_no_secret(record):
    shown = {word(e) for e in record if holds_it(str(e.get("out", "")).encode())}
    assert shown == set(PRINTS)  # the canary is alive, and only where it should be
    assert [e["verb"] for e in record if holds_it(str(e.get("err", "")).encode())] == []


def test_the_tracebacks_were_provoked(record):
    told = [e for e in record if "Traceback" in str(e.get("err", ""))]
    assert len(told) > 10
    assert any("as if there were a mistake in the program" in e["err"] for e in told)


def test_no_program_gets_a_secret_in_its_arguments(record):
    started = [e for e in record if "started" in e]
    assert len(started) > 100
    assert [
        e["started"] for e in started if holds_it(e["started"].encode()) and "sed -i" not in e["started"]
    ] == []


def test_no_program_gets_a_secret_in_its_environment(record):
    given = {word(e) for e in record if holds_it(str(e.get("environment", "")).encode())}
    assert given - {"secret edit"} == set(HANDS_ON)


def test_files_are_written_where_they_belong_and_nowhere_else(record, story):
    """Not below /tmp but in $TMPDIR, not in a folder of the machine's; plaintext in memory alone."""
    known = [str(story), os.devnull, "/dev/shm/", "/proc/self/", "/dev/tty"]
    wrote = {e["wrote"] for e in record if "wrote" in e}
    outside = {one for one in wrote if one.startswith("/") and not one.startswith(tuple(known))}
    assert outside == set()
    assert any(one.startswith("/dev/shm/") for one in wrote)


def test_nothing_that_was_left_holds_a_secret(story):
    """The repository with everything below .git, the home with its state, temporary files, the demo."""
    given = {
        "inputs",
        "live",
        ".live.gmconfig",
    }  # what a user brought; the target, where secrets were deployed to
    files = [file for file in story.rglob("*") if file.is_file() and not given & set(file.parts)]
    searched = [file for file in files if not file.name.startswith("record")]
    assert len(searched) > 100
    assert [str(file) for file in searched if holds_it(file.read_bytes())] == []
    assert any(holds_it(file.read_bytes()) for file in (story / "run" / "live").rglob("*") if file.is_file())
    assert (story / "memory").read_text() == ""
    assert list((story / "tmp").iterdir()) == []


def test_no_object_of_git_holds_a_secret(story):
    """Commits, the files of each, and the journal's entries, reachable or not."""
    repo = story / "run" / "repo"
    listing = ["git", "cat-file", "--batch-all-objects", "--unordered", "--batch"]
    content = subprocess.check_output(listing, cwd=repo)
    assert content.count(b" blob ") > 100
    assert not holds_it(content)
    refs = subprocess.check_output(["git", "for-each-ref"], cwd=repo, text=True)
    assert "refs/gmconfig/journal" in refs or "journal" in refs, refs


def test_the_search_finds_what_it_looks_for():
    for hidden in (MARK, f"x{MARK}y", base64.b64encode(f"a{MARK}b".encode()).decode(), MARK.encode().hex()):
        assert holds_it(hidden.encode())
    assert not holds_it(b"c4nary")
