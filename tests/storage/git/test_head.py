"""What is read of HEAD without git is what git says; the rest is left to it."""

from __future__ import annotations

import subprocess

import pytest

from gmconfig.errors import GitTrouble
from gmconfig.storage.git import Repository
from gmconfig.storage.git.head import head_ref, loose_ref
from gmconfig.storage.git.objects import tree_entries


@pytest.fixture
def made(tmp_path):
    def git(*arguments: str) -> str:
        told = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        asked = ("git", "-C", str(tmp_path), *told, *arguments)
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q", "-b", "main")
    return tmp_path, git


def told(folder) -> tuple[str | None, str | None]:
    repository = Repository.discover(str(folder))
    return repository.head_ref(), repository.head()


def test_before_the_first_commit(made):
    folder, _ = made
    assert told(folder) == ("refs/heads/main", None)
    assert head_ref(str(folder / ".git")) == "refs/heads/main"


@pytest.mark.parametrize("name", ["main", "a/b", "v1.0-x", "täst"])
def test_on_a_branch(made, name):
    folder, git = made
    git("checkout", "-q", "-B", name)
    git("commit", "-q", "--allow-empty", "-m", "x")
    assert told(folder) == (f"refs/heads/{name}", git("rev-parse", "HEAD"))
    git("pack-refs", "--all")
    assert loose_ref(str(folder / ".git"), f"refs/heads/{name}") is None
    assert told(folder) == (f"refs/heads/{name}", git("rev-parse", "HEAD"))


def test_on_no_branch(made):
    folder, git = made
    git("commit", "-q", "--allow-empty", "-m", "x")
    git("checkout", "-q", "--detach")
    assert head_ref(str(folder / ".git")) is None
    assert told(folder) == (None, git("rev-parse", "HEAD"))


def test_on_a_commit_that_is_lost(made):
    folder, _ = made
    (folder / ".git" / "refs" / "heads" / "main").write_text("1" * 40 + "\n")
    repository = Repository.discover(str(folder))
    with pytest.raises(GitTrouble) as caught:
        tree_entries(repository, repository.resolve("HEAD"))
    assert caught.value.hint == "git fsck"


def test_in_a_linked_work_tree(made, tmp_path_factory):
    folder, git = made
    git("commit", "-q", "--allow-empty", "-m", "x")
    linked = tmp_path_factory.mktemp("linked") / "tree"
    git("worktree", "add", "-q", "-b", "other", str(linked))
    assert told(linked) == ("refs/heads/other", git("rev-parse", "other"))


@pytest.mark.parametrize(
    "text",
    ["ref: refs/heads/.invalid\n", "ref: refs/heads/a", "ref: refs/heads/../../x\n", "ref: refs/tags/a\n",
     "ref: refs/heads/a\nb\n", "ref: refs/heads/a b\n", "", "0" * 40 + "\n"],
)  # fmt: skip
def test_what_git_would_not_write_is_left_to_git(tmp_path, text):
    (tmp_path / "HEAD").write_text(text)
    assert head_ref(str(tmp_path)) is None


@pytest.mark.parametrize("text", ["", "x" * 40 + "\n", "a" * 39 + "\n", "a" * 40, "ref: refs/heads/b\n"])
def test_a_branch_that_is_no_commit_is_left_to_git(tmp_path, text):
    (tmp_path / "main").write_text(text)
    assert loose_ref(str(tmp_path), "main") is None


def test_a_folder_inside_of_git_is_still_refused(made):
    from gmconfig.errors import GitTrouble

    folder, git = made
    with pytest.raises(GitTrouble, match="git folder"):
        Repository.discover(str(folder / ".git" / "hooks"))
    git("config", "core.bare", "true")
    with pytest.raises(GitTrouble, match="bare"):
        Repository.discover(str(folder))


@pytest.mark.parametrize(
    "settings",
    [{"user.name": "Ada L. K", "user.email": "ada@example.org"}, {"user.name": '"Ada".', "user.email": "<a@b>"},
     {"user.name": " Ada  L ", "user.email": "a@b"}, {"user.name": "Ödön", "user.email": "a@b"},
     {"user.name": "Ada", "user.email": "a@b", "author.name": "Eve"}],
)  # fmt: skip
@pytest.mark.parametrize("environ", [{}, {"GIT_AUTHOR_NAME": "Bob"}, {"GIT_COMMITTER_EMAIL": "c@d"}])
def test_the_identity_is_gits(made, monkeypatch, settings, environ):
    import re

    folder, _ = made
    for name, value in settings.items():
        subprocess.run(["git", "-C", str(folder), "config", name, value], check=True)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    from gmconfig.storage.git.identity import identity

    repository = Repository.discover(str(folder))
    for role in ("AUTHOR", "COMMITTER"):
        asked = ("git", "-C", str(folder), "var", f"GIT_{role}_IDENT")
        line = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
        name, email = re.fullmatch(r"(.*) <(.*)> .*\n", line).groups()
        found = identity(repository, None, role)
        assert (found.name, found.email) == (name.strip(), email)


def test_hooks_lie_where_git_looks(made):
    from gmconfig.storage.git.hooks import Hooks

    folder, git = made
    for path in (None, "my hooks", "/tmp/hooks"):
        if path:
            git("config", "core.hooksPath", path)
        told = (folder / git("rev-parse", "--git-path", "hooks")).resolve()
        assert Hooks(Repository.discover(str(folder)), "x").folder == str(told)
