"""Files are old or new, private where they must be, and never outside their root."""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gmconfig.errors import GmconfigError, Refused
from gmconfig.storage.files import TEMPORARY, locate, write_atomic, write_private
from gmconfig.storage.replacement import Changed, Replacement, undo_recorded


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_new_file_gets_its_folders_and_the_umasks_mode(tmp_path: Path):
    old = os.umask(0o027)
    write_atomic(str(tmp_path / "a/b/c"), b"x")
    os.umask(old)
    assert (tmp_path / "a/b/c").stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["a/b/c"]


def test_an_old_file_keeps_its_mode_and_owner(tmp_path: Path):
    path = tmp_path / "x"
    path.write_text("old")
    path.chmod(0o751)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    before = path.stat()
    write_atomic(str(path), b"new")
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert path.read_bytes() == b"new"


def test_a_private_file_is_private_from_its_first_moment(tmp_path: Path, monkeypatch):
    os.umask(0)
    modes = []

    def renamed(old: str, new: str) -> None:
        modes.append(os.stat(old).st_mode & 0o777)
        os.rename(old, new)

    monkeypatch.setattr(os, "replace", renamed)
    write_private(str(tmp_path / "x"), b"secret")
    assert modes == [0o600]
    (tmp_path / "y").write_text("readable")
    write_private(str(tmp_path / "y"), b"secret")
    assert (tmp_path / "y").stat().st_mode & 0o777 == 0o600
    os.umask(0o022)


def test_what_a_dead_writer_left_is_removed_and_a_living_ones_is_not(tmp_path: Path):
    dead = tmp_path / f"x.123{TEMPORARY}"
    dead.write_text("half")
    other = tmp_path / f"y.123{TEMPORARY}"
    other.write_text("somebody else's")
    write_atomic(str(tmp_path / "x"), b"new")
    assert names(tmp_path) == ["x", other.name]


def test_a_limit_on_file_sizes_is_a_clean_error(tmp_path: Path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    (tmp_path / "x").write_text("old")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(GmconfigError, match="file too large") as trouble:
            write_atomic(str(tmp_path / "x"), b"x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "ulimit" in trouble.value.hint
    assert names(tmp_path) == ["x"]
    assert (tmp_path / "x").read_text() == "old"


def test_locate_follows_links_inside_only(tmp_path: Path):
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (root / "inside").symlink_to("folder")
    (root / "outside").symlink_to("..")
    (root / "twin").symlink_to("../root-twin")
    assert locate(str(root), "inside/new.yaml") == str(root / "folder/new.yaml")
    for path in ("outside/x", "twin/x", "../x", "/x", "", "a/../../x", "a\0b"):
        with pytest.raises(Refused):
            locate(str(root), path)


def replacement(tmp_path: Path) -> Replacement:
    (tmp_path / "gone").write_text("gone")
    (tmp_path / "kept").write_text("old")
    paths = [str(tmp_path / name) for name in ("gone", "kept", "sub/new")]
    old = dict(zip(paths, (b"gone", b"old", None), strict=True))
    return Replacement(str(tmp_path / ".record"), old, dict(zip(paths, (None, b"new", b"new"), strict=True)))


def test_several_files_change_together_and_back(tmp_path: Path):
    files = replacement(tmp_path)
    inode = (tmp_path / "kept").stat().st_ino
    files.prepare()
    files.place()
    assert (tmp_path / "kept").read_text() == (tmp_path / "sub/new").read_text() == "new"
    assert not (tmp_path / "gone").exists()
    files.undo()
    assert names(tmp_path) == ["gone", "kept"]
    assert (tmp_path / "kept").read_text() == "old"
    assert (tmp_path / "kept").stat().st_ino == inode
    assert not (tmp_path / "sub").exists()


def test_a_record_undoes_what_a_dead_process_did(tmp_path: Path):
    files = replacement(tmp_path)
    files.prepare()
    files.place()
    undo_recorded(str(tmp_path / ".record"))
    assert names(tmp_path) == ["gone", "kept"]


def test_a_file_that_changed_meanwhile_stops_it(tmp_path: Path):
    files = replacement(tmp_path)
    files.prepare()
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(Changed):
        files.place()
    files.undo()
    assert (tmp_path / "kept").read_text() == "mine"
    assert names(tmp_path) == ["gone", "kept"]


def test_a_folder_that_cannot_be_written(tmp_path: Path):
    program = (
        "import os, sys, fcntl; from gmconfig.errors import GmconfigError\n"
        "from gmconfig.storage.files import write_atomic\n"
        "os.setuid(65534)\n"
        "try: write_atomic(sys.argv[1], b'x')\n"
        "except GmconfigError as error: print(error.message); print(error.hint)"
    )
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    folder = Path(tempfile.mkdtemp(dir="/tmp"))  # the test's own is nobody else's to reach
    folder.chmod(0o755)
    try:
        out = subprocess.check_output([sys.executable, "-c", program, str(folder / "x")], text=True)
    finally:
        folder.rmdir()
    assert out.startswith(f'"{folder}/x": permission denied\ncheck the permissions: ls -ld')
