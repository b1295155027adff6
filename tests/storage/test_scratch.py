"""Scratch folders: private, gone on every way out, and what a killed process left goes with the next one."""

import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from gmconfig.storage.files import TEMPORARY
from gmconfig.storage.git import Repository
from gmconfig.storage.memory import memory_folder
from gmconfig.storage.scratch import scratch, sweep
from tests.faults.child import counting, kill
from tests.forked import in_a_child
from tests.waiting import until


def _killed_within(place: Path) -> None:
    def half() -> None:
        with scratch("tree", str(place)) as folder:
            Path(folder, "index").write_text("half")
            kill()

    assert in_a_child(half) == -signal.SIGKILL


def test_it_is_private_and_gone_afterwards(tmp_path: Path):
    with scratch("tree", str(tmp_path)) as folder:
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        Path(folder, "index").write_text("x")
    assert not list(tmp_path.iterdir())


def test_the_next_one_removes_what_the_dead_left_and_nothing_else(tmp_path: Path):
    with scratch("tree", str(tmp_path)) as mine:
        _killed_within(tmp_path)
        (tmp_path / "gmconfig-scratch-tree-somebody's").symlink_to(mine)
        assert len(list(tmp_path.iterdir())) == 3
        with scratch("blobs", str(tmp_path)) as other:
            assert sorted(map(str, tmp_path.iterdir())) == sorted(
                [mine, other, str(tmp_path / "gmconfig-scratch-tree-somebody's")]
            )


def test_wherever_its_maker_dies_the_next_one_removes_it(tmp_path: Path):
    at, code = 0, -signal.SIGKILL

    def made() -> None:
        with Path(tmp_path, "count").open("wb") as count:
            counting(at, kill, count.fileno())
            with scratch("tree", str(tmp_path)) as folder:
                os.mkdir(os.path.join(folder, "below"))
            os._exit(0)

    while code:
        at += 1
        code = in_a_child(made)
        assert code in (0, -signal.SIGKILL)
        with scratch("blobs", str(tmp_path)) as mine:
            assert sorted(os.listdir(tmp_path)) == sorted(["count", os.path.basename(mine)])
    assert at > 4


def test_whoever_makes_one_while_others_sweep_gets_one_that_stays(tmp_path: Path):
    swept: list[str] = []

    def sweeping(event: str, arguments: tuple[object, ...]) -> None:
        if event == "fcntl.flock" and not swept and os.listdir(tmp_path):
            swept.extend(os.listdir(tmp_path))
            sweep(str(tmp_path), swept)

    def one_that_stays() -> int:
        sys.addaudithook(sweeping)
        with scratch("tree", str(tmp_path)) as folder:
            return 0 if swept and os.path.basename(folder) not in swept and os.path.isdir(folder) else 1

    assert in_a_child(one_that_stays) == 0


def test_whoever_looks_for_a_repository_clears_its_own_folder(repo: Path):
    own = repo / ".git/gmconfig"
    own.mkdir()
    _killed_within(own)
    (own / f"secret-heads.json.123{TEMPORARY}").write_text("half")
    (own / "lock").touch()
    Repository.discover(str(repo))
    assert [one.name for one in own.iterdir()] == ["lock"]


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no memory-backed storage")
def test_plaintext_in_memory_goes_with_the_next_where_its_cleaner_died_too(monkeypatch: pytest.MonkeyPatch):
    with scratch("runtime", "/dev/shm") as place:
        monkeypatch.setenv("XDG_RUNTIME_DIR", place)

        def killed() -> None:
            with memory_folder("") as folder:
                folder.write("new", b"secret")
                [cleaner] = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
                os.kill(int(cleaner), signal.SIGKILL)
                os.waitpid(int(cleaner), 0)
                kill()

        assert in_a_child(killed) == -signal.SIGKILL
        assert len(os.listdir(place)) == 1
        until(lambda: _is_the_only_one(place))  # the cleaner's own child still dies, with the folder in hand
        assert not os.listdir(place)


def _is_the_only_one(place: str) -> bool:
    with memory_folder("") as folder:
        return os.listdir(place) == [os.path.basename(folder.path)]
