"""A backup that is not whole is found out, whatever happened to it."""

import errno
import io
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gmconfig.__main__ import main
from gmconfig.api.backup.restoring import restore_elsewhere
from gmconfig.backup import manifest, sealing
from gmconfig.backup.destination import open_destination
from gmconfig.backup.stream import Hashing
from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.secret.access.policy import Member
from gmconfig.secret.keyring import identity
from tests.backup.conftest import backups
from tests.deploy.fleet import Fleet
from tests.forked import in_a_child


@pytest.fixture
def one(sealed: Path, store: Path, back_up) -> tuple[Path, str]:
    """A sealed backup with a piece of each kind."""
    (sealed / "config" / "new.yaml").write_text("a: 1\n")
    return store, back_up(sealed, uncommitted=True)


def is_good(store: Path, name: str) -> bool:
    return all(checked.is_good for checked in backups(None, store).verify([name], read_data=True))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_byte_flipped_anywhere_is_found(one, data):
    store, name = one
    parts = sorted([*store.glob("objects/*"), *store.glob("backups/*")])
    assert len(parts) == 6
    file = data.draw(st.sampled_from(parts))
    raw = file.read_bytes()
    place = data.draw(st.integers(0, len(raw) - 1))
    flipped = raw[place] ^ data.draw(st.integers(1, 255))
    file.write_bytes(raw[:place] + bytes([flipped]) + raw[place + 1 :])
    assert not is_good(store, name)
    file.write_bytes(raw)
    assert is_good(store, name)


def test_every_byte_of_the_manifest_counts(one):
    store, name = one
    [file] = store.glob("backups/*")
    raw = file.read_bytes()
    for place in range(len(raw)):
        with pytest.raises(BrokenConfiguration):
            manifest.of_bytes(raw[:place] + bytes([raw[place] ^ 0x20]) + raw[place + 1 :], name)
    assert manifest.of_bytes(raw, name).id == name


