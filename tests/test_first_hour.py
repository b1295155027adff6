"""The README's "A team's first hour", followed word by word: three people, a runner, two machines."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import LIMIT, until

README = Path(__file__).resolve().parent.parent / "README.md"
_BLOCK = re.compile(r"^```sh\n# ([a-z0-9-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TOOLS = ("unshare", "nsenter", "ssh-keygen", "ssh-keyscan", "sshd")
_ADDRESSES = {"web-1": "127.0.0.2", "web-2": "127.0.0.3"}


def blocks() -> list[tuple[str, str]]:
    """Give who types what, in order."""
    section = README.read_text().split("## A team's first hour")[1].split("\n## ")[0]
    return [(found[1], found[2]) for found in _BLOCK.finditer(section)]


class World:
    """People and machines, each with a home; every name server and file system is this world's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = folder / "forge.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.url)], check=True)
        (folder / "hosts").write_text(
            "".join(
                f"{address} {name}\n" for name, address in {"localhost": "127.0.0.1", **_ADDRESSES}.items()
            )
        )
        self.network = _own_network()
        self.servers = {name: self._machine(name) for name in _ADDRESSES}

    def home(self, who: str) -> Path:
        home = self.folder / who
        if not home.exists():
            (home / ".ssh").mkdir(parents=True, mode=0o700)
            (home / ".gitconfig").write_text(
                f"[user]\nname = {who}\nemail = {who}@example.org\n[init]\ndefaultBranch = main\n"
            )
        return home

    def types(self, who: str, text: str) -> str:
        """Let somebody type a block; give what was printed. A public key that was sent is filled in."""
        sent = re.sub(r"add (\S+) --age age1… --verify ed25519:…", self._keys, text)
        env = {
            "HOME": str(self.home(who)),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin",
            "URL": self.url.as_uri(),
            "ROOT": self._root(),
        }
        script = (
            f"set -e -o pipefail\n{sent}\nfor pid in $(jobs -p); do echo $pid >> {self.folder}/agents; done"
        )
        done = subprocess.run(
            [*self._inside(who), "bash", "-c", script],
            cwd=self.home(who), env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            stdin=subprocess.DEVNULL, check=False, timeout=5 * LIMIT,
        )  # fmt: skip
        assert done.returncode == 0, f"{who}: {text}\n{done.stdout}"
        return done.stdout

    def pool(self, machine: str) -> str:
        """Give what a reader there sees."""
        return self.types(machine, "grep pool /srv/web/config/settings.yaml").strip()

    def end(self) -> None:
        agents = self.folder / "agents"
        for pid in agents.read_text().split() if agents.exists() else ():
            subprocess.run(["kill", pid], check=False, capture_output=True)
        for server in self.servers.values():
            server.kill()
            server.wait()
        self.network.communicate()

    def _inside(self, who: str) -> list[str]:
        if who in self.servers:
            return [
                "nsenter",
                "--target",
                str(self.servers[who].pid),
                "--mount",
                "--uts",
                "--net",
                f"--wd={self.home(who)}",
            ]
        hosts = f'mount --bind {self.folder}/hosts /etc/hosts && exec "$@"'
        return [*self._on_the_network(), "unshare", "--mount", "sh", "-c", hosts, "sh"]

    def _on_the_network(self) -> list[str]:
        return ["nsenter", f"--net=/proc/{self.network.pid}/ns/net"]

    def _machine(self, name: str) -> subprocess.Popen[bytes]:
        """Start a machine: a host name, a /srv and an sshd of its own; the runner may log in."""
        home, disk = self.home(name), self.folder / f"{name}-srv"
        (disk / "web").mkdir(parents=True)
        runner = self.home("runner") / ".ssh" / "id_ed25519"
        for key in (home / "host_key", runner):
            if not key.exists():
                words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
                subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
        (home / "sshd_config").write_text(
            f"ListenAddress {_ADDRESSES[name]}:22\nHostKey {home}/host_key\nPidFile none\nUsePAM no\n"
            f"AuthorizedKeysFile {runner}.pub\nStrictModes no\nPermitRootLogin yes\nSetEnv SHLVL=5\n"
            "PasswordAuthentication no\nSubsystem sftp internal-sftp\n"
        )
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        sshd = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
        script = (
            f"hostname {name} && mount --bind {disk} /srv && mount --bind {self.folder}/hosts /etc/hosts"
            f" && exec {sshd} -D -e -f {home}/sshd_config"
        )
        with (home / "sshd.log").open("wb") as log:
            words = [*self._on_the_network(), "unshare", "--mount", "--uts", "sh", "-c", script]
            server = subprocess.Popen(words, stderr=log)
        until(lambda: "Server listening" in (home / "sshd.log").read_text() or server.poll() is not None)
        assert server.poll() is None, (home / "sshd.log").read_text()
        return server

    def _keys(self, add: re.Match[str]) -> str:
        """Give the public keys that somebody sent."""
        file = (
            self.folder / "ann/ci.key" if add[1] == "ci" else self.home(add[1]) / ".config/gmconfig/identity"
        )
        keys = dict(
            line.split()[1:] for line in file.read_text().splitlines() if re.match("# (age|verify) ", line)
        )
        return f"add {add[1]} --age {keys['age']} --verify {keys['verify']}"

    def _root(self) -> str:
        asked = ["git", "-C", str(self.folder / "ann/configuration"), "config", "gmconfig.pin"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


_NETWORK = """
import fcntl, socket, struct, sys
up = struct.pack("16sh22x", b"lo", 1)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_one:
    fcntl.ioctl(any_one, 0x8914, up)  # SIOCSIFFLAGS: it is up
print("up", flush=True)
sys.stdin.read()
"""


def _own_network() -> subprocess.Popen[str]:
    """Give a process whose network is nobody else's: whatever listens on port 22 of this machine."""
    words = ["unshare", "--net", sys.executable, "-c", _NETWORK]
    network = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert network.stdout and network.stdout.readline() == "up\n"
    return network


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    path = f"{os.environ['PATH']}:/usr/sbin"
    if not all(shutil.which(tool, path=path) for tool in _TOOLS):
        pytest.skip("machines need sshd, unshare and nsenter")
    if subprocess.run(["unshare", "-mun", "true"], capture_output=True, check=False).returncode:
        pytest.skip("machines need namespaces: the right to mount")
    world = World(tmp_path)
    yield world
    world.end()


def test_a_teams_first_hour(world: World):
    told = []
    for who, text in blocks():
        told.append(world.types(who, text))
        if "ci.key" in text and who == "ann":  # it is a secret of the forge from here on
            shutil.copy(world.home("ann") / "ci.key", world.home("runner") / "ci.key")
        if "deploy agent" in text:  # people need longer than this to their next command
            until((world.home(who) / "agent.log").read_text)
    assert len(told) > 15
    whole = "\n".join(told)
    assert "! database.pool  40 → 60" in whole
    assert "wanted 60   live 75" in whole
    until(lambda: {world.pool("web-1"), world.pool("web-2")} == {"pool: 80"})
    assert "web/web-1  in sync" in told[-1]
