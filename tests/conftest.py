"""A git of our own for every test: no configuration, identity or key of the machine reaches it."""

import gc
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from gmconfig.validate.schema.library import load_jsonschema

# What pip installs is compiled, and so is what hundreds of processes load here, and the tests themselves.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

load_jsonschema()  # before a test imports it with a grammar that takes seconds

_REPEATABLE = bool(os.environ.get("CI") or os.environ.get("GMCONFIG_TESTS_REQUIRE_TOOLS"))
settings.register_profile(
    "default",
    deadline=None,
    max_examples=60,
    derandomize=_REPEATABLE,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("default")
if _REPEATABLE:
    # Hypothesis draws from the constants of whatever modules are loaded by then: of what ran before, that is.
    providers._get_local_constants = lambda: providers._local_constants

# What runs in the background of a script ignores these, and so would every program that a test interrupts.
for _number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` rewrites what is generated: the README's transcripts and reference."""
    parser.addoption("--update", action="store_true", help="rewrite generated texts")


_FIRST = ("test_readme.py", "test_canary.py", "test_first_hour.py", "test_project.py", "test_begin.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: at the end one worker would wait for it."""
    items.sort(key=lambda item: item.path.name not in _FIRST)


def pytest_collection_finish() -> None:
    """What is there until the end need not be looked through again and again for what is not used any more."""
    gc.freeze()


_numbers = itertools.count()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the test's own; pytest's would be numbered by reading the names of all before it."""
    name = "".join(letter if letter.isalnum() else "_" for letter in request.node.name)[:30]
    folder = tmp_path_factory.getbasetemp() / f"{name}-{next(_numbers)}"
    folder.mkdir(mode=0o700)
    return folder


@cache
def _template(base: Path) -> Path:
    """Make what `git init` copies: the folders, without fourteen samples of hooks."""
    for name in ("hooks", "info"):
        (base / "template" / name).mkdir(parents=True)
    return base / "template"


@pytest.fixture(scope="session", autouse=True)
def _apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give what whole modules share the same: nothing of the machine's, nothing of the other worker's."""
    with pytest.MonkeyPatch.context() as patch:
        _isolate(tmp_path_factory.getbasetemp(), patch)
        yield


@pytest.fixture(autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test an empty HOME and a git identity that belongs to nobody."""
    return _isolate(tmp_path_factory.getbasetemp(), monkeypatch)


def _isolate(base: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = base / f"home-{next(_numbers)}"
    home.mkdir(mode=0o700)
    for name in list(os.environ):
        if name.startswith(("GIT_", "GMCONFIG_", "XDG_", "SSH_")) and name != "GMCONFIG_CONFORMANCE_DATA":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TZ", "UTC")
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Test\n\temail = test@example.org\n[core]\n\tfsync = none\n"
        f"[init]\n\tdefaultBranch = main\n\ttemplateDir = {_template(base)}\n"
        '[protocol "file"]\n\tallow = always\n[maintenance]\n\tauto = false\n[gc]\n\tauto = 0\n'
    )
    return home


@pytest.fixture
def conformance_data() -> Path:
    """The folder of public suites; tests that need it say so where it is not set."""
    folder = os.environ.get("GMCONFIG_CONFORMANCE_DATA")
    if not folder:
        pytest.skip("GMCONFIG_CONFORMANCE_DATA is not set: it names the folder of the conformance suites")
    return Path(folder)


@pytest.fixture
def git(tmp_path: Path):
    """Run git in a folder (`tmp_path / "repo"` unless told) and give what it printed."""

    def run(*args: str, cwd: Path | None = None, check: bool = True, **kwargs) -> str:
        done = subprocess.run(
            ["git", *args],
            cwd=cwd or tmp_path / "repo",
            check=check,
            capture_output=True,
            text=True,
            **kwargs,
        )
        return done.stdout.rstrip("\n")

    return run


@pytest.fixture
def repo(tmp_path: Path, git) -> Path:
    """An empty git repository on branch main."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git("init", "-q", "-b", "main")
    return folder


# Why a test may be left out even where every tool is required: what a checkout or a machine cannot have.
_ALLOWED = (
    "GMCONFIG_CONFORMANCE_DATA",
    "the bench extra",
    "the right to mount",
    "only root",
)


def pytest_terminal_summary(terminalreporter) -> None:
    """Where `GMCONFIG_TESTS_REQUIRE_TOOLS` is set, a test that is left out for want of a tool is a failure."""
    if os.environ.get("GMCONFIG_TESTS_REQUIRE_TOOLS"):
        for reason in _unmet(terminalreporter):
            terminalreporter.write_line(f"required, but left out: {reason}", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End with 1 if something that was required was left out."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("GMCONFIG_TESTS_REQUIRE_TOOLS") and reporter and any(_unmet(reporter)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _unmet(reporter) -> list[str]:
    reasons = {str(report.longrepr) for report in reporter.stats.get("skipped", [])}
    return sorted(reason for reason in reasons if not any(allowed in reason for allowed in _ALLOWED))
