"""A real sshd on loopback: who it is, who we are, connections that break, many hosts side by side."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from gmconfig.errors import BrokenConfiguration, GmconfigError, Locked, Refused
from gmconfig.target.command import KEPT
from gmconfig.target.errors import Unreachable
from gmconfig.target.kind import UNMANAGED, Live
from gmconfig.target.kinds.layout.disk import Permissions
from gmconfig.target.kinds.ssh.connection import Address
from gmconfig.target.kinds.ssh.shell import ran
from tests.target.places import FILE, Place, deploy, release, ssh_file_place, ssh_folder_place
from tests.target.servers import free_port, sshd


@pytest.fixture
def over(tmp_path: Path) -> Place:
    return ssh_folder_place(tmp_path)


def with_settings(place: Place, **changed: str | None) -> Place:
    settings = {
        key: value for key, value in {**place.target.settings, **changed}.items() if value is not None
    }
    return replace(place, target=replace(place.target, settings=settings, timeout=60.0))


# Who is who


def test_a_host_with_another_key_is_not_talked_to(over: Place, tmp_path: Path):
    stranger = (sshd().folder / "stranger.pub").read_text().split()[:2]
    (tmp_path / "known").write_text(f"[127.0.0.1]:{sshd().port} {' '.join(stranger)}\n")
    for known in ("known", "empty"):
        (tmp_path / "empty").touch()
        kind = with_settings(over, known_hosts=str(tmp_path / known)).open()
        with pytest.raises(Unreachable, match="host key is not the one in known_hosts") as caught:
            kind.stage(release(1))
        assert "fingerprint" in caught.value.hint
    assert not (tmp_path / "srv").exists()


def test_without_known_hosts_nobody_is_talked_to(over: Place):
    with pytest.raises(BrokenConfiguration, match=r"there is no .*\.ssh/known_hosts"):
        with_settings(over, known_hosts=None).open().read()


def test_the_usual_known_hosts_and_keys_are_used(over: Place, isolated: Path):
    (isolated / ".ssh").mkdir(mode=0o700)
    shutil.copy(sshd().folder / "known_hosts", isolated / ".ssh/known_hosts")
    shutil.copy(sshd().folder / "client", isolated / ".ssh/id_ed25519")
    deploy(with_settings(over, known_hosts=None, identity=None).open(), release(1))
    assert over.open().read().files[FILE] == b"port: 1\n"


def test_a_key_that_the_host_does_not_take(over: Place):
    with pytest.raises(Unreachable, match="no key of ours is accepted") as caught:
        with_settings(over, identity=str(sshd().folder / "stranger")).open().read()
    assert "authorized_keys" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web-1", ("web-1", None, None)),
        ("deploy@web-1:2222", ("web-1", 2222, "deploy")),
        ("[::1]:22", ("::1", 22, None)),
        ("fe80::1", ("fe80::1", None, None)),
        ("a@b@c", ("c", None, "a@b")),
    ],
)
def test_addresses(text: str, expected: tuple[str, int | None, str | None]):
    assert Address.parse(text) == expected


@pytest.mark.parametrize("text", ["", "-oProxyCommand=touch /tmp/x", "a b", "user@", "a\nb", "me@-x"])
def test_what_is_no_address(text: str):
    with pytest.raises(BrokenConfiguration):
        Address.parse(text)


@pytest.mark.parametrize("path", ["relative", "/srv/../etc/x", "/srv/", "/a\0b"])
def test_what_is_no_place(over: Place, path: str):
    with pytest.raises(BrokenConfiguration, match="is not a place"):
        over.open(path=path)


# It does what a directory does


def test_a_single_file(tmp_path: Path):
    place = ssh_file_place(tmp_path)
    place.put_by_hand(b"port: 7\n")
    os.chmod(place.target.file, 0o640)
    kind = place.open(take_over=True)
    first = deploy(kind, release(1), expected=UNMANAGED)
    second = deploy(kind, release(2), expected=first)
    assert kind.read().untouched
    kind.revert(first, expected=second, fencing=3)
    assert kind.read().files[FILE] == b"port: 1\n"
    kind.revert(UNMANAGED, expected=first, fencing=4)
    assert kind.read().files[FILE] == b"port: 7\n"
    assert stat.S_IMODE(os.stat(place.target.file).st_mode) == 0o640
    kind.close()


def test_permissions_hold(over: Place):
    kind = over.open(mode=0o640, owner="root:root" if os.geteuid() == 0 else None)
    deploy(kind, release(1))
    path = Path(over.target.path)
    assert [stat.S_IMODE(os.stat(one).st_mode) for one in (path, path / FILE)] == [0o750, 0o640]
    marker = next(path.parent.rglob("release.json"))
    assert stat.S_IMODE(marker.stat().st_mode) == 0o600
    with pytest.raises(GmconfigError, match="chown nobody-at-all"):
        over.open(owner="nobody-at-all").stage(release(2))
    kind.close()


def test_what_is_not_a_plain_file_is_not_read(over: Place, tmp_path: Path):
    kind = over.open()
    deploy(kind, release(1))
    (tmp_path / "shadow").write_text("root:x")
    path = Path(over.target.path)
    (path / "planted.yaml").symlink_to(tmp_path / "shadow")
    (path / "sub").mkdir()
    live = kind.read()
    assert (set(live.files), live.untouched, live.problem) == (
        {FILE},
        False,
        "no plain files: planted.yaml, sub",
    )
    kind.close()


def test_hostile_file_names_reach_no_shell(over: Place, tmp_path: Path):
    place = replace(over, target=replace(over.target, path=str(tmp_path / "a b;touch owned $(touch owned)'")))
    kind = place.open()
    deploy(kind, release(1))
    assert kind.read().untouched
    assert kind.check(1) == []
    assert not list(tmp_path.rglob("owned"))
    kind.close()


def test_an_application_there_is_told_to_read_again(over: Place, tmp_path: Path):
    log = tmp_path / "log"
    kind = over.open(reload=("sh", "-c", f"cat {over.target.path}/{FILE} >> '{log}'"))
    deploy(kind, release(1))
    assert log.read_text() == "port: 1\n"
    with pytest.raises(GmconfigError, match="ended with 7: no such thing"):
        deploy(
            over.open(reload=("sh", "-c", "echo no such thing >&2; exit 7")),
            release(2),
            expected="production-1",
        )
    with pytest.raises(GmconfigError, match="longer than 0.5 seconds"):
        kind.layout.disk.run(["sleep", "600"], 0.5)
    turns = "for turn in 1 2 3 4 5 6 7 8; do echo out $turn; echo err $turn >&2; done"
    much = ["sh", "-c", f"head -c 3000000 /dev/zero; {turns}; exit 7"]
    done = kind.layout.disk.connection.shell(lambda connection: ran(connection, much), 60)
    assert (done.code, len(done.output)) == (7, KEPT)
    assert done.output.endswith("".join(f"out {turn}\nerr {turn}\n" for turn in range(1, 9)).encode())
    kind.close()


def test_one_lock_for_here_and_there(over: Place):
    from gmconfig.storage.lock import Lock

    kind = over.open()
    kind.stage(release(1))
    disk = kind.layout.disk
    lock = str(Path(over.target.path).parent / ".config.gmconfig/lock")
    with disk.locked(lock):
        assert not Lock(lock, timeout_seconds=0).acquire()
    with Lock(lock, timeout_seconds=0):
        from gmconfig.target.kinds.ssh import ssh_disk

        ssh_disk._LOCK_SECONDS, before = 1, ssh_disk._LOCK_SECONDS
        try:
            with pytest.raises(Locked), disk.locked(lock):
                pass
        finally:
            ssh_disk._LOCK_SECONDS = before
    kind.close()


def test_a_file_that_is_there_is_not_written_over(over: Place, tmp_path: Path):
    disk = over.open().layout.disk
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (tmp_path / "link").symlink_to(victim)
    for name in ("victim", "link"):
        with pytest.raises(GmconfigError):
            disk.write(str(tmp_path / name), b"x", Permissions(0o600))
    assert victim.read_text() == "untouched"
    disk.close()


# Connections that break


class Proxy:
    """A way to the sshd that can be cut after so many bytes from us."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.sent = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            theirs = socket.create_connection(("127.0.0.1", sshd().port))
            for one, other, counts in ((ours, theirs, True), (theirs, ours, False)):
                threading.Thread(target=self._pump, args=(one, other, counts), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while data := one.recv(4096):
                self.sent += len(data) if counts else 0
                if self.sent > self.limit:
                    break
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def through(over: Place, tmp_path: Path) -> Iterator:
    """Give the same target through a proxy that cuts the line after so many bytes."""
    proxies: list[Proxy] = []

    def make(limit: int) -> Place:
        proxy = Proxy(limit)
        proxies.append(proxy)
        key = (sshd().folder / "known_hosts").read_text().split(" ", 1)[1]
        known = tmp_path / f"known-{proxy.port}"
        known.write_text(f"[127.0.0.1]:{proxy.port} {key}")
        host = over.target.host.replace(str(sshd().port), str(proxy.port))
        place = with_settings(over, known_hosts=str(known))
        return replace(place, target=replace(place.target, host=host))

    yield make
    for proxy in proxies:
        proxy.close()


def test_wherever_the_connection_is_cut_it_is_old_or_new_and_can_be_ended(over: Place, through):
    kind = over.open()
    live = deploy(kind, release(1))
    cut, number = 0, 2
    for limit in range(2000, 40_000, 5000):
        broken = through(limit).open()
        try:
            deploy(broken, release(number), expected=live)
        except Unreachable:
            cut += 1
        else:
            broken.close()
            break
        now = kind.read()
        assert now.files[FILE] in (b"port: %d\n" % (number - 1), b"port: %d\n" % number)
        assert now.untouched
        live = deploy(kind, release(number), expected=now.release)
        number += 1
    assert cut >= 3
    assert kind.read().untouched
    kind.prune()
    assert not list(Path(over.target.path).parent.rglob(".new-*"))
    kind.close()


def test_a_host_that_does_not_answer(over: Place):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = replace(over.target, host=f"127.0.0.1:{silent.getsockname()[1]}", timeout=0.3)
        with pytest.raises(Unreachable, match="no answer within 0.3 seconds|timed out|timeout"):
            replace(over, target=target).open().read()
    closed = replace(over, target=replace(over.target, host=f"127.0.0.1:{free_port()}"))
    with pytest.raises(Unreachable):
        closed.open().read()


def test_a_connection_that_was_lost_is_made_again(over: Place, through):
    place = through(6000)
    kind = place.open()
    with pytest.raises(Unreachable):
        for _ in range(200):
            kind.read()
    assert over.open().read() == Live()


def test_many_hosts_side_by_side(tmp_path: Path):
    places = [ssh_folder_place(tmp_path / f"host-{number}") for number in range(12)]

    def one(place: Place) -> bool:
        kind = place.open()
        deploy(kind, release(1))
        untouched = kind.read().untouched
        kind.close()
        return untouched

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(one, places)) == [True] * 12


