"""Refs change only from what the caller saw."""

import os
import shutil
from pathlib import Path

import pytest

from gmconfig.errors import UsageError
from gmconfig.storage.git import Repository, refs

NAME = "refs/gmconfig/locks/production"


def test_create_update_and_delete_compare_first(committed: Path, git, set_key):
    repository = Repository.discover(str(committed))
    first, second = repository.head(), set_key("key1", "new").commit
    assert refs.read(repository, NAME) is None
    assert refs.swap(repository, NAME, first, None)
    assert not refs.swap(repository, NAME, second, None)
    assert not refs.swap(repository, NAME, second, second)
    assert refs.swap(repository, NAME, second, first)
    assert refs.listed(repository, "refs/gmconfig") == {NAME: second}
    assert not refs.swap(repository, NAME, None, first)
    assert refs.swap(repository, NAME, None, second)
    assert not refs.swap(repository, NAME, first, second)
    assert refs.listed(repository, "refs/gmconfig") == {}


ELSEWHERE_FOR_A_MOMENT = """#!/bin/sh
case "$*" in *update-ref*)
    if mkdir "$0.once" 2>/dev/null; then
        {git} update-ref {away}; {git} "$@"; code=$?; {git} update-ref {back}; exit $code
    fi;;
esac
exec {git} "$@"
"""


@pytest.mark.parametrize("old", [False, True], ids=["none", "one"])
def test_a_ref_that_was_elsewhere_for_a_moment_is_changed_all_the_same(
    committed, git, tmp_path, monkeypatch, old
):
    """Who pushes a ref and is refused takes it back, and somebody else may have met it meanwhile."""
    head, words = git("rev-parse", "HEAD"), (f"-d {NAME}", f"{NAME} HEAD")
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    script = ELSEWHERE_FOR_A_MOMENT.format(git=shutil.which("git"), away=words[not old], back=words[old])
    if old:
        git("update-ref", NAME, head)
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert refs.swap(Repository.discover(str(committed)), NAME, None if old else head, head if old else None)
    assert program.with_name("git.once").exists()
    assert (git("for-each-ref", NAME) == "") == old


def test_a_chain_grows_from_the_expected_tip_only(committed: Path, git):
    repository = Repository.discover(str(committed))
    one = refs.append(repository, NAME, {"a": b"1"}, "one", expected=None)
    assert refs.append(repository, NAME, {"a": b"1"}, "one", expected=None) is None
    two = refs.append(repository, NAME, {"b": b"2"}, "two", expected=one)
    assert refs.append(repository, NAME, {"b": b"3"}, "three", expected=one) is None
    refs.append(repository, NAME, {"a": None, "c/d": b"4"}, "four")
    assert git("rev-parse", NAME + "~1") == two
    assert git("ls-tree", "-r", "--name-only", NAME) == "b\nc/d"


@pytest.mark.parametrize(
    "name",
    [
        "main",
        "-d",
        "refs/x y",
        "refs/a..b",
        "refs/a.lock",
        "refs/a/.b",
        "refs/a/",
        "refs/a\n",
        "refs/@{1}",
        "refs/*",
    ],
)
def test_refuses_names_that_git_would_not_take(committed: Path, name):
    repository = Repository.discover(str(committed))
    for call in (lambda: refs.read(repository, name), lambda: refs.swap(repository, name, "HEAD", None)):
        with pytest.raises(UsageError):
            call()
