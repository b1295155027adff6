"""Working tree, index and commits read alike."""

import os
from pathlib import Path

import pytest

from gmconfig.errors import Refused
from gmconfig.storage.git import Repository
from gmconfig.storage.snapshot import Proposed, WorkingTree, files_below
from tests.storage.git.conftest import FILE, LINES, with_keys


def three(root: Path, prefix: str = ""):
    repository = Repository.discover(str(root))
    return [
        WorkingTree(str(root / prefix)),
        repository.snapshot(prefix, None),
        repository.snapshot(prefix, "HEAD"),
    ]


def test_each_sees_its_own_version(committed: Path, git):
    (committed / FILE).write_text(with_keys(key1="staged"))
    git("add", FILE)
    (committed / FILE).write_text(with_keys(key1="working"))
    contents = [snapshot.read(FILE).decode() for snapshot in three(committed)]
    assert contents == [with_keys(key1="working"), with_keys(key1="staged"), LINES]
    assert [snapshot.label for snapshot in three(committed)] == [
        "working tree",
        "index",
        git("rev-parse", "HEAD")[:7],
    ]


def test_paths_are_below_the_prefix(committed: Path, git):
    (committed / "a/b").mkdir(parents=True)
    (committed / "a/b/c.yaml").write_text("x")
    (committed / "ab").write_text("x")
    git("add", "-A")
    git("commit", "-qm", "m")
    for snapshot in three(committed, "a"):
        assert list(snapshot.files()) == ["b/c.yaml"]
        assert snapshot.exists("b/c.yaml")
        assert not snapshot.exists("b")
        assert snapshot.read_many(["b/c.yaml", "b/d.yaml", "b"]) == {"b/c.yaml": b"x"}
        for missing in ("b", "x/y", "b/c.yaml/d"):
            with pytest.raises(FileNotFoundError):
                snapshot.read(missing)


def test_a_missing_prefix_is_empty(committed: Path):
    repository = Repository.discover(str(committed))
    assert (
        repository.snapshot("no/such", "HEAD").files() == repository.snapshot("no/such", None).files() == {}
    )


def test_symlinks_inside_are_followed_and_others_refused(committed: Path, tmp_path: Path, git):
    (tmp_path / "secret").write_text("x")
    (committed / "folder").mkdir()
    (committed / "folder/up.yaml").symlink_to(f"../{FILE}")
    (committed / "linked").symlink_to("folder")
    (committed / "out.yaml").symlink_to("../secret")
    (committed / "absolute.yaml").symlink_to(tmp_path / "secret")
    (committed / "dangling.yaml").symlink_to("nowhere")
    (committed / "loop.yaml").symlink_to("loop.yaml")
    git("add", "-A")
    git("commit", "-qm", "links")
    for snapshot in three(committed):
        assert snapshot.read("folder/up.yaml") == snapshot.read("linked/up.yaml") == LINES.encode()
        assert {FILE, "folder/up.yaml"} <= set(snapshot.files())
        assert not snapshot.exists("dangling.yaml")
        for name in ("dangling.yaml", "loop.yaml"):
            with pytest.raises(FileNotFoundError):
                snapshot.read(name)
        for name in ("out.yaml", "absolute.yaml"):
            with pytest.raises(Refused):
                snapshot.read(name)


def test_names_that_are_not_utf8_do_no_harm(committed: Path, git):
    name = os.fsdecode(b"\xff\n\t.yaml")
    (committed / name).write_text("x")
    git("add", "-A")
    git("commit", "-qm", "odd")
    for snapshot in three(committed):
        assert snapshot.read(name) == b"x"
        assert name in snapshot.files()


def test_other_repositories_below_are_left_out(committed: Path, tmp_path: Path, git):
    git("clone", "-q", str(committed), str(tmp_path / "lib"))
    git("submodule", "--quiet", "add", str(tmp_path / "lib"), "sub")
    git("commit", "-qm", "sub")
    for snapshot in three(committed):
        assert set(snapshot.files()) == {FILE, ".gitmodules"}


def test_an_unmerged_file_is_refused_in_the_index(committed: Path, git, set_key):
    git("switch", "-qc", "side")
    set_key("key1", "side")
    git("switch", "-q", "main")
    set_key("key1", "main")
    git("merge", "side", check=False)
    with pytest.raises(Refused, match="unfinished merge"):
        Repository.discover(str(committed)).snapshot("", None).read(FILE)


def test_signatures_change_with_the_content(committed: Path):
    tree = WorkingTree(str(committed))
    before = tree.files()
    assert before == tree.files()
    assert tree.signature(FILE) == before[FILE]
    (committed / FILE).write_text("x")
    assert tree.files() != before
    assert tree.signature("missing") is None


def test_a_proposed_change_lies_over_any_of_them(committed: Path):
    for base in three(committed):
        snapshot = Proposed(base, {FILE: None, "new.yaml": b"x"})
        assert list(snapshot.files()) == ["new.yaml"]
        assert snapshot.files() != Proposed(base, {FILE: None, "new.yaml": b"y"}).files()
        assert snapshot.read_many([FILE, "new.yaml"]) == {"new.yaml": b"x"}
        assert (snapshot.exists(FILE), snapshot.exists("new.yaml")) == (False, True)
        assert snapshot.commit is None
        with pytest.raises(FileNotFoundError):
            snapshot.read(FILE)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x"])
def test_paths_that_leave_the_project_are_refused(committed: Path, name: str):
    with pytest.raises(Refused):
        WorkingTree(str(committed)).read(name)


def test_the_files_below_a_folder_are_those_of_the_whole_list(committed: Path, tmp_path: Path, git):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/theirs.json").write_text("x")
    for file in ("a/log/1.json", "a/log/2026/2.json", "a/logs.json", "nested/log/3.json"):
        (committed / file).parent.mkdir(parents=True, exist_ok=True)
        (committed / file).write_text("x")
    (committed / "outside").symlink_to(tmp_path / "elsewhere")
    (committed / "inside").symlink_to("a")
    git("add", "-A")
    git("commit", "-qm", "folders")
    (committed / "nested/.git").mkdir()
    changes = {"a/log/1.json": None, "a/log/4.json": b"new", "a/logs.json": None}
    for snapshot in (*three(committed), Proposed(three(committed)[0], changes)):
        whole = snapshot.files()
        for folder in (
            "a/",
            "a/log/",
            "outside/",
            "inside/log/",
            "nested/",
            "nested/log/",
            "none/",
            FILE + "/",
        ):
            found = {path: key for path, key in whole.items() if path.startswith(folder)}
            assert files_below(snapshot, folder) == found
