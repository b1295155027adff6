"""The cache never lies, and the state folder is private."""

import os
import subprocess
from pathlib import Path

import pytest

from gmconfig.errors import GmconfigError
from gmconfig.storage.cache import Cache
from gmconfig.storage.state import state_folder, state_home
from gmconfig.storage.yaml.scalars import Tagged

VALUE = {"a": [1, 2.5, True, None, "ü"], "b": (b"x",)}


def test_gives_back_what_was_stored(tmp_path: Path):
    cache = Cache(str(tmp_path / "gmconfig"))
    assert cache.load("verdicts") is None
    assert cache.modified_ns("verdicts") == 0
    assert cache.store("verdicts", VALUE)
    assert cache.load("verdicts") == VALUE
    assert cache.modified_ns("verdicts") > 0
    assert [path.name for path in (tmp_path / "gmconfig").iterdir()] == ["verdicts.cache"]


def test_what_it_cannot_hold_is_not_kept(tmp_path: Path):
    cache = Cache(str(tmp_path))
    assert not cache.store("x", {"message": Tagged("told", "!own")})
    assert cache.load("x") is None


@pytest.mark.parametrize("damage", ["cut", "flipped", "alien", "empty", "longer"])
def test_a_damaged_file_counts_as_none(tmp_path: Path, damage: str):
    cache = Cache(str(tmp_path))
    cache.store("x", VALUE)
    path = tmp_path / "x.cache"
    whole = path.read_bytes()
    path.write_bytes(
        {
            "cut": whole[:-1],
            "flipped": whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:],
            "alien": b"\x89PNG" + whole,
            "empty": b"",
            "longer": whole + b"x",
        }[damage]
    )
    assert cache.load("x") is None
    assert cache.store("x", VALUE)
    assert cache.load("x") == VALUE


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_somebody_elses_file_counts_as_none(tmp_path: Path):
    cache = Cache(str(tmp_path))
    cache.store("x", VALUE)
    os.chown(tmp_path / "x.cache", 65534, 65534)
    assert cache.load("x") is None


def test_the_oldest_go_when_it_is_full(tmp_path: Path):
    cache = Cache(str(tmp_path), most_bytes=2500)
    for number in range(3):
        cache.store(str(number), b"x" * 1000)
        os.utime(tmp_path / f"{number}.cache", ns=(number, number))
    cache.store("3", b"x" * 1000)
    assert [cache.load(str(number)) is not None for number in range(4)] == [False, False, True, True]
    cache.store("big", b"x" * 10_000)
    assert list(tmp_path.iterdir()) == []


def test_many_values_do_not_look_at_the_whole_folder_each(tmp_path: Path, monkeypatch):
    looks = []
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder: (looks.append(folder), real(folder))[1])
    cache = Cache(str(tmp_path / "cache"), most_bytes=64_000)
    for number in range(300):
        cache.store(f"n{number}", b"x" * 1_000)
    assert len(looks) < 100
    kept = [number for number in range(300) if cache.load(f"n{number}")]
    assert 299 in kept and 50 <= len(kept) <= 70


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    assert not Cache(str(tmp_path / "file/folder")).store("x", VALUE)


def test_state_lies_where_xdg_says_and_is_private(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = state_folder("/srv/trading/.git")
    assert folder.startswith(str(tmp_path / "state/gmconfig/trading-"))
    assert os.stat(folder).st_mode & 0o777 == 0o700
    assert state_folder("/srv/trading/.git") == folder
    assert state_folder("/other/trading/.git") != folder


def test_a_relative_state_home_counts_as_unset(isolated: Path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_home() == str(isolated / ".local/state")


def test_without_home_the_password_database_knows(monkeypatch):
    monkeypatch.delenv("HOME")
    assert os.path.isabs(state_home())


def test_without_any_home_it_says_what_to_set(monkeypatch):
    monkeypatch.setenv("HOME", "relative")
    with pytest.raises(GmconfigError, match="no home") as trouble:
        state_home()
    assert "XDG_STATE_HOME" in trouble.value.hint


def test_what_a_killed_writer_left_is_swept_by_the_next_one(tmp_path: Path):
    gone = subprocess.Popen(["true"])
    gone.wait()
    for writer in (gone.pid, os.getppid()):
        (tmp_path / f"x.cache.{writer}.tmp").write_bytes(b"half")
    assert Cache(str(tmp_path)).store("y", VALUE)
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"x.cache.{os.getppid()}.tmp", "y.cache"]
