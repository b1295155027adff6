"""What a git that was killed, or hangs, leaves behind: locks on refs, a call without an answer."""

import gc
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from gmconfig.errors import GitTrouble
from gmconfig.storage.git import Repository, refs, stale
from gmconfig.storage.git.configuring import configure
from gmconfig.storage.git.process import GitDied, complaint
from tests.storage.git.conftest import FILE, LINES, show

ROOT = Path(__file__).parents[3]
WRITER = """
import sys
from gmconfig.errors import GitTrouble
from gmconfig.storage.git import Repository, commit
from tests.storage.git.conftest import FILE, SetKey
commit(Repository.discover(sys.argv[1]), "", {FILE: SetKey("key1", "new")}, "set")
"""
GIT_THAT_DIES = '#!/bin/sh\ncase "$*" in *update-ref*) {script};; esac\nexec {git} "$@"\n'


@pytest.fixture
def dying(tmp_path: Path, monkeypatch):
    """A git in front of the real one, whose update-ref runs a script first."""

    def install(script: str) -> None:
        real = shutil.which("git")
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "git").write_text(GIT_THAT_DIES.format(script=script, git=real))
        (folder / "git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    return install


NAMED = "for word; do new=$old; old=$word; done; printf %s $new > .git/refs/heads/main.lock"
LOCKED = "for word; do new=$old; old=$word; done; echo $new > .git/refs/heads/main.lock; : > .git/HEAD.lock"


def test_a_git_killed_before_it_moved_the_branch_leaves_the_old_state(committed, dying, set_key):
    dying(f"{LOCKED}; kill -9 $$")
    with pytest.raises(GitDied, match="git update-ref was ended by a signal: killed"):
        set_key("key1", "new")
    assert (committed / FILE).read_text() == show(committed, f"HEAD:{FILE}") == LINES
    assert not list((committed / ".git").rglob("*.lock"))


def test_an_interruption_takes_its_gits_locks_away(committed, dying, set_key):
    """A terminal tells both of Ctrl-C; git may have no time to tidy up, and be half-way through a line."""
    dying(f"{NAMED}; kill -INT $PPID; exec sleep 60")
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        with pytest.raises(KeyboardInterrupt):
            set_key("key1", "new")
        gc.collect()  # where Python was still starting that git, nobody waits for it, nor closes its pipes
    assert (committed / FILE).read_text() == show(committed, f"HEAD:{FILE}") == LINES
    assert not list((committed / ".git").rglob("*.lock"))


def test_an_interruption_as_soon_as_the_index_is_locked_takes_the_lock_away(committed, set_key):
    lock = committed / ".git/index.lock"

    def pressed(frame, event, called):
        if event == "c_return" and called is os.link and lock.exists():
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(pressed)
    with pytest.raises(KeyboardInterrupt):
        set_key("key1", "new")
    assert sys.getprofile() is None
    assert (committed / FILE).read_text() == LINES
    assert not list((committed / ".git").rglob("*.lock"))


def test_a_git_killed_after_it_moved_the_branch_has_made_the_commit(committed, dying, set_key, git):
    dying('{git} "$@"; : > .git/HEAD.lock; kill -9 $$'.replace("{git}", shutil.which("git")))
    done = set_key("key1", "new")
    assert git("rev-parse", "HEAD") == done.commit
    assert git("log", "--format=%s") == "set a key\nfirst"
    assert git("status", "--porcelain") == ""
    assert not list((committed / ".git").rglob("*.lock"))


def test_a_git_that_could_not_note_what_it_did_has_made_the_commit(committed, dying, set_key, git):
    """Where the log of HEAD cannot be written, git moves the branch and ends with an error."""
    dying('{git} "$@"; exit 128'.replace("{git}", shutil.which("git")))
    done = set_key("key1", "new")
    assert git("rev-parse", "HEAD") == done.commit
    assert git("log", "--format=%s") == "set a key\nfirst"
    assert git("status", "--porcelain") == ""


def test_who_comes_after_a_kill_frees_the_branch(committed, dying, set_key, git, monkeypatch):
    dying(f"{LOCKED}; kill -9 $PPID $$")
    writer = subprocess.run([sys.executable, "-c", WRITER, str(committed)], cwd=ROOT, check=False)
    assert writer.returncode == -9
    assert (committed / ".git/HEAD.lock").exists()
    monkeypatch.setenv("PATH", os.environ["PATH"].partition(":")[2])
    set_key("key2", "new")
    assert git("log", "--format=%s") == "set a key\nfirst"
    assert git("show", "--format=", "--name-only", "HEAD") == FILE
    assert not list((committed / ".git").rglob("*.lock"))


def test_a_lock_that_a_dead_git_left_on_a_ref_of_ours_goes(committed, git, monkeypatch):
    monkeypatch.setattr(stale, "_OUTSTAYS_SECONDS", 0.1)
    repository = Repository.discover(str(committed))
    head = git("rev-parse", "HEAD")
    lock = committed / ".git/refs/gmconfig/holds/production.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    assert refs.swap(repository, "refs/gmconfig/holds/production", head, None)
    (committed / ".git/packed-refs.lock").touch()
    refs.drop(repository, {"refs/gmconfig/holds/production": head})
    assert refs.listed(repository, "refs/gmconfig") == {}
    assert not list((committed / ".git").rglob("*.lock"))


def test_a_lock_that_a_dead_git_left_on_the_configuration_goes(committed, git, monkeypatch):
    monkeypatch.setattr(stale, "_OUTSTAYS_SECONDS", 0.1)
    (committed / ".git/config.lock").touch()
    configure(Repository.discover(str(committed)), "gmconfig.pin", "known")
    assert git("config", "gmconfig.pin") == "known"


REFUSED = "cannot lock ref 'refs/heads/main': Unable to create '.git/refs/heads/main.lock': Permission denied"


def test_a_branch_that_may_not_be_written_is_not_tried_again_and_again(committed, dying, set_key):
    dying(f'echo "fatal: {REFUSED}" >&2; echo >> tried; exit 128')
    with pytest.raises(GitTrouble, match="Permission denied") as caught:
        set_key("key1", "new")
    assert caught.value.hint == "check the permissions of the folder .git"
    assert (committed / "tried").read_text() == "\n"
    assert (committed / FILE).read_text() == LINES


def test_a_remote_that_says_nothing_is_not_waited_for_without_end(committed, tmp_path: Path):
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec cat > /dev/null\n")
    silent.chmod(0o755)
    done = Repository.discover(str(committed)).attempt(
        "ls-remote", f"--upload-pack={silent}", "--", str(committed), seconds=1
    )
    assert done.returncode
    assert complaint(done.stderr) == "no answer within 1 s"
