"""Bad input of every kind: one line and a hint, never a traceback, never a half-written file."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

VERBS = [
    ("config", "get", "settings", "-e", "production"),
    ("config", "set", "settings", "database.pool", "60", "-e", "production"),
    ("config", "unset", "settings", "database.pool", "-e", "production"),
    ("config", "explain", "settings", "database.pool", "-e", "production"),
    ("config", "diff", "staging", "production"),
    ("config", "show", "settings", "-e", "production"),
    ("config", "list"),
    ("validate",),
    ("doctor",),
]
LEVELS = 10_000
BROKEN = {
    "syntax": b"database: [1, 2\n",
    "tab": b"database:\n\tpool: 1\n",
    "duplicate keys": b"database: 1\ndatabase: 2\n",
    "not UTF-8": b"database: \xff\xfe\xfa\n",
    "UTF-16 without a mark": "database: 1\n".encode("utf-16-be"),
    "NUL": b"database: \x00\n",
    "cycle": b"a: &a\n  b: *a\n",
    "bomb": b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 9)),
    "deep flow": b"a: " + b"[" * LEVELS + b"]" * LEVELS + b"\n",
    "deep block": b"".join(b" " * n + b"a:\n" for n in range(2_000)),
    "unknown anchor": b"a: *nothing\n",
    "a list instead of a map": b"- 1\n- 2\n",
    "a scalar": b"hello\n",
    "circle of placeholders": b"a: ${CONFIG:b}\nb: ${CONFIG:a}\n",
    "not a placeholder": b"database: {pool: '${'}\n",
}


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_layer_is_one_line(cli, trading, kind, verb):
    file = trading / "config/environments/production.yaml"
    file.write_bytes(BROKEN[kind])
    answer = cli(*verb)
    assert answer.code in (0, 1, 3, 4), answer
    if answer.code == 3:
        assert answer.err.startswith("gmconfig: error: ")
        assert len(answer.err.splitlines()) <= 3
    if verb[:2] not in (("config", "set"), ("config", "unset")) or answer.code:
        assert file.read_bytes() == BROKEN[kind]


@pytest.mark.parametrize("kind", ["syntax", "duplicate keys", "not UTF-8", "cycle", "bomb", "deep flow"])
def test_the_place_of_the_mistake_is_named(cli, trading, kind):
    (trading / "config/environments/production.yaml").write_bytes(BROKEN[kind])
    answer = cli("config", "get", "settings", "-e", "production")
    assert answer.code == 3
    assert "config/environments/production.yaml:" in answer.err


@pytest.mark.parametrize(
    "text",
    [
        "environments: [",
        "nonsense: 1",
        "environments: {common: {}}",
        "documents: 7",
        "environments: {a: {extends: b}, b: {extends: a}}",
        "layers: ['../x/{host}.yaml']",
    ],
)
def test_a_broken_project_file_is_one_line(cli, trading, text):
    (trading / "gmconfig.yaml").write_text(text)
    answer = cli("config", "get", "settings")
    assert answer.code == 3
    assert "gmconfig.yaml:" in answer.err


@pytest.mark.parametrize(
    "name", ["../settings", "/etc/passwd", "-rf", "settings\n", "a/b", "", "..", "config/settings"]
)
def test_hostile_names_of_documents_are_not_found(cli, trading, name):
    answer = cli("config", "get", "--", name)
    assert answer.code in (2, 3), answer
    assert "root:" not in answer.out


@pytest.mark.parametrize("name", ["../production", "-e", "no such", "prodution"])
def test_hostile_names_of_environments_are_not_found(cli, trading, name):
    answer = cli("config", "get", "settings", f"--environment={name}")
    assert answer.code == 3, answer


@pytest.mark.parametrize(
    "revision", ["--output={}/x", "-1", "HEAD; touch {}/x", "nothing", "v99", "v0", "HEAD^{{tree}}"]
)
def test_hostile_revisions_are_not_found(cli, trading, revision, tmp_path):
    answer = cli("config", "get", "settings", f"--at={revision.format(tmp_path)}")
    assert answer.code == 3, answer
    assert not (tmp_path / "x").exists()


def test_a_symlink_out_of_the_repository_is_refused(cli, trading, tmp_path):
    outside = tmp_path / "outside.yaml"
    outside.write_text("database: {pool: 1}\n")
    file = trading / "config/environments/production.yaml"
    file.unlink()
    file.symlink_to(outside)
    assert cli("config", "get", "settings", "-e", "production").code == 4
    assert cli("config", "set", "settings", "database.pool", "60", "-e", "production").code == 4
    assert outside.read_text() == "database: {pool: 1}\n"


def test_an_empty_repository_and_none_at_all(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = cli("config", "list")
    assert answer.code == 3
    assert "gmconfig init" in answer.err
    subprocess.run(["git", "init", "-q"], check=True)
    assert cli("config", "list").code == 3
    Path("gmconfig.yaml").write_text("")
    assert cli("config", "list").code == 0
    assert cli("validate").code in (0, 1)
    Path("config").mkdir()
    Path("config/settings.yaml").write_text("a: 1\n")
    assert cli("config", "set", "settings", "a", "2").code == 4  # what is not committed is the user's
    assert (
        cli("config", "set", "other", "a", "2", "--create").code == 0
    )  # the first commit of an unborn branch
    assert cli("config", "history", "other").code == 0


def test_a_bare_repository_is_named(cli, tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "bare.git")], check=True)
    monkeypatch.chdir(tmp_path / "bare.git")
    assert cli("config", "list").code == 3
    assert cli("init").code == 3


def run(
    *arguments: str, cwd: Path, preexec_fn=None, **environment: str | None
) -> subprocess.CompletedProcess[str]:
    merged = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-m", "gmconfig", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in merged.items() if value is not None},
        stdin=subprocess.DEVNULL,
        preexec_fn=preexec_fn,
    )


def test_without_home_and_without_a_git_identity(trading):
    done = run("config", "get", "settings", "database.pool", "-e", "production", cwd=trading, HOME=None)
    assert (done.returncode, done.stdout) == (0, "40\n"), done.stderr
    done = run("config", "set", "settings", "database.pool", "60", "-e", "production", cwd=trading, HOME=None)
    assert done.returncode in (3, 4), done.stderr
    assert "git does not know who you are" in done.stderr and "hint: export HOME=" in done.stderr
    assert "Traceback" not in done.stderr
    done = run(
        "init",
        cwd=trading,
        HOME=None,
        GIT_AUTHOR_NAME="a",
        GIT_AUTHOR_EMAIL="a@x",
        GIT_COMMITTER_NAME="a",
        GIT_COMMITTER_EMAIL="a@x",
    )
    assert "Traceback" not in done.stderr


def test_plain_locale_escapes_what_it_cannot_show(trading):
    done = run(
        "config", "diff", "staging", "production", cwd=trading, LANG="C", LC_ALL="C", PYTHONIOENCODING="ascii"
    )
    assert done.returncode == 0, done.stderr
    assert "database.pool" in done.stdout
    done.stdout.encode("ascii")


def test_a_reader_that_goes_away_is_no_error(trading):
    command = f"{sys.executable} -m gmconfig config show billing -e production 2>err | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=trading, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("invoice:")
    assert (trading / "err").read_text().count("Traceback") == 0


@pytest.mark.parametrize(
    "line", ["config show billing -e production", "doctor", "flag list -o json", "--version"]
)
def test_a_reader_that_was_never_there_ends_it_as_a_signal_would(trading, line):
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-m", "gmconfig", *line.split()]
    done = subprocess.run(command, cwd=trading, stdout=writes, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writes)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_full_disk_leaves_the_old_state(trading, git):
    """A file may not grow beyond some bytes, which is what a full disk looks like to a writer."""
    file = trading / "config/environments/production.yaml"
    file.write_text(file.read_text() + "# " + "x" * 200_000 + "\n")
    git("commit", "-qam", "a large file")
    before = {p: p.read_bytes() for p in trading.rglob("*") if p.is_file() and ".git" not in p.parts}
    head = git("rev-parse", "HEAD")

    done = run(
        "config",
        "set",
        "settings",
        "database.pool",
        "60",
        "-e",
        "production",
        cwd=trading,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )

    assert done.returncode in (3, 4), done
    assert "Traceback" not in done.stderr
    assert {p: p.read_bytes() for p in trading.rglob("*") if p.is_file() and ".git" not in p.parts} == before
    assert git("rev-parse", "HEAD") == head
    assert (
        run("config", "set", "settings", "database.pool", "60", "-e", "production", cwd=trading).returncode
        == 0
    )


def test_unknown_words_are_usage(cli, trading):
    for arguments in (
        ("nonsense",),
        ("config", "nonsense"),
        ("config", "get"),
        ("config", "get", "settings", "--nonsense"),
        ("config", "get", "settings", "-o", "xml"),
        ("config", "get", "settings", "a..b"),
        ("config", "diff", "one"),
        ("config", "set", "settings", "database.pool", "[1,"),
    ):
        answer = cli(*arguments)
        assert answer.code == 2, (arguments, answer)
        assert answer.err.startswith("gmconfig: error: ")


def test_no_arguments_show_help_in_whole_sentences(cli):
    answer = cli()
    told = answer.out + answer.err
    assert "Usage: gmconfig" in told
    assert "Exit codes" in told
    assert "..." not in told.partition("Commands:")[2]


def test_debug_shows_the_traceback_and_no_secret(sealed_trading):
    done = run("config", "get", "settings", "nothing.here", "--debug", cwd=sealed_trading)
    assert "Traceback" in done.stderr
    assert "correct-horse-battery" not in done.stderr
    done = run("secret", "get", "db_password", "--debug", cwd=sealed_trading)
    assert "correct-horse-battery" not in done.stderr
