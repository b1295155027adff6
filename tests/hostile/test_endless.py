"""Pipes, devices, folders and gigabytes of nothing where a file is expected: told at once, waited for by nobody."""

import os
import select
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gmconfig.errors import GmconfigError
from gmconfig.storage import MOST_BYTES
from gmconfig.storage.files import read_if_exists
from gmconfig.storage.given import read_given
from gmconfig.storage.snapshot import WorkingTree
from tests.cli.conftest import cli, sealed_trading, trading
from tests.waiting import until

__all__ = ["cli", "sealed_trading", "trading"]

NAMED = (
    "flag eval checkout --context @{}",
    "flag eval checkout --file {}",
    "flag import {} --dry-run",
    "flag simulate checkout --users {}",
    "deploy apply --plan {} --dry-run",
    "secret import --from dotenv {} --dry-run",
    "secret create fresh --file {} --dry-run",
    "validate {}",
    "validate --schema {} config/settings.yaml",
)
"""Where a user names a file."""


def things(folder: Path) -> dict[str, tuple[str, str]]:
    """Make everything that is not a file; gives each path with what is said of it."""
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    with (folder / "large").open("wb") as file:
        file.truncate(100 << 30)
    return {
        str(folder / "pipe"): ("it is a pipe that nobody writes to", "pipe or a device"),
        "/dev/zero": ("it is a device", "pipe or a device"),
        str(folder / "folder"): ("is a directory", "is a directory"),
        str(folder / "large"): ("it is larger than 32 MiB", "larger than 32 MiB"),
    }


def test_what_has_no_end_is_not_read(tmp_path: Path):
    for path, (given, stored) in things(tmp_path).items():
        with pytest.raises(OSError) as told:
            read_given(path)
        assert given.lower() in (told.value.strerror or "").lower()
        with pytest.raises(GmconfigError, match=stored):
            read_if_exists(path)


def test_what_a_pipe_or_a_device_holds_is_read(tmp_path: Path):
    assert read_given("/dev/null") == b""
    reader, writer = os.pipe()
    os.write(writer, b"early ")
    late = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdout.write('late ' * 99_999)"], stdout=writer
    )
    os.close(writer)
    assert read_given(f"/dev/fd/{reader}") == b"early " + b"late " * 99_999
    assert read_given(f"/proc/self/fd/{reader}") == b""
    assert late.wait() == 0
    os.mkfifo(tmp_path / "pipe")
    writer = os.open(tmp_path / "pipe", os.O_RDWR)  # it is open before anybody looks
    os.write(writer, b"here\n")

    def hang_up_once_it_is_read() -> None:
        until(lambda: not select.select([writer], [], [], 0)[0])
        os.close(writer)

    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(hang_up_once_it_is_read)
        assert read_given(tmp_path / "pipe") == b"here\n"
        ended.result()


def test_a_command_that_is_given_one_says_so(cli, sealed_trading: Path, tmp_path: Path):
    for path in things(tmp_path):
        for line in NAMED:
            answer = cli(*line.replace("{}", path).split())
            assert answer.code in (2, 3, 4), (line, answer)
            assert "error: " in answer.err, (line, answer)


def test_one_that_stands_in_the_repository_is_said_to_be_none(cli, trading: Path, tmp_path: Path):
    there = trading / "config/settings.yaml"
    for path in things(tmp_path):
        there.unlink()
        Path(path).rename(there) if path.startswith(str(tmp_path)) else there.symlink_to(path)
        for line in (
            "config get settings database.pool",
            "validate",
            "config set settings a 1 --dry-run",
            "flag list",
        ):
            answer = cli(*line.split())
            assert answer.code in (0, 1, 3, 4), (line, answer)
        there.rmdir() if there.is_dir() else None
        there.write_text("") if not there.exists() else None
    with (trading / "flags/flags.yaml").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(GmconfigError, match="larger than 32 MiB"):
        WorkingTree(str(trading)).read("flags/flags.yaml")


def test_an_identity_that_has_no_end_is_none(cli, sealed_trading: Path, tmp_path: Path, monkeypatch):
    for path in things(tmp_path):
        monkeypatch.setenv("GMCONFIG_IDENTITY_FILE", path)
        answer = cli("secret", "get", "db_password")
        assert answer.code in (3, 4), answer
        assert "cannot be read" in answer.err, answer