def test_a_disk_that_takes_no_more_there(over: Place, tmp_path: Path):
    import subprocess

    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system needs the right to mount")
    try:
        kind = replace(over, target=replace(over.target, path=str(small / "config"))).open()
        live = deploy(kind, release(1))
        assert any("bytes left" in words for words in kind.check(1_000_000))
        with pytest.raises(GmconfigError) as caught:
            deploy(kind, release(2, b"x" * 200_000), expected=live)
        assert "full disk" in (caught.value.hint or "")
        assert kind.read().untouched
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        with pytest.raises(GmconfigError):
            deploy(kind, release(3), expected=live)
        assert kind.read().untouched
        kind.close()
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)


def test_an_unmanaged_folder_needs_a_word(over: Place):
    over.put_by_hand(b"port: 7\n")
    with pytest.raises(Refused):
        deploy(over.open(), release(1), expected=UNMANAGED)


def test_threads_that_begin_at_once_share_one_loop():
    script = """
import asyncio, sys, threading
from gmconfig.target.kinds.ssh.loop import wait_for
sys.setswitchinterval(1e-6)
async def mine():
    return id(asyncio.get_running_loop())
together, found = threading.Barrier(24), set()
def begin():
    together.wait()
    found.add(wait_for(mine(), 120))
threads = [threading.Thread(target=begin) for _ in range(24)]
[one.start() for one in threads]; [one.join() for one in threads]
print(len(found))
"""
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "1\n"
