"""The right repository is found and asked, whatever the environment says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gmconfig.errors import GitTrouble, UnknownVersion
from gmconfig.storage.git import Identity, Repository, find_root
from gmconfig.storage.git.create import create_repository
from tests.storage.git.conftest import FILE, show, with_keys

ROOT = Path(__file__).parents[3]


def test_is_found_from_any_folder(committed: Path):
    folder = committed / "a/b"
    folder.mkdir(parents=True)
    repository = Repository.discover(str(folder))
    assert (repository.top, repository.git_dir) == (str(committed), str(committed / ".git"))
    assert repository.common_dir == repository.git_dir
    assert repository.prefix(str(folder)) == "a/b"
    assert repository.prefix(str(committed)) == ""


def test_root_without_a_process_is_the_same(committed: Path, tmp_path: Path, git):
    git("worktree", "add", "-q", str(tmp_path / "linked"))
    git("init", "-q", "--separate-git-dir", str(tmp_path / "separate"), str(tmp_path / "apart"), cwd=tmp_path)
    for folder in (committed, tmp_path / "linked", tmp_path / "apart"):
        quick, asked = find_root(str(folder)), Repository.discover(str(folder))
        assert (quick.top, quick.git_dir, quick.common_dir) == (asked.top, asked.git_dir, asked.common_dir)
    assert find_root("/") is None


def test_finding_the_root_loads_nothing_slow(committed: Path):
    program = (
        "import sys, gmconfig; before = {*sys.modules}; from gmconfig.storage.git.root import find_root;"
        "from gmconfig.storage.snapshot import WorkingTree;"
        "found = find_root('.'); WorkingTree(found.top).files();"
        "slow = {'subprocess', 'git', 'pathlib', 'dataclasses', 'typing', 'json', 'gmconfig.errors'};"
        "print(sorted(slow & ({*sys.modules} - before)))"
    )
    run = [sys.executable, "-S", "-c", program]
    out = subprocess.check_output(run, cwd=committed, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert out == "[]\n"


def test_outside_a_repository_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(GitTrouble, match="is not in a git repository") as trouble:
        Repository.discover(str(tmp_path))
    assert (trouble.value.hint, trouble.value.exit_code) == ("git init", 3)


@pytest.mark.parametrize("made", ["config.lock", "HEAD HEAD.lock config tAb3xYz refs/heads/"])
def test_a_killed_git_init_is_taken_up(tmp_path: Path, made: str):
    """Git makes the folder of the objects last; a lock, and the file it tries the disk with, are left then."""
    for name in made.split():
        (tmp_path / ".git" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / ".git" / name).write_text("ref: refs/heads/main\n" if name == "HEAD" else "")
    create_repository(str(tmp_path))
    assert Repository.discover(str(tmp_path)).branch() == "main"
    assert not [one for one in os.listdir(tmp_path / ".git") if one.endswith(".lock") or one[0] == "t"]


def test_a_missing_folder_is_said(tmp_path: Path):
    with pytest.raises(GitTrouble, match="is not a folder"):
        Repository.discover(str(tmp_path / "missing"))


def test_a_bare_repository_is_refused(tmp_path: Path, committed: Path, git):
    git("clone", "-q", "--bare", str(committed), str(tmp_path / "bare.git"))
    with pytest.raises(GitTrouble, match="bare"):
        Repository.discover(str(tmp_path / "bare.git"))


def test_inside_the_git_folder_is_refused(committed: Path):
    with pytest.raises(GitTrouble, match="git folder"):
        Repository.discover(str(committed / ".git/refs"))


def test_without_git_it_says_so(committed: Path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(GitTrouble, match="not installed"):
        Repository.discover(str(committed)).run("status")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_somebody_elses_repository_needs_trust(committed: Path, isolated: Path):
    for folder in (committed, committed / ".git"):
        os.chown(folder, 65534, 65534)
    with pytest.raises(GitTrouble, match="does not trust") as trouble:
        Repository.discover(str(committed))
    assert trouble.value.hint == f"git config --global --add safe.directory '{committed}'"
    subprocess.run(trouble.value.hint, shell=True, check=True)
    Repository.discover(str(committed))


def test_the_empty_repository(repo: Path):
    repository = Repository.discover(str(repo))
    assert (repository.head(), repository.branch()) == (None, "main")
    assert repository.snapshot("", None).files() == {}
    with pytest.raises(UnknownVersion):
        repository.resolve("HEAD")


def test_revisions_resolve_to_full_ids(committed: Path, git, set_key):
    set_key("key1", "new")
    git("tag", "-a", "v1.0", "-m", "release")
    repository = Repository.discover(str(committed))
    head = git("rev-parse", "HEAD")
    for rev in ("HEAD", "main", head, head[:8], "v1.0", "refs/heads/main", "@"):
        assert repository.resolve(rev) == head
    assert repository.resolve("HEAD~1") == git("rev-parse", "HEAD~1")
    assert head.startswith(repository.short("HEAD"))


@pytest.mark.parametrize(
    "rev",
    [
        "",
        "nope",
        "-h",
        "--help",
        "--output=/tmp/x",
        "HEAD..main",
        "HEAD:settings.yaml",
        "a\nb",
        "a\0b",
        "f" * 40,
        "^HEAD",
    ],
)
def test_what_is_no_revision_is_unknown(committed: Path, rev: str):
    with pytest.raises(UnknownVersion):
        Repository.discover(str(committed)).resolve(rev)


def test_identities(committed: Path, monkeypatch):
    repository = Repository.discover(str(committed))
    assert repository.identity(None) == Identity("Test", "test@example.org")
    assert repository.identity("Ann B <a@x>") == Identity("Ann B", "a@x")
    assert repository.identity("Ann") == Identity("Ann", "test@example.org")
    assert repository.identity("A\n<b>c") == Identity("A bc", "test@example.org")
    assert repository.identity("<a@x>") == Identity("a@x", "a@x")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    assert Repository.discover(str(committed)).identity(None).name == "Somebody"


@pytest.mark.parametrize("locale", ["C", "de_DE.UTF-8", ""])
def test_any_language_works(committed: Path, git, set_key, monkeypatch, locale: str):
    monkeypatch.setenv("LANG", locale)
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("LANGUAGE", "de")
    set_key("ключ", "значение", file="ü/ключ.yaml", message="причина", author="Жанна <j@x>")
    assert git("log", "-1", "--format=%an %s", env={**os.environ, "LC_ALL": "C.UTF-8"}) == "Жанна причина"


def test_the_c_locale_in_a_fresh_process(committed: Path):
    program = (
        "from tests.storage.git.conftest import *; from gmconfig.storage.git import *; import sys;"
        "commit(Repository.discover(sys.argv[1]), '', {'\\u00fc.yaml': SetKey('a', '1')}, '\\u00fc')"
    )
    environ = {**os.environ, "LC_ALL": "C", "LANG": "C"}
    subprocess.run([sys.executable, "-c", program, str(committed)], cwd=ROOT, check=True, env=environ)
    assert show(committed, "HEAD:ü.yaml") == "a: 1\n"


def test_a_hooks_variables_of_this_repository_are_kept(committed: Path, git, monkeypatch):
    git("read-tree", "HEAD", env={**os.environ, "GIT_INDEX_FILE": ".git/another"})
    git("rm", "--cached", "-q", FILE)
    monkeypatch.chdir(committed)
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/another")
    monkeypatch.setenv("GIT_DIR", ".git")
    (committed / "sub").mkdir()
    repository = Repository.discover(str(committed / "sub"))
    assert repository.environ["GIT_INDEX_FILE"] == str(committed / ".git/another")
    assert list(repository.snapshot("", None).files()) == [FILE]


def test_a_hooks_variables_of_another_repository_are_dropped(
    committed: Path, tmp_path: Path, git, monkeypatch
):
    git("clone", "-q", str(committed), str(tmp_path / "other"))
    git("commit", "-q", "--allow-empty", "-m", "second")
    monkeypatch.chdir(committed)
    for name, value in {"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/x", "GIT_QUARANTINE_PATH": "/x"}.items():
        monkeypatch.setenv(name, value)
    repository = Repository.discover(str(tmp_path / "other"))
    assert repository.top == str(tmp_path / "other")
    assert repository.run("rev-list", "--count", "HEAD") == b"1\n"
    assert not {"GIT_DIR", "GIT_INDEX_FILE", "GIT_QUARANTINE_PATH"} & set(repository.environ)


def test_git_writes_no_identity_into_its_trace(committed: Path, tmp_path: Path, monkeypatch):
    """A file that GIT_TRACE2 names holds what GIT_TRACE2_ENV_VARS lists."""
    monkeypatch.setenv("GIT_TRACE2", str(tmp_path / "trace"))
    monkeypatch.setenv("GIT_TRACE2_ENV_VARS", "GMCONFIG_IDENTITY,HOME")
    monkeypatch.setenv("GMCONFIG_IDENTITY", "AGE-SECRET-KEY-CANARY")
    Repository.discover(str(committed)).run("rev-parse", "HEAD")
    assert "rev-parse" in (tmp_path / "trace").read_text()
    assert "CANARY" not in (tmp_path / "trace").read_text()


def test_an_index_of_another_repository_without_git_dir_is_dropped(
    committed, tmp_path: Path, git, monkeypatch
):
    git("clone", "-q", str(committed), str(tmp_path / "other"))
    monkeypatch.chdir(committed)
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index-1.lock")
    assert list(Repository.discover(str(tmp_path / "other")).snapshot("", None).files()) == [FILE]


def test_a_work_tree_apart_from_its_git_folder(committed: Path, tmp_path: Path, monkeypatch):
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("GIT_DIR", str(committed / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "home"))
    assert Repository.discover(str(tmp_path / "home")).top == str(tmp_path / "home")


def test_a_quarantine_is_seen_in_pre_receive(committed: Path, tmp_path: Path, git, set_key):
    git("clone", "-q", "--bare", str(committed), str(tmp_path / "bare.git"))
    hook = tmp_path / "bare.git/hooks/pre-receive"
    program = (
        "import os, sys; from gmconfig.storage.git import Repository; new = sys.stdin.read().split()[1];"
        "os.environ.update(GIT_DIR=os.getcwd(), GIT_WORK_TREE=sys.argv[1]);"
        f"print(Repository.discover(sys.argv[1]).snapshot('', new).read('{FILE}').decode())"
    )
    hook.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} {sys.executable} -c "{program}" {tmp_path} > seen\n')
    hook.chmod(0o755)
    set_key("key1", "pushed")
    git("push", "-q", str(tmp_path / "bare.git"), "main")
    assert (tmp_path / "bare.git/seen").read_text() == with_keys(key1="pushed") + "\n"


def test_a_commit_from_within_a_hook_uses_its_index(committed: Path, git, set_key):
    """`git commit` runs pre-commit with its own index; gmconfig reads that one."""
    hook = committed / ".git/hooks/pre-commit"
    program = (
        "from gmconfig.storage.git import Repository;"
        f"print(Repository.discover('.').snapshot('', None).read('{FILE}').decode(), end='')"
    )
    hook.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} {sys.executable} -c "{program}" > seen\n')
    hook.chmod(0o755)
    (committed / FILE).write_text(with_keys(key1="by hand"))
    git("commit", "-q", "-a", "-m", "by hand")
    assert (committed / "seen").read_text() == with_keys(key1="by hand")
