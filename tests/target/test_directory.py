"""Folders and files of this machine: what readers see, what a crash leaves, and what hostile places get."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gmconfig.errors import BrokenConfiguration, GmconfigError, Refused, UsageError
from gmconfig.target import marker as markers
from gmconfig.target.errors import Unreachable
from gmconfig.target.kind import UNMANAGED, Live
from tests.target.places import FILE, Place, deploy, file_place, folder_place, release
from tests.waiting import LIMIT, until

ROOT = os.geteuid() == 0
BOTH = pytest.mark.parametrize("make", [folder_place, file_place], ids=["folder", "file"])


def mode(path: Path | str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


# What readers see

READER = """
import json, os, sys
path, stop, both = sys.argv[1:]
seen, missing, mixed = set(), 0, 0
print("ready", flush=True)
while not os.path.exists(stop):
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        contents = set()
        for name in ("settings.yaml", "other.yaml", "third.yaml"):
            file = os.open(name, os.O_RDONLY, dir_fd=folder)
            contents.add(os.read(file, 100))
            os.close(file)
        os.close(folder)
        mixed += len(contents) != 1
        seen |= contents
        if len(seen) == 2:
            open(both, "w").close()
    except FileNotFoundError:
        missing += 1
print(json.dumps([len(seen), missing, mixed]))
"""


def test_a_reader_that_opens_the_folder_never_sees_a_missing_or_mixed_file(folder: Place, tmp_path: Path):
    def one(number: int):
        content = b"port: %d\n" % number
        return release(number, content, **{"other.yaml": content, "third.yaml": content})

    kind = folder.open(keep=400)
    live = deploy(kind, one(1))
    stop, both = tmp_path / "stop", tmp_path / "both"
    reader = subprocess.Popen(
        [sys.executable, "-S", "-c", READER, str(folder.target.path), str(stop), str(both)],
        stdout=subprocess.PIPE,
    )
    reader.stdout.readline()
    for number in range(2, 302):
        live = deploy(kind, one(number), expected=live)
        if number == 150:
            until(both.exists)
    stop.touch()
    seen, missing, mixed = json.loads(reader.communicate()[0])
    assert (missing, mixed) == (0, 0)
    assert seen > 1


def test_a_reader_of_a_single_file_sees_old_or_new(single: Place, tmp_path: Path):
    script = (
        "import json, os, sys\nseen, bad = set(), 0\nprint('ready', flush=True)\n"
        "while not os.path.exists(sys.argv[2]):\n"
        "    content = open(sys.argv[1], 'rb').read(); seen.add(content); bad += not content.endswith(b'\\n')\n"
        "    if len(seen) == 2: open(sys.argv[3], 'w').close()\n"
        "print(json.dumps([len(seen), bad]))"
    )
    kind = single.open()
    live = deploy(kind, release(1))
    stop, both = tmp_path / "stop", tmp_path / "both"
    arguments = [sys.executable, "-S", "-c", script, str(single.target.file), str(stop), str(both)]
    reader = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    reader.stdout.readline()
    for number in range(2, 102):
        live = deploy(kind, release(number), expected=live)
        if number == 50:
            until(both.exists)
    stop.touch()
    seen, bad = json.loads(reader.communicate()[0])
    assert bad == 0
    assert seen > 1


def test_a_take_over_is_never_without_the_folder(folder: Place, tmp_path: Path):
    folder.put_by_hand(b"port: 7\n")
    stop = tmp_path / "stop"
    script = (
        "import os, sys\nmissing = rounds = 0\nprint('ready', flush=True)\n"
        "while not os.path.exists(sys.argv[2]):\n    missing += not os.path.isdir(sys.argv[1]); rounds += 1\n"
        "    if rounds == 2: open(sys.argv[3], 'w').close()\n"
        "print(missing, rounds > 1)"
    )
    twice = tmp_path / "twice"
    arguments = [sys.executable, "-S", "-c", script, str(folder.target.path), str(stop), str(twice)]
    reader = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    reader.stdout.readline()
    for number in range(1, 40):
        if number == 20:
            until(twice.exists)
        kind = folder.open(take_over=True)
        name = deploy(kind, release(number), expected=UNMANAGED)
        kind.revert(UNMANAGED, expected=name, fencing=number)
    stop.touch()
    assert reader.communicate()[0].split() == ["0", "True"]
    assert folder.open().read().files[FILE] == b"port: 7\n"


# Permissions


@BOTH
def test_plain_secrets_are_for_the_owner_alone(make, tmp_path: Path):
    from gmconfig.target.marker import SecretMark

    place = make(tmp_path)
    one = release(1)
    secret = replace(one, marker=replace(one.marker, secrets={"settings": {"a": SecretMark("t", "v")}}))
    name = deploy(place.open(), secret)
    path = Path(place.target.path or place.target.file)
    if path.is_dir():
        assert mode(path) == 0o700
        path = path / FILE
    assert mode(path) == 0o600
    deploy(place.open(), release(2), expected=name)
    assert mode(path) == 0o644
    deploy(place.open(mode=0o640), release(3), expected="production-2")
    assert mode(path) == 0o640
    store = next(place.root.rglob(".web*.gmconfig"), None) or next(place.root.rglob(".config.gmconfig"))
    assert {mode(marker) for marker in store.rglob("release.json")} == {0o600}


@pytest.mark.skipif(not ROOT, reason="only root gives files away")
def test_the_owner_holds_before_the_flip(folder: Place):
    deploy(folder.open(owner="nobody:nogroup", mode=0o640), release(1))
    path = Path(folder.target.path)
    status = os.stat(path / FILE)
    import grp
    import pwd

    assert (pwd.getpwuid(status.st_uid).pw_name, grp.getgrgid(status.st_gid).gr_name) == ("nobody", "nogroup")
    assert (mode(path), mode(path / FILE)) == (0o750, 0o640)
    with pytest.raises(GmconfigError, match="no user or group"):
        deploy(folder.open(owner="nobody-at-all"), release(2), expected="production-1")
    assert folder.open().read().release == "production-1"


# Hosts


@BOTH
def test_on_another_host_it_is_unreachable_and_never_made(make, tmp_path: Path):
    place = make(tmp_path)
    kind = place.open(host="web-1.example.org")
    for act in (
        kind.read, lambda: kind.check(1), lambda: kind.stage(release(1)), kind.prune,
        lambda: kind.activate(release(1), expected=None), lambda: kind.revert(None, expected=None, fencing=1),
    ):  # fmt: skip
        with pytest.raises(Unreachable, match='on host "web-1.example.org"'):
            act()
    assert not (tmp_path / "srv").exists()


@pytest.mark.parametrize("host", ["here", socket.gethostname()])
def test_on_its_host_it_works(folder: Place, host: str):
    folder.environ = {"GMCONFIG_HOST": "here.example.org"} if host == "here" else {}
    assert folder.open(host=host).read() == Live()


# Reload


def test_the_application_is_told_to_read_again(folder: Place, tmp_path: Path):
    log = tmp_path / "log"
    reload = ("sh", "-c", f"cat {folder.target.path}/{FILE} >> {log}")
    kind = folder.open(reload=reload)
    first = deploy(kind, release(1))
    second = deploy(kind, release(2), expected=first)
    kind.revert(first, expected=second, fencing=3)
    assert log.read_text() == "port: 1\nport: 2\nport: 1\n"


@pytest.mark.parametrize(
    ("command", "timeout", "message"),
    [
        (("sh", "-c", "echo broken config >&2; exit 3"), LIMIT, "ended with 3: broken config"),
        (("sleep", "600"), 0.2, "did not end within 0.2 s"),
        (("/no/such/program",), LIMIT, "cannot be run"),
    ],
)
def test_a_reload_that_fails_says_so(folder: Place, command, timeout, message):
    with pytest.raises(GmconfigError, match=message):
        deploy(folder.open(reload=command, timeout=timeout), release(1))


# Crashes


@pytest.mark.parametrize("start", ["ours", "theirs"])
@BOTH
def test_killed_at_any_step_it_is_old_or_new_and_can_be_ended(make, start: str, tmp_path: Path):
    """Die before every single change to the disk, until a run gets through."""
    for step in range(60):
        root = tmp_path / str(step)
        place = make(root)
        if start == "theirs":
            place.put_by_hand(b"port: 1\n")
        else:
            deploy(place.open(), release(1))
        old = place.open().read()
        name = "folder" if make is folder_place else "file"
        pid = os.fork()
        if pid == 0:
            _die_at(step, name, root, old.release)
        _, status = os.waitpid(pid, 0)
        live = place.open().read()
        assert live.files[FILE] in (b"port: 1\n", b"port: 2\n"), step
        assert live.release == ("production-2" if live.files[FILE] == b"port: 2\n" else old.release), step
        assert live.problem is None
        deploy(place.open(take_over=True), release(2), expected=live.release)
        assert place.open().read().files[FILE] == b"port: 2\n"
        assert place.open().read().untouched
        place.open().prune()
        assert not list(root.rglob(".new-*")), step
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            assert step > 5
            return
    pytest.fail("it never got through")


def _die_at(step: int, name: str, root: Path, expected: str) -> None:
    """In a child: count changes to the disk, and be killed before one."""
    try:
        from gmconfig.target.kinds.layout.local_disk import LocalDisk

        left = [step]

        def dying(plain):
            def act(*args):
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return plain(*args)

            return act

        for change in (
            "make_folder",
            "write",
            "symlink",
            "hard_link",
            "rename",
            "exchange",
            "remove",
            "sync",
        ):
            setattr(LocalDisk, change, dying(getattr(LocalDisk, change)))
        place = {"folder": folder_place, "file": file_place}[name](root)
        kind = place.open(take_over=True)
        kind.stage(release(2))
        kind.activate(release(2), expected=expected)
    except BaseException:
        os._exit(1)
    os._exit(0)


# Full and read-only disks


@pytest.fixture
def small_disk(tmp_path: Path):
    """A file system of a few pages; only root can mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("a small file system needs the right to mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


@BOTH
def test_a_full_disk_changes_nothing(make, small_disk: Path):
    place = make(small_disk)
    live = deploy(place.open(), release(1))
    assert any("bytes left" in words for words in place.open().check(1_000_000))
    with pytest.raises(GmconfigError, match="no space left"):
        deploy(place.open(), release(2, b"x" * 200_000), expected=live)
    now = place.open().read()
    assert (now.release, now.untouched) == (live, True)
    deploy(place.open(), release(3), expected=live)


@BOTH
def test_a_read_only_disk_changes_nothing(make, small_disk: Path):
    place = make(small_disk)
    live = deploy(place.open(), release(1))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert any("cannot be written" in words for words in place.open().check(10))
    with pytest.raises(GmconfigError, match="read-only"):
        deploy(place.open(), release(2), expected=live)
    assert place.open().read().untouched


# Hostile places


def test_planted_symlinks_and_pipes_are_not_followed(folder: Place, tmp_path: Path):
    deploy(folder.open(), release(1))
    secret = tmp_path / "shadow"
    secret.write_text("root:x\n")
    live = Path(folder.target.path)
    (live / "planted.yaml").symlink_to(secret)
    os.mkfifo(live / "pipe.yaml")
    (live / "sub").mkdir()
    found = folder.open().read()
    assert set(found.files) == {FILE}
    assert found.untouched is False
    assert found.problem == "no plain files: pipe.yaml, planted.yaml, sub"


def test_a_path_that_is_a_symlink_elsewhere_is_not_followed(folder: Place, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "theirs.txt").write_text("x")
    path = Path(folder.target.path)
    path.parent.mkdir(parents=True)
    path.symlink_to(elsewhere)
    live = folder.open().read()
    assert (live.release, live.files) == (UNMANAGED, {})
    assert "is a symlink to" in live.problem
    with pytest.raises(Refused):
        deploy(folder.open(), release(1), expected=UNMANAGED)
    name = deploy(folder.open(take_over=True), release(1), expected=UNMANAGED)
    assert os.listdir(elsewhere) == ["theirs.txt"]
    folder.open().revert(UNMANAGED, expected=name, fencing=2)
    assert os.readlink(path) == str(elsewhere)


@pytest.mark.parametrize("says", [
    "../../../../etc", "/etc", ".config.gmconfig/../../x/files", ".config.gmconfig/..", ".config.gmconfig/a/b/files",
    ".other.gmconfig/production-1/files", "", ".config.gmconfig//files",
])  # fmt: skip
def test_a_symlink_into_nothing_of_ours_is_not_ours(folder: Place, says: str):
    path = Path(folder.target.path)
    path.parent.mkdir(parents=True)
    if says:
        path.symlink_to(says)
    else:
        path.write_text("a file")
    assert folder.open().read().release == UNMANAGED


@BOTH
def test_a_store_that_leads_away_is_refused(make, tmp_path: Path):
    place = make(tmp_path)
    away = tmp_path / "away"
    away.mkdir()
    path = Path(place.target.path or place.target.file)
    path.parent.mkdir(parents=True)
    (path.parent / f".{path.name}.gmconfig").symlink_to(away)
    for act in (
        lambda: place.open().stage(release(1)),
        lambda: place.open().activate(release(1), expected=None),
    ):
        with pytest.raises(Refused, match="is not a folder"):
            act()
    place.open().prune()
    assert os.listdir(away) == []


@pytest.mark.parametrize("name", ["../x.yaml", "a/b.yaml", "..", ".", "", "a\0b"])
def test_a_file_that_would_leave_its_release_is_refused(folder: Place, name: str):
    with pytest.raises(UsageError):
        folder.open().stage(release(1, **{name: b"x"}))
    assert not (folder.root / "srv" / "web" / "x.yaml").exists()
    assert folder.open().read() == Live()


def test_a_planted_file_in_the_way_of_staging_is_not_written_through(folder: Place, tmp_path: Path):
    live = deploy(folder.open(), release(1))
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    store = Path(folder.target.path).parent / ".config.gmconfig"
    (store / ".new-production-2").symlink_to(victim)
    (store / ".new-link").symlink_to(victim)
    deploy(folder.open(), release(2), expected=live)
    assert victim.read_text() == "untouched"
    assert folder.open().read().untouched


@BOTH
@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe", b'{"fencing": "x"}'])
def test_a_damaged_marker_is_said_and_does_not_stand_in_the_way(make, damage: bytes, tmp_path: Path):
    place = make(tmp_path)
    deploy(place.open(), release(1))
    marker = next(tmp_path.rglob("release.json"))
    marker.write_bytes(damage)
    live = place.open().read()
    assert (live.marker, live.untouched) == (None, False)
    assert "marker is missing or damaged" in live.problem
    deploy(place.open(), release(2), expected=live.release)
    assert place.open().read().untouched


def test_no_more_releases_are_kept_than_asked_for(folder: Place):
    live = None
    for number in range(1, 7):
        live = deploy(folder.open(keep=3), release(number), expected=live)
        folder.open(keep=3).prune()
    store = Path(folder.target.path).parent / ".config.gmconfig"
    assert sorted(path.name for path in store.glob("production-*")) == [f"production-{n}" for n in (4, 5, 6)]
    with pytest.raises(Refused, match="keeps release"):
        folder.open().revert("production-1", expected=live, fencing=9)


def test_a_live_release_that_is_old_is_not_pruned(folder: Place):
    live = None
    for number in range(1, 5):
        live = deploy(folder.open(), release(number), expected=live)
    folder.open().revert("production-1", expected=live, fencing=9)
    folder.open(keep=1).prune()
    assert folder.open().read().files[FILE] == b"port: 1\n"


def test_an_unchanged_folder_is_read_through_few_opened_files(tmp_path: Path):
    """`plan` and `drift` over a thousand targets: reading one costs about what its files cost."""
    place = folder_place(tmp_path)
    deploy(place.open(), release(1))
    kind, opened = place.open(), []
    watching = [True]
    sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "open" and watching[0] else None)
    kind.read()
    watching[0] = False
    assert len(opened) == 3, opened  # the folder, the file, the marker


def test_a_hostile_marker_is_damaged_and_an_endless_number_is_none(folder: Place):
    good = release(1, b"port: 1\n").marker.as_json()
    for name, value in (("record", "x\x1b[2J"), ("record", "a\nb"), ("release", "\ud800"), ("fencing", True)):
        with pytest.raises(BrokenConfiguration):
            markers.read(json.dumps({**good, name: value}).encode())
    with pytest.raises(BrokenConfiguration):
        markers.read(b"[" * 100_000)
    kind = folder.open()
    live = deploy(kind, release(1, b"port: 1\n"))
    number = Path(str(folder.target.path)).parent / ".config.gmconfig/fencing"
    number.write_bytes(b"9" * 5_000)
    assert deploy(kind, release(2, b"port: 2\n"), expected=live)
