"""The commands that are answered without the command line say, do and refuse what they do with it."""

from dataclasses import replace

import pytest

from gmconfig.cli import app
from gmconfig.cli.fast import hot
from tests.cli.conftest import Answer

READ = [
    ("config", "show", "settings"),
    ("config", "show", "settings", "-e", "production", "-o", "json"),
    ("config", "show", "settings", "--environment", "staging", "--reveal"),
    ("config", "show", "settings", "--reveal", "-o", "dotenv", "--var", "host=a", "--var", "rack=b"),
    ("config", "show", "settings", "--at", "v1"),
    ("config", "show", "settings", "--var", "host"),
    ("config", "show", "settings", "-o", "xml"),
    ("config", "show", "nothing"),
    ("config", "show", "settings", "-e", "nowhere"),
    ("config", "show", "settings", "-C", "elsewhere"),
    ("config", "show", "settings", "--environment=production", "--output=json"),
    ("config", "show", "settings", "--environment="),
    ("-q", "config", "show", "settings", "-C", "config"),
    ("-C", "config", "--quiet", "config", "get", "settings", "database.pool"),
    ("-C", "elsewhere", "-C", "config", "config", "show", "settings", "-q"),
    ("-C", "", "config", "history", "settings", "database.pool"),
    ("-q", "validate", "--at=HEAD"),
    ("-C", "config", "validate", "--staged", "-o", "json"),
    ("secret", "get", "db_password", "-e", "production"),
    ("secret", "get", "db_password", "-e", "production", "-o", "json"),
    ("secret", "get", "db_password", "-e", "production", "-o", "yaml"),
    ("secret", "get", "db_password", "-e", "production", "--user", "somebody"),
    ("secret", "get", "db_password", "--identity", "nowhere"),
    ("secret", "get", "nothing"),
    ("flag", "eval", "dark_pools", "--user", "u1", "-e", "production"),
    ("flag", "eval", "dark_pools", "--user", "u1", "--context", "plan=pro", "--context", "n=1", "-o", "json"),
    ("flag", "eval", "dark_pools", "--default", "[1", "-C", "config"),
    ("flag", "eval", "dark_pools", "--type=nothing", "--at", "HEAD"),
    ("flag", "eval", "dark_pools", "--type", "boolean", "--context", "nothing"),
    ("flag", "eval", "nothing", "-q"),
]
WRITTEN = [
    (("settings", "database.pool", "7"), ""),
    (("settings", "database.pool", "7", "-q"), ""),
    (("settings", "database.pool", "7", "-e", "production", "-m", "why", "-o", "json"), ""),
    (("settings", "database.pool", "-", "--string"), "7\n"),
    (("settings", "database.pool", "-"), "[7"),
    (("settings", "database.pool"), ""),
    (("settings", "", "7"), ""),
    (("settings", "database.new", "7"), ""),
    (("settings", "database.new", "7", "--create", "--user", "Ada <ada@example.org>"), ""),
    (("settings", "database.new", "--secret", "--create", "-"), "hush"),
    (("settings", "database.new", "--secret", "--create", "-"), ""),
    (("settings", "database.new", "--secret", "--create", "hush"), ""),
    (("settings", "database.new", "--secret", "--create"), ""),
    (("settings", "database.pool", "many"), ""),
    (("settings", "database.pool", "7", "--var", "host"), ""),
]
OTHERS = [
    ("config", "show"),
    ("config", "show", "settings", "more"),
    ("config", "show", "settings", "--help"),
    ("config", "show", "settings", "--reveal=yes"),
    ("config", "get", "settings", "--quiet=yes"),
    ("-C", "config", "config", "show", "settings", "-C", ".."),
    ("-C",),
    ("-q",),
    ("-x", "config", "show", "settings"),
    ("--debug", "config", "show", "settings"),
    ("config", "set", "settings", "database.pool", "-5", "--dry-run"),
    ("config", "set", "settings", "database.pool", "7", "--dry-run", "-o", "yaml"),
    ("config", "set", "settings"),
    ("secret", "get"),
    ("secret", "list"),
    ("flag", "eval", "dark_pools", "u1"),
    ("flag", "eval", "dark_pools", "--batch"),
    ("flag", "eval", "dark_pools", "-o", "yaml"),
]


@pytest.fixture
def whole(cli, monkeypatch):
    """Run the same through the whole command line."""

    def run(*arguments: str, stdin: str | None = None) -> Answer:
        with monkeypatch.context() as patch:
            patch.setattr(hot, "answered", lambda _: None)
            return cli(*arguments, stdin=stdin)

    return run


@pytest.mark.parametrize("arguments", READ, ids=" ".join)
def test_a_read_answers_alike(sealed_trading, cli, whole, arguments):
    assert cli(*arguments) == whole(*arguments)


@pytest.mark.parametrize("how", ["--dry-run", "--no-commit"])
@pytest.mark.parametrize(("arguments", "stdin"), WRITTEN, ids=lambda each: " ".join(each) or None)
def test_a_change_answers_alike(sealed_trading, cli, whole, arguments, stdin, how):
    import subprocess

    def undone() -> str:
        changed = subprocess.run(["git", "diff", "--stat"], check=True, capture_output=True, text=True).stdout
        for undo in (["checkout", "-q", "."], ["clean", "-qfd"]):
            subprocess.run(["git", *undo], check=True)
        return changed

    first = cli("config", "set", *arguments, how, stdin=stdin)
    changed = undone()
    assert whole("config", "set", *arguments, how, stdin=stdin) == first
    assert undone() == changed


def test_a_commit_answers_alike(sealed_trading, cli, whole):
    arguments = ("config", "set", "settings", "database.pool", "7", "-m", "why")
    first = cli(*arguments)
    again = whole("config", "set", "settings", "database.pool", "20", "-m", "why")
    assert (first.code, again.code) == (0, 0)
    commits = [answer.out.rpartition("[main ")[2].partition("]")[0] for answer in (first, again)]
    assert (
        replace(again, out=again.out.replace(commits[1], commits[0])).out.splitlines()[-1]
        == (first.out.splitlines()[-1])
    )


@pytest.mark.parametrize("arguments", READ, ids=" ".join)
def test_these_need_no_command_line(sealed_trading, arguments, monkeypatch):
    monkeypatch.setattr(app, "run", lambda _: pytest.fail("the command line was built"))
    assert hot.answered(list(arguments)) is not None


@pytest.mark.parametrize("arguments", OTHERS, ids=" ".join)
def test_the_rest_is_left_to_the_command_line(sealed_trading, arguments):
    assert hot.answered(list(arguments)) is None
