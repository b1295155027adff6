"""What is read of an ordinary repository without git is what git says; of any other, nothing is."""

from __future__ import annotations

import os
import subprocess

import pytest

from gmconfig.storage.git.plain import plain

ORDINARY = [
    ("[gmconfig]\n\tpin = abc\n", "gmconfig.pin"),
    ("[gmconfig]\npin=abc\n[core]\n\tbare = false\n[GMConfig]\n\tPIN = def  \n", "gmconfig.pin"),
    ('[gmconfig "apps/web.a"]\n\tpin = abc\n[gmconfig]\n\tpin = def\n', "gmconfig.apps/web.a.pin"),
    ('[gmconfig "A"]\n\tpin = abc\n[gmconfig "a"]\n\tpin = def\n', "gmconfig.A.pin"),
    ("# [gmconfig]\n; pin = x\n[gmconfig]\n\t# pin = y\n\tpin = abc\n", "gmconfig.pin"),
    ('[alias]\n\tx = "[gmconfig]"\n[gmconfig]\n\tpin = abc\n', "gmconfig.pin"),
    ("[include]\n\tpath = more\n[gmconfig]\n\tpin = abc\n", "gmconfig.pin"),
]
LEFT_TO_GIT = [
    ("", "gmconfig.pin"),
    ("[gmconfig]\n\tpin\n", "gmconfig.pin"),
    ('[gmconfig]\n\tpin = "abc"\n', "gmconfig.pin"),
    ("[gmconfig]\n\tpin = abc # mine\n", "gmconfig.pin"),
    ("[gmconfig]\n\tpin = abc ; mine\n", "gmconfig.pin"),
    ("[gmconfig] pin = abc\n", "gmconfig.pin"),
    ("[gmconfig] # ours\n\tpin = abc\n", "gmconfig.pin"),
    ("[gmconfig.web]\n\tpin = abc\n", "gmconfig.web.pin"),
    ('[gmconfig "a\\"b"]\n\tpin = abc\n', 'gmconfig.a"b.pin'),
    ("[alias]\n\tx = a \\\n[gmconfig]\n\tpin = abc\n", "gmconfig.pin"),
]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Give an empty repository, in whose configuration more is written."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.chdir(tmp_path)

    def configured(more: str = ""):
        with (tmp_path / ".git" / "config").open("a") as file:
            file.write(more)
        return tmp_path

    return configured


def told_by_git(folder, name: str) -> str | None:
    asked = ("git", "-C", str(folder), "config", "--local", "--get", name)
    return subprocess.run(asked, check=False, capture_output=True, text=True).stdout.strip() or None


def read(folder, name: str) -> str | None:
    """Read a setting without git."""
    found = plain(str(folder))
    section, _, rest = name.partition(".")
    subsection, _, key = rest.rpartition(".")
    return found.setting(section, subsection, key) if found else None


@pytest.mark.parametrize(("text", "name"), ORDINARY)
def test_an_ordinary_setting_is_read_as_git_reads_it(repository, text, name):
    folder = repository(text)
    (folder / ".git" / "more").write_text("[gmconfig]\n\tpin = included\n")
    assert read(folder, name) == told_by_git(folder, name) is not None


@pytest.mark.parametrize(("text", "name"), LEFT_TO_GIT)
def test_what_is_written_otherwise_is_left_to_git(repository, text, name):
    assert read(repository(text), name) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GIT_DIR", ".git"),
        ("GIT_CONFIG", "x"),
        ("GIT_CONFIG_COUNT", "0"),
        ("GIT_WORK_TREE", "."),
        ("GIT_X", ""),
    ],
)
def test_an_environment_that_says_otherwise_is_left_to_git(repository, monkeypatch, name, value):
    folder = repository("[gmconfig]\n\tpin = abc\n")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ada")
    assert plain(str(folder)) is not None
    monkeypatch.setenv(name, value)
    assert plain(str(folder)) is None


def test_what_somebody_else_owns_is_left_to_git(repository, monkeypatch):
    folder = repository()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert plain(str(folder)) is None


@pytest.mark.parametrize("more", ["[core]\n\tworktree = /tmp\n", "[extensions]\n\tworktreeConfig = true\n"])
def test_a_work_tree_elsewhere_is_left_to_git(repository, more):
    assert plain(str(repository(more))) is None


@pytest.mark.parametrize(
    "more",
    [
        "[core]\n\tbare = true\n",
        "[core]\n\tbare\n",
        '[core]\n\tbare = "true"\n',
        "[core] bare = true\n",
        "[core]\n\trepositoryformatversion = 99\n",
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tfuture = true\n",
    ],
)
def test_a_repository_that_git_may_refuse_is_left_to_git(repository, more):
    assert plain(str(repository())) is not None
    assert plain(str(repository(more))) is None


@pytest.mark.parametrize("name", ["objects", "refs"])
def test_a_repository_with_a_part_missing_is_left_to_git(repository, name):
    folder = repository()
    (folder / ".git" / name).rename(folder / ".git" / "elsewhere")
    assert plain(str(folder)) is None


@pytest.mark.parametrize("head", ["garbage\n", "", "ref: \n"])
def test_a_broken_head_is_left_to_git(repository, head):
    folder = repository()
    (folder / ".git" / "HEAD").write_text(head)
    assert plain(str(folder)) is None


def test_how_git_reaches_servers_says_nothing_of_where_a_repository_lies(repository, monkeypatch):
    folder = repository()
    for name in ("GIT_SSL_CAINFO", "GIT_HTTP_USER_AGENT", "GIT_SSH_COMMAND"):
        monkeypatch.setenv(name, "x")
    assert plain(str(folder)) is not None


def test_a_commit_that_was_cut_short_is_settled_first(repository):
    folder = repository()
    (folder / ".git" / "gmconfig" / "commit").mkdir(parents=True)
    assert plain(str(folder)) is None


def test_no_repository_is_none(tmp_path):
    assert plain(str(tmp_path)) is None


def test_a_folder_knows_its_place(repository):
    folder = repository()
    (folder / "a" / "b").mkdir(parents=True)
    found = plain(str(folder / "a" / "b"))
    assert (found.prefix(str(folder / "a" / "b")), found.prefix(str(folder))) == ("a/b", "")


def test_a_linked_work_tree_shares_the_configuration(repository, tmp_path_factory):
    folder = repository("[gmconfig]\n\tpin = abc\n[user]\n\tname = a\n\temail = a@example.org\n")
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "x"], cwd=folder, check=True)
    linked = tmp_path_factory.mktemp("linked") / "tree"
    subprocess.run(["git", "worktree", "add", "-q", str(linked)], cwd=folder, check=True)
    assert read(linked, "gmconfig.pin") == told_by_git(linked, "gmconfig.pin") == "abc"
