"""A full disk or a read-only repository: a clean error, and everything as it was."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gmconfig.errors import GmconfigError
from gmconfig.storage.git import Repository, commit, write_working
from gmconfig.storage.git.process import failed
from gmconfig.storage.git.refs import flat_tree
from tests.storage.git.conftest import FILE, LINES, SetKey, with_keys


@pytest.fixture
def mounted(tmp_path: Path, committed: Path, request):
    """A copy of the repository on a small file system of its own; `remount` changes it."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this needs the right to mount a file system")
    request.addfinalizer(lambda: subprocess.run(["umount", "-l", str(folder)], check=False))
    shutil.copytree(committed, folder / "repo", ignore=shutil.ignore_patterns("hooks"))
    return folder / "repo"


def fill(folder: Path, leave: int) -> None:
    """Use up the disk except for some bytes."""
    blob = folder / "ballast"
    with open(blob, "wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(b"x" * 4096)
    os.truncate(blob, max(0, blob.stat().st_size - leave))


def changes(folder: Path) -> str:
    command = ["git", "status", "--porcelain"]
    return subprocess.check_output(
        command, cwd=folder, text=True, env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    )


@pytest.mark.parametrize("leave", [0, 4096, 12288, 20480, 28672, 36864, 45056, 57344])
def test_a_full_disk_leaves_everything_as_it_was(mounted: Path, leave: int):
    fill(mounted.parent, leave)
    repository = Repository.discover(str(mounted))
    before = repository.head()
    try:
        commit(repository, "", {FILE: SetKey("key1", "new"), "sub/new.yaml": SetKey("a", "1")}, "m")
    except GmconfigError:
        assert repository.head() == before
        assert (mounted / FILE).read_text() == LINES
        assert changes(mounted) == ""
    else:
        assert (mounted / FILE).read_text() == with_keys(key1="new")
    assert not (mounted / ".git/index.lock").exists()
    (mounted.parent / "ballast").unlink()
    commit(Repository.discover(str(mounted)), "", {FILE: SetKey("key2", "new")}, "m")


def test_a_full_disk_is_said_with_what_to_do(mounted: Path):
    fill(mounted.parent, 0)
    with pytest.raises(GmconfigError, match="no space left") as trouble:
        write_working(str(mounted), {FILE: SetKey("key1", "new")})
    assert "make room" in trouble.value.hint
    assert trouble.value.exit_code == 3


def test_a_read_only_repository_is_said(mounted: Path):
    subprocess.run(["mount", "-o", "remount,ro", str(mounted.parent)], check=True)
    for call in (
        lambda: commit(Repository.discover(str(mounted)), "", {FILE: SetKey("key1", "new")}, "m"),
        lambda: write_working(str(mounted), {FILE: SetKey("key1", "new")}),
    ):
        with pytest.raises(GmconfigError, match="read-only") as trouble:
            call()
        assert trouble.value.exit_code == 3
    assert Repository.discover(str(mounted)).snapshot("", "HEAD").read(FILE) == LINES.encode()


def test_a_tree_that_cannot_be_written_is_not_taken_for_one(committed: Path):
    """`git mktree` names it and ends as if all were well."""
    repository = Repository.discover(str(committed))
    tree = flat_tree(repository, {"a": b"1"})
    folder = committed / ".git/objects" / tree[:2]
    shutil.rmtree(folder)
    folder.write_text("no folder")
    with pytest.raises(GmconfigError, match="mktree failed") as told:
        flat_tree(repository, {"a": b"1"})
    assert "the room on the disk" in told.value.hint


@pytest.mark.parametrize(
    ("said", "helps"),
    [
        ("fatal: sha1 file '.git/x.lock' write error. Out of diskspace", "make room on the disk"),
        ("fatal: update_ref failed for ref 'x': couldn't write '.git/x.lock'", "the room on the disk"),
        ("fatal: unable to write loose object file: No space left on device", "make room on the disk"),
        ("error: unable to create temporary file: Disk quota exceeded", "make room within your quota"),
        ("error: unable to create temporary file: Read-only file system", "mounted read-only"),
        (
            "error: unable to write file .git/objects/c7/54: Permission denied",
            "permissions of the folder .git",
        ),
        ("error: failed to write new configuration file .git/config.lock", "the room on the disk"),
        (
            "git@a.org: Permission denied (publickey).\nfatal: Could not read from remote repository.",
            "check the key",
        ),
    ],
)
def test_what_git_says_of_the_disk_comes_with_what_helps(said: str, helps: str):
    trouble = failed(("write-tree",), said.encode(), "/repo")
    assert helps in (trouble.hint or "")
    assert trouble.message.startswith("git write-tree failed: ")
    assert "Could not read" not in trouble.message
