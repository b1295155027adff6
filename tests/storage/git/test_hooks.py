"""The user's hooks see the commit, may change it, and may refuse it."""

import sys
from pathlib import Path

import pytest

from gmconfig.errors import Refused
from tests.storage.git.conftest import FILE, LINES, show, with_keys


@pytest.fixture
def hook(committed: Path):
    """Install a shell script as a hook."""

    def install(name: str, script: str, folder: str = ".git/hooks") -> None:
        path = committed / folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)

    return install


def test_pre_commit_sees_exactly_the_commit(committed: Path, git, set_key, hook):
    hook(
        "pre-commit", "git diff --cached > seen; git show :settings.yaml > index; cat settings.yaml > working"
    )
    (committed / FILE).write_text(with_keys(key1="staged"))
    git("add", FILE)
    (committed / FILE).write_text(with_keys(key1="staged", key18="unstaged"))
    set_key("key10", "new")
    changed = [
        line for line in (committed / "seen").read_text().splitlines() if line[0] in "+-" and line[1] == "k"
    ]
    assert changed == ["-key10: old", "+key10: new"]
    assert (committed / "index").read_text() == with_keys(key10="new")
    assert (committed / "working").read_text() == with_keys(key1="staged", key10="new", key18="unstaged")


def test_a_hook_that_fails_refuses_and_leaves_nothing(committed: Path, git, set_key, hook):
    hook("pre-commit", "echo 'no \033[31mway\033[0m' >&2; exit 7")
    (committed / FILE).write_text(with_keys(key18="unstaged"))
    with pytest.raises(Refused, match="the hook pre-commit refused the commit:\nno way"):
        set_key("key10", "new")
    with pytest.raises(Refused):
        set_key("a", "1", file="new/folder/x.yaml")
    assert (committed / FILE).read_text() == with_keys(key18="unstaged")
    assert not (committed / "new").exists()
    assert git("status", "--porcelain") == f" M {FILE}"
    assert not (committed / ".git/index.lock").exists()


def test_a_failing_hook_that_reformats_keeps_its_other_changes(committed: Path, set_key, hook):
    hook("pre-commit", "sed -i 's/key19: old/key19: formatted/' settings.yaml; exit 1")
    with pytest.raises(Refused):
        set_key("key1", "new")
    assert (committed / FILE).read_text() == with_keys(key19="formatted")


def test_what_a_hook_adds_is_in_the_commit_and_the_index(committed: Path, git, set_key, hook):
    hook(
        "pre-commit",
        "sed -i 's/key19: old/key19: formatted/' settings.yaml; echo x > made; git add settings.yaml made",
    )
    set_key("key1", "new")
    assert show(committed, f"HEAD:{FILE}") == with_keys(key1="new", key19="formatted")
    assert show(committed, "HEAD:made") == "x\n"
    assert git("status", "--porcelain") == ""


def test_what_a_hook_adds_joins_the_users_staged_lines(committed: Path, git, set_key, hook):
    hook(
        "pre-commit",
        "git show :settings.yaml | sed 's/key19: old/key19: formatted/' > t;"
        "git update-index --cacheinfo 100644,$(git hash-object -w t),settings.yaml; rm t",
    )
    (committed / FILE).write_text(with_keys(key1="staged"))
    git("add", FILE)
    set_key("key10", "new")
    assert show(committed, f"HEAD:{FILE}") == with_keys(key10="new", key19="formatted")
    assert show(committed, f":{FILE}") == with_keys(key1="staged", key10="new", key19="formatted")


def test_message_hooks_may_change_the_message(committed: Path, git, set_key, hook):
    hook("prepare-commit-msg", 'test "$2" = message && echo "prepared" >> "$1"')
    hook("commit-msg", 'grep -q prepared "$1" && echo "Signed: yes" >> "$1"')
    set_key("key1", "new", message="subject")
    assert git("log", "-1", "--format=%B") == "subject\nprepared\nSigned: yes"


def test_a_message_may_be_refused_or_emptied(committed: Path, git, set_key, hook):
    hook("commit-msg", "exit 1")
    with pytest.raises(Refused, match="commit-msg"):
        set_key("key1", "new")
    hook("commit-msg", ': > "$1"')
    with pytest.raises(Refused, match="without a message"):
        set_key("key1", "new")
    assert git("rev-list", "--count", "HEAD") == "1"
    assert (committed / FILE).read_text() == LINES


def test_post_commit_runs_after_everything(committed: Path, git, set_key, hook):
    hook(
        "post-commit",
        "git log -1 --format=%s > after; git status --porcelain --untracked-files=no >> after; exit 1",
    )
    set_key("key1", "new", message="done")
    assert (committed / "after").read_text() == "done\n"


def test_hooks_path_is_honoured(committed: Path, git, set_key, hook):
    hook("pre-commit", "exit 1", "ours")
    git("config", "core.hooksPath", "ours")
    with pytest.raises(Refused):
        set_key("key1", "new")


def test_a_hook_may_read_through_gmconfig(committed: Path, set_key, hook):
    script = (
        "from gmconfig.storage.git import Repository; from gmconfig.storage.snapshot import WorkingTree;"
        "r = Repository.discover('.'); print(r.snapshot('', None).read('settings.yaml').decode(), end='')"
    )
    hook("pre-commit", f'{sys.executable} -c "{script}" > seen')
    set_key("key1", "new")
    assert (committed / "seen").read_text() == with_keys(key1="new")


def test_the_real_pre_commit_keeps_unstaged_lines(committed: Path, git, set_key):
    (committed / ".pre-commit-config.yaml").write_text(
        "repos:\n- repo: local\n  hooks:\n  - {id: show, name: show, language: system, files: yaml$,"
        " entry: sh -c 'cat settings.yaml > .git/seen'}\n"
    )
    git("add", "-A")
    git("commit", "-qm", "hooks")
    git("config", "--unset-all", "core.hooksPath", check=False)
    import subprocess

    subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"], cwd=committed, check=True, capture_output=True
    )
    (committed / FILE).write_text(with_keys(key1="staged"))
    git("add", FILE)
    (committed / FILE).write_text(with_keys(key1="staged", key18="unstaged"))
    set_key("key10", "new")
    assert (committed / ".git/seen").read_text() == with_keys(key10="new")
    assert show(committed, f":{FILE}") == with_keys(key1="staged", key10="new")
    assert (committed / FILE).read_text() == with_keys(key1="staged", key18="unstaged", key10="new")


def test_a_user_who_commits_everything_meanwhile_keeps_it(committed: Path, git, set_key, hook):
    """Our new line is in the working tree while hooks run: what `git commit -a` takes along is theirs."""
    hook(
        "pre-commit",
        "unset GIT_INDEX_FILE; test -e .git/once || { touch .git/once; git commit -anqm theirs; }",
    )
    (committed / FILE).write_text(with_keys(key18="mine"))
    assert set_key("key1", "new").commit is None
    assert git("log", "--format=%s") == "theirs\nfirst"
    assert git("status", "--porcelain") == ""
    assert (committed / FILE).read_text() == with_keys(key1="new", key18="mine")


def test_starts_over_when_the_branch_moved_during_a_hook(committed: Path, git, set_key, hook):
    hook(
        "pre-commit",
        "unset GIT_INDEX_FILE; echo run >> .git/runs;"
        "test -e .git/once || { touch .git/once; git commit --allow-empty -nqm theirs; }",
    )
    set_key("key1", "new", message="ours")
    assert git("log", "--format=%s") == "ours\ntheirs\nfirst"
    assert (committed / ".git/runs").read_text() == "run\nrun\n"
    assert git("status", "--porcelain") == ""
