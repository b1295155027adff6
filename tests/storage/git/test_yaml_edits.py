"""YAML edits, committed: the edit finds its place in each version of the file."""

from pathlib import Path

import pytest

from gmconfig.errors import BrokenConfiguration, Refused
from gmconfig.path import KeyPath
from gmconfig.storage.change import YamlEdit
from gmconfig.storage.git import Repository, commit
from gmconfig.storage.yaml.edit import Append, Set, Unset
from tests.storage.git.conftest import show

FILE = "s.yaml"
TEXT = """# head
database:
  host: a  # the host
  pool: 10
hosts:
  - name: one
    port: 1
  - name: two
    port: 2
"""


@pytest.fixture
def change(repo: Path, git):
    (repo / FILE).write_text(TEXT)
    git("add", "-A")
    git("commit", "-qm", "first")

    def run(*edits):
        return commit(Repository.discover(str(repo)), "", {FILE: YamlEdit(FILE, edits)}, "m")

    return run


def path(text: str) -> KeyPath:
    return KeyPath.parse(text)


def test_one_line_changes_wherever_the_user_works(repo: Path, change):
    (repo / FILE).write_text("mine: 1\n" + TEXT.replace("pool: 10", "pool: 11"))
    change(Set(path("database.host"), "b"))
    assert show(repo, f"HEAD:{FILE}") == TEXT.replace("host: a ", "host: b ")
    assert (repo / FILE).read_text() == "mine: 1\n" + TEXT.replace("pool: 10", "pool: 11").replace(
        "host: a ", "host: b "
    )


def test_a_selector_finds_an_item_that_moved(repo: Path, change):
    (repo / FILE).write_text(TEXT.replace("hosts:\n", "hosts:\n  - name: zero\n    port: 0\n"))
    change(Set(path("hosts[name=two].port"), 3))
    assert show(repo, f"HEAD:{FILE}") == TEXT.replace("port: 2", "port: 3")


def test_refuses_where_the_place_itself_differs(repo: Path, change):
    (repo / FILE).write_text(TEXT.replace("pool: 10", 'pool: "10"'))
    with pytest.raises(Refused, match='"database.pool" in "s.yaml"'):
        change(Set(path("database.pool"), 20))
    with pytest.raises(Refused, match='"database" in "s.yaml"'):
        change(Unset(path("database")))
    (repo / FILE).write_text(TEXT + "  - name: three\n")
    with pytest.raises(Refused, match='"hosts"'):
        change(Append(path("hosts"), {"name": "four"}))


def test_a_comment_or_quotes_at_the_place_are_no_difference(repo: Path, change):
    (repo / FILE).write_text(TEXT.replace("host: a  # the host", "host: 'a'  # mine"))
    change(Set(path("database.host"), "b"))
    assert "host: b  # the host\n" in show(repo, f"HEAD:{FILE}")
    assert "# mine" in (repo / FILE).read_text()


def test_a_broken_version_is_named(repo: Path, change, git):
    (repo / FILE).write_text("a: [\n")
    git("add", FILE)
    (repo / FILE).write_text(TEXT)
    with pytest.raises(BrokenConfiguration, match="as it is staged") as broken:
        change(Set(path("database.host"), "b"))
    assert broken.value.place.file == FILE
    assert (repo / FILE).read_text() == TEXT
