"""Scratch folders: private, gone on every way out, and what a killed process left goes with the next one."""

import os
import stat
from pathlib import Path

from gmconfig.storage.scratch import scratch
from tests.faults.child import kill


def _killed_within(place: Path) -> None:
    child = os.fork()
    if child == 0:
        with scratch("tree", str(place)) as folder:
            Path(folder, "index").write_text("half")
            kill()
    os.waitpid(child, 0)


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