def test_a_missing_or_truncated_piece_needs_no_reading_to_be_found(one):
    store, name = one
    found = sorted(store.glob("objects/*"))
    assert [file.name.partition("-")[0] for file in found] == [
        "bundle",
        "contents",
        "journal",
        "live",
        "uncommitted",
    ]
    for file in found:
        raw = file.read_bytes()
        for left in (raw[:-1], raw[: len(raw) // 2], b"", None):
            file.unlink() if left is None else file.write_bytes(left)
            [checked] = backups(None, store).verify([name])
            assert not checked.is_good
        file.write_bytes(raw)


def test_a_truncated_upload_never_counts(fleet: Fleet, store: Path, back_up):
    name = back_up(fleet.root)
    [file] = store.glob("backups/*")
    raw = file.read_bytes()
    for length in (0, 1, len(raw) // 2, len(raw) - 1):
        file.write_bytes(raw[:length])
        assert open_destination(str(store)).good() == []
    file.unlink()
    assert open_destination(str(store)).all() == []
    assert fleet.run("backup", "restore", name, "--from", str(store), "--to", "x").returncode == 3


def test_a_damaged_backup_is_not_restored(one, tmp_path: Path):
    store, name = one
    [file] = store.glob("objects/bundle-*")
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    with pytest.raises(BrokenConfiguration, match="damaged"):
        restore_elsewhere(backups(None, store), name, str(tmp_path / "back"))
    assert not list(tmp_path.glob("back*"))


def test_what_verify_found_is_remembered(one):
    store, name = one
    assert is_good(store, name)
    destination = open_destination(str(store))
    assert destination.all()[0].verified
    [file] = store.glob("objects/live-*")
    file.write_bytes(b"x" * file.stat().st_size)
    assert not is_good(store, name)
    found = destination.all()[0]
    assert found.verified is None
    assert found.problem


def test_a_backup_that_was_moved_under_another_id_is_none(fleet: Fleet, store: Path, back_up):
    back_up(fleet.root)
    [file] = store.glob("backups/*")
    file.rename(store / "backups" / "20990101-000000-abcdef.json")
    assert open_destination(str(store)).good() == []


def test_a_manifest_that_would_only_be_noticed_later_is_damaged(fleet: Fleet, store: Path, back_up):
    from dataclasses import replace

    made = open_destination(str(store)).find(back_up(fleet.root))
    names = ("../../x", "a/b", "..", "")
    elsewhere = [{"pieces": (replace(made.pieces[0], name=name),)} for name in names]
    elsewhere += [
        {"pieces": (replace(made.pieces[0], **one),)} for one in ({"size": "1"}, {"holds": "--all"})
    ]
    for change in (*elsewhere, {"retention_days": 10**12}, {"time": "soon"}, {"tags": (1,)}, {"user": None}):
        hostile = manifest.as_bytes(replace(made, **change))
        (store / "backups" / f"{made.id}.json").write_bytes(hostile)
        assert open_destination(str(store)).good() == [], change


def test_killed_at_every_step_there_is_no_backup_or_a_whole_one(fleet: Fleet, store: Path, monkeypatch):
    """`kill -9` before each file below the destination gets its name or loses it."""
    monkeypatch.chdir(fleet.root)
    main(["backup", "create", "--to", str(store / "warm")])
    seen, step = set(), 0
    while not _died_at(step, store / "cold"):
        found = [checked.is_good for checked in backups(None, store / "cold").verify(read_data=True)]
        assert all(found)
        seen.add(len(found))
        step += 1
    assert step > 4
    pruned = backups(fleet.root, store / "cold").prune()
    assert pruned.pieces > 3  # what the dead left is swept
    assert list(backups(None, store / "cold").verify(read_data=True))[-1].is_good
    assert not list((store / "cold").rglob("*.gmconfig-tmp"))


def _died_at(step: int, store: Path) -> bool:
    """Make a backup in a process that dies at a step; whether it lived to its end."""
    left = [step]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event in ("os.rename", "os.remove") and str(store) in str(arguments[0]):
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

    def backed_up() -> int:
        sys.addaudithook(watch)
        return main(["-q", "backup", "create", "--to", str(store)])

    code = in_a_child(backed_up)
    assert code in (0, -signal.SIGKILL)
    return code == 0


def test_two_at_the_same_time_are_two_whole_ones(fleet: Fleet, store: Path):
    import subprocess

    command = [sys.executable, "-m", "gmconfig", "backup", "create", "--to", str(store)]
    both = [subprocess.Popen(command, cwd=fleet.root, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert [one.is_good for one in backups(None, store).verify(read_data=True)] == [True, True]
    assert not list(store.glob("locks/*"))


def test_pieces_that_a_damaged_manifest_may_name_stay(fleet: Fleet, store: Path, back_up):
    from gmconfig.backup.retention import Rules

    damaged = back_up(fleet.root)
    fleet.change(20)
    back_up(fleet.root)
    (store / "backups" / f"{damaged}.json").write_text("{")
    before = sorted((store / "objects").iterdir())
    assert backups(fleet.root, store).prune(Rules(last=1)).damaged == (damaged,)
    assert sorted((store / "objects").iterdir()) == before


def test_nothing_is_removed_while_somebody_adds(fleet: Fleet, store: Path, back_up):
    from gmconfig.backup.retention import Rules
    from gmconfig.errors import Locked

    back_up(fleet.root)
    destination = open_destination(str(store))
    with destination.at_work(), pytest.raises(Locked):
        backups(fleet.root, store).prune(Rules(last=1))
    with destination.in_use(), pytest.raises(Locked):
        backups(fleet.root, store).prune(Rules(last=1))
    with destination.at_work(alone=True):
        with pytest.raises(Locked):
            back_up(fleet.root)
        with pytest.raises(Locked):
            restore_elsewhere(backups(None, store), "latest", str(store.parent / "back"))
    backups(fleet.root, store).prune(Rules(last=1))


def test_where_nothing_can_be_written_it_is_read_all_the_same(
    fleet: Fleet, store: Path, back_up, tmp_path: Path
):
    name = back_up(fleet.root)
    shutil.rmtree(store / "locks")
    for folder in ("locks", "verified"):
        (store / folder).write_text("as good as read-only, for root too")
    assert is_good(store, name)
    restore_elsewhere(backups(None, store), name, str(tmp_path / "back"))


def test_what_fails_late_leaves_nothing_behind(fleet: Fleet, store: Path, back_up):
    first = back_up(fleet.root)
    left = sorted(store.glob("objects/*"))
    fleet.change(20)
    shutil.rmtree(store / "backups")
    (store / "backups").write_text("in the way of the manifest")
    with pytest.raises(GmconfigError):
        back_up(fleet.root)
    assert sorted(store.glob("objects/*")) == left
    assert first


@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), OSError(errno.ENOSPC, "no space left")])
def test_what_goes_wrong_while_a_backup_is_sealed_is_told_as_it_is(trouble):
    """The library that seals gives the words alone: an interruption was told as keys that do not work."""

    class Broken(io.BytesIO):
        def write(self, content: object) -> int:
            raise trouble

    mine = identity.generate()
    with pytest.raises(type(trouble)):
        sealing.seal(io.BytesIO(b"x" * 1_000_000), Hashing(Broken()), [Member("me", mine.recipient)])
