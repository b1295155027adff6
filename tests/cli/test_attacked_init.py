"""`init` where a stranger's repository is laid out in a usual way, or is none that can be worked in."""

import os
import shlex
import subprocess
import sys

import pytest

FILES = {
    "data/common/web.yaml": "a: 1\nb: {c: 2}\n",
    "data/production/web.yaml": "b: {c: 3}\n",
    "data/staging/db.yaml": "x: 1\n",
}


@pytest.fixture
def hiera(tmp_path, monkeypatch, git, repo):
    """One folder per environment, and one beside them with what they share."""
    for name, text in FILES.items():
        (repo / name).parent.mkdir(parents=True, exist_ok=True)
        (repo / name).write_text(text)
    git("add", ".")
    git("commit", "-qm", "one")
    monkeypatch.chdir(repo)
    return repo


@pytest.mark.parametrize("order", [1, -1])
def test_a_folder_of_what_is_shared_is_the_base(hiera, ok, order):
    patterns = ["data/common/{document}.yaml", "data/{environment}/{document}.yaml"][::order]
    ok("init", "--from", patterns[0], "--from", patterns[1])
    assert ok("config", "get", "web", "-e", "production") == "a: 1\nb:\n  c: 3\n"
    assert ok("config", "get", "web", "-e", "staging") == "a: 1\nb:\n  c: 2\n"
    assert ok("config", "get", "db", "x", "-e", "staging") == "1\n"
    assert "common" not in (hiera / "gmconfig.yaml").read_text().partition("environments:")[2]


def test_a_reserved_name_is_told_how_it_becomes_the_base(hiera, cli):
    answer = cli("init", "--from", "data/{environment}/{document}.yaml")
    assert answer.code == 2
    assert "--from 'data/common/{document}.yaml' --from 'data/{environment}/{document}.yaml'" in answer.err
    assert not (hiera / "gmconfig.yaml").exists()


def test_two_meanings_of_one_file_are_still_refused(hiera, cli):
    answer = cli("init", "--from", "data/common/{document}.yaml", "--from", "data/common/{environment}.yaml")
    assert answer.code == 2
    assert "another pattern" in answer.err


def test_a_bare_repository_stays_one(tmp_path, git, cli, monkeypatch, repo):
    bare = tmp_path / "bare.git"
    git("init", "-q", "--bare", str(bare))
    before = sorted(bare.rglob("*"))
    monkeypatch.chdir(bare)
    for words in (("init",), ("config", "list")):
        answer = cli(*words)
        assert answer.code == 3
        assert "bare" in answer.err, answer
    assert sorted(bare.rglob("*")) == before


NOBODY = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.useConfigOnly", "GIT_CONFIG_VALUE_0": "true"}


def begun(folder, home):
    """Begin as somebody whom git does not know, and do what the hint says before the second try."""
    env = {"PATH": os.environ["PATH"], **NOBODY, **home}
    words = f"{shlex.quote(sys.executable)} -m gmconfig init {shlex.quote(str(folder))}"
    first = subprocess.run(words, shell=True, env=env, capture_output=True, text=True, check=False)
    left = list(folder.parent.iterdir())
    hint = first.stderr.partition("hint: ")[2].strip()
    second = subprocess.run(f"{hint} && {words}", shell=True, env=env, capture_output=True, check=False)
    return (first.returncode, left), second.returncode


def test_who_git_does_not_know_leaves_nothing_and_is_told_what_to_do(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    nothing = ((3, []), 0)
    assert begun(tmp_path / "work" / "shop", {"HOME": str(tmp_path / "home")}) == nothing


def test_who_has_no_home_leaves_nothing(tmp_path):
    env = {"PATH": os.environ["PATH"]}
    known = {f"GIT_{role}_{what}": "ann" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for more in ({}, known):
        words = [sys.executable, "-m", "gmconfig", "init", str(tmp_path / "shop")]
        done = subprocess.run(words, env={**env, **more}, capture_output=True, text=True, check=False)
        assert (done.returncode, list(tmp_path.iterdir())) == (3, [])
        assert "hint: export HOME=" in done.stderr


def test_settings_that_hold_for_some_folders_alone_are_asked_there(tmp_path, cli, monkeypatch, isolated):
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        monkeypatch.delenv(name)
    (tmp_path / "work.config").write_text("[user]\nname = Ann\nemail = ann@example.org\n")
    (tmp_path / "config").write_text(f'[includeIf "gitdir:{tmp_path}/work/"]\npath = work.config\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)
    assert cli("init", str(tmp_path / "work" / "shop")).code == 0
