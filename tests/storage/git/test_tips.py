"""What all refs name, read from their files, is what git says; or it is left to git."""

from pathlib import Path

from gmconfig.storage.git.root import find_root
from gmconfig.storage.git.tips import head_of, tips


def found(folder: Path) -> set[str] | None:
    root = find_root(str(folder))
    assert root is not None
    return tips(root)


def test_as_git_says_whatever_is_packed(committed, git):
    def said() -> set[str]:
        return set(git("for-each-ref", "--format=%(objectname)").split())

    root = find_root(str(committed))
    assert root is not None and found(committed) == said() == {head_of(root)}
    git("branch", "other")
    git("tag", "-a", "v1", "-m", "one")
    git("pack-refs", "--all")
    git("commit", "-q", "--allow-empty", "-m", "second")
    assert found(committed) == said() and len(said()) == 3, "the branch has moved on from its packed place"
    git("update-ref", "refs/remotes/origin/main", "other")
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    git("branch", "-d", "other")
    assert found(committed) == said()


def test_what_takes_git_is_left_to_it(committed, git, tmp_path):
    git("worktree", "add", "-q", "--detach", str(tmp_path / "second"))
    assert found(committed) is None, "another working tree's HEAD counts too"
    assert found(tmp_path / "second") is None
    git("worktree", "remove", str(tmp_path / "second"))
    assert found(committed) is not None
    (committed / ".git" / "refs" / "heads" / "odd").write_text("no id\n")
    assert found(committed) is None
