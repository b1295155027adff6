"""`doctor`: what a newcomer gets wrong is found, said with the next step, and mended where nobody need be asked."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from gmconfig import ConfigManager, ConfigValidator, NotFound
from gmconfig.api.doctor.examined import Examined
from gmconfig.api.doctor.examining import examine
from tests.trading import founded, make


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def git(*words: str) -> str:
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout


def found(*, fix: bool = False) -> dict[str, Examined]:
    return {one.name: one for one in examine(fix=fix)}


def test_a_project_is_begun_where_nothing_else_can_be_meant(here, isolated):
    assert (found()["project"].state, found()["project"].hint) == ("error", "gmconfig init")
    assert not any(here.iterdir())
    mended = found(fix=True)
    assert not [one for one in mended.values() if one.state == "error"]
    assert "gmconfig init" in mended["project"].fixed
    assert git("log", "--format=%s") == "gmconfig: init\n"
    assert mended["identity"].state == "ok"
    assert not [one.name for one in found(fix=True).values() if one.fixed]


def test_a_project_is_not_begun_over_files_that_may_be_adopted(here):
    git("init", "-q")
    (here / "deep").mkdir()
    (here / "deep" / "values-production.yaml").write_text("a: 1\n")
    assert "--from 'values-{environment}.yaml'" in found(fix=True)["project"].hint
    assert not (here / "gmconfig.yaml").exists()


def test_who_stands_above_the_project_is_told_where_it_is(here):
    (here / "shop one").mkdir()
    (here / "shop one" / "gmconfig.yaml").touch()
    assert found(fix=True)["project"].hint == "cd 'shop one'"
    assert not (here / "gmconfig.yaml").exists()
    subprocess.run(["git", "init", "-q"], check=True)
    (here / "app" / "src").mkdir(parents=True)
    (here / "shop one").rename(here / "app" / "shop one")
    assert found(fix=True)["project"].hint == "cd 'app/shop one'"
    os.chdir(here / "app" / "src")
    assert found(fix=True)["project"].hint == "cd '../shop one'"
    assert not (here / "gmconfig.yaml").exists()


def test_whom_git_works_for_has_to_be_known(here, monkeypatch):
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(here.parent / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    asked = found(fix=True)["author"]
    assert (asked.state, asked.message) == ("error", "git does not know who you are")
    subprocess.run(str(asked.hint), shell=True, check=True)
    assert found()["author"].message == "Ann <ann@example.org>"


def test_an_old_git_is_told(here, monkeypatch):
    fake = here / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho git version 2.29.1 '(Apple Git-1)'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    assert found()["git"].state == "error"
    assert "2.29.1" in found()["git"].message and "2.30" in found()["git"].hint


def test_a_shallow_clone_of_somebody_elses_with_no_branch_is_mended(tmp_path, monkeypatch, isolated):
    founded(tmp_path / "first")
    monkeypatch.chdir(tmp_path / "first")
    git("commit", "-q", "--allow-empty", "-m", "one more")
    git("clone", "-q", "--depth=1", f"file://{tmp_path}/first", "../clone")
    monkeypatch.chdir(tmp_path / "clone")
    git("switch", "-q", "--detach")
    (isolated / ".config/gmconfig/identity").unlink()
    before = found()
    assert {before[name].state for name in ("repository", "history", "hooks")} == {"warning"}
    assert before["repository"].hint == "git switch main"
    assert before["access"].state == "error"
    after = found(fix=True)
    assert after["repository"].fixed == "switched to main"
    assert "older history" in after["history"].fixed
    assert len(git("log", "--format=%h").split()) > 1
    assert stat.S_IMODE((isolated / ".config/gmconfig/identity").stat().st_mode) == 0o600
    assert after["access"].state == "error"  # whom to trust is a question
    subprocess.run(str(after["access"].hint).partition("then: ")[2], shell=True, check=True)
    stranger = found(fix=True)
    assert (stranger["access"].state, stranger["identity"].state) == ("ok", "warning")
    assert "gmconfig secret member add" in stranger["identity"].hint
    Path("access.yaml").write_text(Path("access.yaml").read_text().replace("roles: {}", "roles: {all: []}"))
    assert found()["access"].message == "access.yaml was changed without a signature"


def test_a_sparse_checkout_says_what_it_leaves_out_instead_of_checking_nothing(tmp_path, monkeypatch):
    founded(tmp_path / "first")
    monkeypatch.chdir(tmp_path / "first")
    git("clone", "-q", "--sparse", ".", "../sparse")
    monkeypatch.chdir(tmp_path / "sparse")
    left_out = found()["files"]
    assert (left_out.state, left_out.hint) == ("warning", "git sparse-checkout disable")
    with pytest.raises(NotFound, match="leaves every document out"):
        ConfigValidator().check()
    assert ConfigValidator().check(at="HEAD").files > 0
    with pytest.raises(NotFound) as refused:
        ConfigManager("production").get_config("settings")
    assert "sparse checkout" in str(refused.value.hint)
    git("sparse-checkout", "add", "config")
    assert ConfigManager("production").get_config("settings", "database.pool") == 40
    git("sparse-checkout", "disable")
    assert "files" not in found()


def test_a_shallow_clone_whose_remote_is_away_and_a_merge_are_left_to_their_owner(tmp_path, monkeypatch):
    make(tmp_path / "first")
    git("clone", "-q", "--depth=1", f"file://{tmp_path}/first", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    Path(".git/shallow").write_text(git("rev-parse", "HEAD"))
    git("remote", "set-url", "origin", "/nowhere")
    Path(".git/MERGE_HEAD").write_text(git("rev-parse", "HEAD"))
    left = found(fix=True)
    assert "git fetch --unshallow failed" in left["history"].message
    assert (left["repository"].state, "merge" in left["repository"].hint) == ("warning", True)


def test_a_hook_is_made_that_refuses_what_does_not_validate(trading_here):
    assert found()["hooks"].hint == "gmconfig doctor --fix"
    assert "validate --staged" in found(fix=True)["hooks"].fixed
    Path("config/settings.yaml").write_text("a: [\n")
    git("add", ".")
    done = subprocess.run(["git", "commit", "-m", "x"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "config/settings.yaml:" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("folder", "file", "text", "said"),
    [
        (
            "",
            ".git/hooks/pre-commit",
            "#!/bin/sh\nmake lint\n",
            "add to {here}/.git/hooks/pre-commit: gmconfig",
        ),
        ("", ".git/hooks/pre-commit", "# https://pre-commit.com\n", "gmconfig-validate"),
        ("", ".pre-commit-config.yaml", "- id: gmconfig-validate\n", "pre-commit install"),
        (".husky/_", ".husky/pre-commit", "npm test\n", "add to {here}/.husky/pre-commit: gmconfig validate"),
        ("ours", "ours/other", "", "add to {here}/ours/pre-commit: gmconfig validate"),
        ("ours", "ours/pre-commit", "gmconfig validate\n", "chmod +x {here}/ours/pre-commit"),
    ],
    ids=["by hand", "pre-commit", "pre-commit, not installed", "husky", "hooks path", "not executable"],
)
def test_hooks_of_another_tool_are_never_written_to(trading_here, folder, file, text, said):
    if folder:
        git("config", "core.hooksPath", folder)
    path = trading_here / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    left = found(fix=True)["hooks"]
    assert (left.state, path.read_text()) == ("warning", text)
    assert said.format(here=trading_here) in left.hint
    assert not left.fixed


def test_hooks_of_another_tool_that_call_gmconfig_are_enough(trading_here):
    hook = trading_here / ".husky" / "pre-commit"
    (hook.parent / "_").mkdir(parents=True)
    git("config", "core.hooksPath", ".husky/_")
    hook.write_text("npx lint && gmconfig validate --staged\n")
    assert found()["hooks"].state == "ok"


def test_the_lock_of_a_git_that_has_crashed_is_named(trading_here):
    lock = trading_here / ".git" / "index.lock"
    lock.touch()
    told = found(fix=True)["lock"]
    assert told.state == "warning" and lock.exists()
    subprocess.run(told.hint.removeprefix("if none is at work: "), shell=True, check=True)
    assert "lock" not in found()


def test_a_policy_that_is_not_trusted_is_one_trouble(tmp_path, monkeypatch, isolated):
    there = founded(tmp_path / "there")
    git("clone", "-q", str(there), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    assert [one.name for one in examine() if "does not trust its access policy" in one.message] == ["access"]


@pytest.fixture
def trading_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make(tmp_path / "repo")
    monkeypatch.chdir(folder)
    return folder
