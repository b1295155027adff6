"""A project whose targets have agents: a bare remote, the developer's clone, a clone a host."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from gmconfig.api.automation.agents import agents
from gmconfig.api.workspace import Workspace
from gmconfig.automation.agent import Agent
from gmconfig.deploy.options import Options
from gmconfig.record.status import Status
from tests.deploy.fleet import Fleet


class Hosts(Fleet):
    """`root` is the developer's clone; `host("h1")` is another machine's."""

    def __init__(self, folder: Path, targets: dict[str, dict[str, object]], **settings: object) -> None:
        self.folder = folder
        self.remote = folder / "remote.git"
        placed = {name: {"agent": True, **entry} for name, entry in targets.items()}
        super().__init__(folder, placed, **settings)
        self.git("clone", "-q", "--bare", str(self.root), str(self.remote))
        self.git("remote", "add", "origin", str(self.remote))
        self.git("fetch", "-q")
        self.git("branch", "-q", "-u", "origin/main")
        self._agents: dict[str, Agent] = {}

    def push(self, pool: int) -> str:
        """Commit another size of the pool, and push it."""
        commit = self.change(pool)
        self.git("push", "-q")
        return commit

    def clone(self, host: str) -> Path:
        """Give a host's own clone."""
        where = self.folder / host
        if not where.exists():
            self.git("clone", "-q", str(self.remote), str(where))
        return where

    def agent(self, host: str, *, anew: bool = False, **settings: object) -> Agent:
        """Give a host's agent; `anew` as if its process had been started again."""
        if anew or host not in self._agents:
            post = agents(Workspace(root=self.clone(host)), "production", **settings)[0]  # type: ignore[arg-type]
            access = replace(post.post.access, environ={**os.environ, "GMCONFIG_HOST": host})
            self._agents[host] = Agent(replace(post.post, host=host, access=access), post.branch)
        return self._agents[host]

    def look(self, *hosts: str) -> list[Status]:
        """Let agents look, one after the other."""
        return [self.agent(host).look() for host in hosts]

    def states(self, *hosts: str) -> list[str]:
        """Let agents look, and give how each of their targets stands."""
        return [str(word.state) for said in self.look(*hosts) for word in said.targets.values()]

    def started(self, host: str, *options: str) -> subprocess.Popen[str]:
        """Start a host's agent as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "gmconfig", "deploy", "agent", "-e", "production", *options],
            cwd=self.clone(host),
            env={**os.environ, "GMCONFIG_HOST": host},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def options(self, **settings: object) -> Options:
        """Give options of a deployment."""
        return Options(**settings)  # type: ignore[arg-type]

    def is_deploying(self) -> bool:
        """Whether the newest record is still open."""
        newest = self.deployer().ledger("production").chain.latest()
        return newest is not None and not newest.state.is_over

    def _recorded(self) -> str:
        ref = self.remote / "refs/gmconfig/deployments/production"
        return ref.read_text() if ref.exists() else ""

    @contextmanager
    def at_work(self, *hosts: str) -> Iterator[None]:
        """Let agents look again and again while a deployment is being carried out, as if each host ran one."""
        stop = threading.Event()

        def run(host: str) -> None:
            seen = self._recorded()
            while not stop.wait(0.05):
                now = self._recorded()
                if now != seen and self.is_deploying():
                    self.agent(host).look()
                seen = now

        threads = [threading.Thread(target=run, args=(host,)) for host in hosts]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()
