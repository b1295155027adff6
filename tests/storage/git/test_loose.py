"""Trees that are written without git are the ones that git would write."""

from pathlib import Path

import pytest

from gmconfig.storage.git import Repository, refs

FILES = {"record.json": b"{}\n", "plan.json": b"", "a-b": b"\0\xff" * 9000, "a.b": b"x"}


@pytest.mark.parametrize("way", ["sha1", "sha256", "shared"])
def test_a_tree_is_the_same_by_whatever_way_it_was_written(tmp_path: Path, git, way: str):
    git("init", "-q", f"--object-format={'sha256' if way == 'sha256' else 'sha1'}", "new", cwd=tmp_path)
    root = tmp_path / "new"
    if way == "shared":
        git("config", "core.sharedRepository", "group", cwd=root)
    repository = Repository.discover(str(root))
    made = refs.flat_tree(repository, FILES)
    assert made == refs.flat_tree(repository, FILES)
    listed = git("ls-tree", "--name-only", made, cwd=root).split()
    assert listed == sorted(FILES)
    for name, content in FILES.items():
        assert repository.run("cat-file", "blob", f"{made}:{name}") == content
    again = repository.run("mktree", input=repository.run("ls-tree", made)).decode().strip()
    assert made == again
    git("fsck", "--full", "--strict", cwd=root)
    assert not list(root.glob(".git/objects/*/tmp_obj_*"))
