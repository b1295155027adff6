"""History of paths, read in one go."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gmconfig.errors import GitTrouble, UnknownVersion
from gmconfig.storage.git import Repository, describe, read_blobs, touching
from tests.storage.git.conftest import FILE, with_keys


def test_names_the_commits_that_touch_a_path(committed: Path, git, set_key):
    set_key(
        "key1",
        "new",
        message="why\n\nlong\n\nreason",
        author="Bo <bo@x>",
        trailers={"Gmconfig-Document": "settings"},
    )
    set_key("a", "1", file="other.yaml")
    repository = Repository.discover(str(committed))
    newest, first = touching(repository, "", [FILE])
    assert (newest.author, newest.author_email, newest.subject) == ("Bo", "bo@x", "why")
    assert (newest.body, newest.trailers) == ("long\n\nreason", {"Gmconfig-Document": "settings"})
    assert abs((datetime.now(UTC) - newest.date).total_seconds()) < 100
    contents = read_blobs(repository, [newest.blobs[FILE], first.blobs[FILE]])
    assert contents[newest.blobs[FILE]].decode() == with_keys(key1="new")
    assert [list(one.blobs) for one in touching(repository, "", [])] == [["other.yaml"], [FILE], [FILE]]


def test_a_removed_file_has_no_blob(committed: Path, git):
    git("rm", "-q", FILE)
    git("commit", "-qm", "gone")
    assert [one.blobs for one in touching(Repository.discover(str(committed)), "", [FILE])][0] == {FILE: None}


def test_a_merge_counts_on_the_first_parents_line(committed: Path, git, set_key):
    git("switch", "-qc", "side")
    set_key("key1", "side")
    set_key("key1", "again")
    git("switch", "-q", "main")
    git("commit", "-q", "--allow-empty", "-m", "main")
    git("merge", "-q", "--no-ff", "-m", "merge side", "side")
    repository = Repository.discover(str(committed))
    assert [one.subject for one in touching(repository, "", [FILE])] == ["merge side", "first"]


def test_paths_are_relative_to_the_prefix_and_may_be_odd(committed: Path, git):
    for name in ("sub/a\x01 b\n:.yaml", "sub/*.yaml"):
        (committed / "sub").mkdir(exist_ok=True)
        (committed / name).write_text("x")
        git("add", "-A")
        git("commit", "-qm", "odd\x01 :message")
    repository = Repository.discover(str(committed))
    assert [one.blobs.keys() for one in touching(repository, "sub", ["*.yaml"])] == [{"*.yaml"}]
    assert [one.blobs.keys() for one in touching(repository, "sub", [])] == [{"*.yaml"}, {"a\x01 b\n:.yaml"}]


def test_an_empty_repository_has_none(repo: Path):
    assert touching(Repository.discover(str(repo)), "", [FILE]) == []


def test_an_unknown_revision_is_said(committed: Path):
    with pytest.raises(UnknownVersion, match='"nope"'):
        touching(Repository.discover(str(committed)), "", [FILE], "nope")


def test_a_shallow_clone_says_how_to_deepen(committed: Path, tmp_path: Path, git, set_key):
    set_key("key1", "new")
    git("clone", "-q", "--depth", "1", f"file://{committed}", str(tmp_path / "shallow"), cwd=tmp_path)
    with pytest.raises(GitTrouble, match="shallow") as trouble:
        touching(Repository.discover(str(tmp_path / "shallow")), "", [FILE])
    assert (trouble.value.exit_code, trouble.value.hint) == (3, "git fetch --unshallow")
    git(*trouble.value.hint.split()[1:], "-q", cwd=tmp_path / "shallow")
    assert len(touching(Repository.discover(str(tmp_path / "shallow")), "", [FILE])) == 2


def test_gitpython_tells_the_same_of_a_commit(committed: Path, git, set_key):
    set_key("key1", "new", message="why\n\nlong", trailers={"Gmconfig-Operation": "set"})
    git("remote", "add", "origin", "https://example.org/x.git")
    repository = Repository.discover(str(committed))
    assert describe.describe(repository, "HEAD") == touching(repository, "", [FILE])[0]
    assert describe.remotes(repository) == {"origin": ["https://example.org/x.git"]}
