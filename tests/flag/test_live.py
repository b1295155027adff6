"""Flags that are followed: by branches in every way git moves them, and by many threads at once."""

import os
import threading
import time

import pytest

from gmconfig import FeatureFlagManager
from gmconfig.errors import GmconfigError, UnknownVersion
from gmconfig.flag.changed import changed_flags
from gmconfig.flag.flagd.bucketing import Bucketing
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.live import LiveFlags, Reload
from gmconfig.flag.source import Loaded, project_flags
from gmconfig.storage.git import Repository
from tests.flag.repository import FlagRepository
from tests.waiting import LIMIT, until

SWITCH = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "on"}


def versioned(number: int) -> str:
    """A flag whose value says twice which version it is from."""
    value = f"{{a: {number}, b: {number}}}"
    return f"flags: {{x: {{type: object, state: enabled, variants: {{v: {value}}}, serve: v, default: v}}}}\n"


@pytest.fixture
def repository(tmp_path):
    return FlagRepository(tmp_path / "repo", versioned(0))


def test_a_branch_is_followed_however_git_moves_it(repository):
    program = FeatureFlagManager("production", repository.root, at="HEAD", interval=0)

    def now() -> int:
        return program.evaluate_feature("x").value["a"]

    first = repository.git("rev-parse", "HEAD")
    assert now() == 0
    repository.commit(versioned(1))
    assert now() == 1
    repository.git("pack-refs", "--all")
    assert now() == 1
    repository.git("reset", "-q", "--hard", first)
    assert now() == 0
    repository.git("switch", "-q", "-c", "other")
    repository.commit(versioned(2))
    assert now() == 2
    repository.git("checkout", "-q", "--detach", "main")
    assert now() == 0
    repository.git("switch", "-q", "other")
    repository.git("worktree", "add", "-q", "../linked", "main")
    linked = FeatureFlagManager("production", repository.root.parent / "linked", at="HEAD", interval=0)
    assert linked.evaluate_feature("x").value["a"] == 0
    repository.git("update-ref", "refs/heads/main", "other")
    assert linked.evaluate_feature("x").value["a"] == now() == 2


def test_a_branch_that_goes_away_leaves_the_last_good_flags(repository):
    repository.git("branch", "live")
    told: list[Reload] = []
    live = LiveFlags(project_flags("production", repository.root, "live"), 0, told.append)
    assert live.current().evaluate("x").variant == "v"

    repository.git("branch", "-q", "-D", "live")
    for _ in range(3):
        assert live.current().evaluate("x").variant == "v"
    assert isinstance(live.error, UnknownVersion)
    repository.git("branch", "live")
    live.current()

    assert [(one.error is not None, one.recovered) for one in told] == [(True, False), (False, True)]
    assert live.error is None
    with pytest.raises(GmconfigError, match="gone"):
        LiveFlags(project_flags("production", repository.root, "gone")).current()


def test_files_from_the_future_cost_no_git_a_look(repository, monkeypatch):
    """A clock that was set back leaves them behind; whoever serves flags looks four times a second."""
    asked, ask = [], Repository.resolve
    monkeypatch.setattr(Repository, "resolve", lambda *words: asked.append(words) or ask(*words))
    for file in (".git/HEAD", ".git/config", ".git/refs/heads/main"):
        os.utime(repository.root / file, (time.time() + 86_400,) * 2)
    source = project_flags("production", repository.root, "HEAD")
    assert len({source.version() for _ in range(5)}) == len(asked) == 1


def test_an_older_version_can_be_named_too(repository):
    repository.commit(versioned(1))
    before = FeatureFlagManager(root=repository.root, at="HEAD~1", interval=0)
    assert before.evaluate_feature("x").value["a"] == 0
    repository.commit(versioned(2))
    assert before.evaluate_feature("x").value["a"] == 1


def test_many_threads_ask_while_files_change(repository):
    program = FeatureFlagManager("production", repository.root, interval=0.002)
    assert program.evaluate_feature("x").variant == "v"  # from here on there is a last good one
    stop, seen, wrong = threading.Event(), set(), []

    def ask() -> None:
        while not stop.wait(0.0002):
            value = program.evaluate_feature("x", "ada").value
            if value is None or value["a"] != value["b"]:
                wrong.append(value)
                return
            seen.add(value["a"])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    file = repository.root / "flags/flags.yaml"
    for number in (*range(1, 31), 99):
        text = versioned(number)[: 40 if number % 3 else None]  # two of three are torn
        file.with_name("new").write_text(text)
        file.with_name("new").replace(file)
        time.sleep(0.003)
    until(lambda: 99 in seen or wrong)
    stop.set()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert all(number % 3 == 0 for number in seen)


def test_nobody_waits_for_whoever_reloads(repository):
    real = project_flags("production", repository.root)
    loading, go_on = threading.Event(), threading.Event()

    class Slow:
        """A source whose second load takes its time."""

        loads = 0

        def version(self) -> object:
            return self.loads

        def load(self) -> Loaded:
            self.loads += 1
            if self.loads == 2:
                loading.set()
                go_on.wait(LIMIT)
            return real.load()

    live = LiveFlags(Slow(), 0)
    first = live.current()
    reloading = threading.Thread(target=live.current)
    reloading.start()
    assert loading.wait(LIMIT)

    assert live.current() is first
    go_on.set()
    reloading.join()
    assert live.latest is not first


def test_a_watch_begins_once_and_ends(repository):
    live, others = LiveFlags(project_flags("production", repository.root), 0.01), set(threading.enumerate())
    live.start().start()
    assert [one.name for one in set(threading.enumerate()) - others].count("gmconfig-flags") == 1
    live.stop()
    live.stop()
    assert "gmconfig-flags" not in [one.name for one in set(threading.enumerate()) - others]


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        ({"flags": {"a": SWITCH, "b": SWITCH}}, ()),
        ({"flags": {"b": SWITCH, "a": SWITCH}, "metadata": {}}, ()),
        ({"flags": {"a": SWITCH}}, ("b",)),
        ({"flags": {"a": SWITCH, "b": SWITCH, "c": SWITCH}}, ("c",)),
        ({"flags": {"a": SWITCH, "b": {**SWITCH, "variants": {"on": 1, "off": False}}}}, ("b",)),
        ({"flags": {"a": SWITCH, "b": SWITCH}, "metadata": {"x": 1}}, ("a", "b")),
        ({"flags": {"a": SWITCH, "b": SWITCH}, "$evaluators": {"x": True}}, ("a", "b")),
    ],
)
def test_what_changed_is_named(after, changed):
    before = FlagSet({"flags": {"a": SWITCH, "b": SWITCH}})

    assert changed_flags(before, FlagSet(after)) == changed
    assert changed_flags(before, FlagSet(after, Bucketing.V2)) == tuple(sorted({"a", "b", *after["flags"]}))
