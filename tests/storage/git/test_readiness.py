"""A repository in the middle of something is left alone; --no-commit works there."""

from pathlib import Path

import pytest

from gmconfig.errors import Refused
from gmconfig.storage.git import write_working
from tests.storage.git.conftest import FILE, SetKey, with_keys


@pytest.fixture
def diverged(committed: Path, git, set_key) -> Path:
    """Two branches that conflict in key1; `side` has two commits."""
    git("switch", "-qc", "side")
    set_key("key1", "side")
    set_key("key1", "side again")
    git("switch", "-q", "main")
    set_key("key1", "main")
    return committed


CONFLICTS = {
    "merge": ("merge", "side"),
    "rebase": ("rebase", "side"),
    "cherry-pick": ("cherry-pick", "side"),
    "revert": ("revert", "--no-edit", "side~1"),
}


@pytest.mark.parametrize("what", CONFLICTS)
@pytest.mark.parametrize("resolved", [False, True])
def test_refuses_while_an_operation_is_unfinished(diverged: Path, git, set_key, what: str, resolved: bool):
    git(*CONFLICTS[what], check=False)
    if resolved:
        git("checkout", "--theirs", FILE)
        git("add", FILE)
    before = git("status", "--porcelain")
    with pytest.raises(Refused, match=f"a {what}") as refused:
        set_key("key10", "new")
    assert refused.value.exit_code == 4
    assert f"git {what} --" in refused.value.hint
    assert "--no-commit" in refused.value.hint
    assert git("status", "--porcelain") == before


def test_a_stash_that_conflicts_leaves_an_unmerged_path(committed: Path, git, set_key):
    (committed / FILE).write_text(with_keys(key1="stashed"))
    git("stash", "-q")
    set_key("key1", "main")
    git("stash", "pop", "-q", check=False)
    with pytest.raises(Refused, match=f'"{FILE}" has an unfinished merge'):
        set_key("a", "1", file="other.yaml")


def test_refuses_a_detached_head(committed: Path, git, set_key):
    git("switch", "-q", "--detach")
    with pytest.raises(Refused, match="detached"):
        set_key("key10", "new")


def test_refuses_during_a_bisection(diverged: Path, git, set_key):
    git("bisect", "start")
    with pytest.raises(Refused, match="bisection"):
        set_key("key10", "new")


def test_no_commit_works_in_a_merge(diverged: Path, git):
    git("merge", "side", check=False)
    write_working(str(diverged), {FILE: SetKey("key10", "new")})
    assert "key10: new\n" in (diverged / FILE).read_text()


@pytest.mark.parametrize("initialised", [True, False])
def test_refuses_a_submodules_file(committed: Path, tmp_path: Path, git, set_key, initialised: bool):
    git("clone", "-q", str(committed), str(tmp_path / "lib"), cwd=tmp_path)
    git("submodule", "--quiet", "add", str(tmp_path / "lib"), "libs/sub")
    git("commit", "-qm", "submodule")
    if not initialised:
        git("submodule", "--quiet", "deinit", "-f", "libs/sub")
    with pytest.raises(Refused, match='"libs/sub" is a repository of its own'):
        set_key("key1", "new", file=f"libs/sub/{FILE}")


def test_works_in_a_submodule_itself(committed: Path, tmp_path: Path, git, set_key):
    git("clone", "-q", str(committed), str(tmp_path / "lib"), cwd=tmp_path)
    git("submodule", "--quiet", "add", str(tmp_path / "lib"), "sub")
    set_key("key1", "new", root=committed / "sub")
    assert git("log", "-1", "--format=%s", cwd=committed / "sub") == "set a key"
    assert git("status", "--porcelain", cwd=committed / "sub") == ""


def test_works_in_a_linked_worktree_on_its_own_branch(committed: Path, tmp_path: Path, git, set_key):
    git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    git("merge", "-q", "--no-commit", "--no-ff", "main", check=False)
    set_key("key1", "new", root=tmp_path / "linked")
    assert git("log", "-1", "--format=%s", "other") == "set a key"
    assert git("log", "-1", "--format=%s", "main") == "first"
    assert git("status", "--porcelain", cwd=tmp_path / "linked") == ""
    assert git("status", "--porcelain") == ""
