"""Refs change only from what the caller saw."""

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
