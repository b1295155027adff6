"""A whole process as a hook or a terminal feels it: its wall time and its peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import ClassVar

# A child inherits the peak of the process that starts it, so a small one stands in between.
_LAUNCHER = """
import os, sys
quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(pid, 0)
sys.stderr.write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""


class Failed(Exception):
    """A contender did not do its work, so that its time means nothing."""


@dataclass(frozen=True)
class Command:
    """A command line, where to run it, and which exit codes mean that it did its work.

    `counts_cpu` counts the processors' time instead of the clock's: for a machine that is busy otherwise.
    """

    counts_cpu: ClassVar[bool] = False

    arguments: tuple[str, ...]
    folder: Path
    given: bytes = b""
    codes: tuple[int, ...] = (0,)
    environment: dict[str, str] = field(default_factory=dict)

    def seconds(self) -> float:
        """Run it, its output thrown away; give the time that it took."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
            given.write(self.given)
            given.seek(0)
            started = perf_counter()
            process = subprocess.Popen(
                self.arguments,
                cwd=self.folder,
                stdin=given,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=self._env,
            )
            _, status, usage = os.wait4(process.pid, 0)
            took = perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            self._check(process.returncode, said.read())
        return usage.ru_utime + usage.ru_stime if self.counts_cpu else took

    def peak_mib(self) -> float:
        """Run it; give the peak memory of it and of nothing else."""
        done = subprocess.run(
            [sys.executable, "-ISc", _LAUNCHER, *self.arguments],
            check=False,
            cwd=self.folder,
            input=self.given,
            capture_output=True,
            env=self._env,
        )
        self._check(done.returncode, done.stderr)
        return int(done.stderr.decode().rpartition("\n")[2].lstrip().rpartition(" ")[2]) / 1024

    def output(self) -> bytes:
        """Run it; give what it printed."""
        done = subprocess.run(
            self.arguments,
            check=False,
            cwd=self.folder,
            input=self.given,
            capture_output=True,
            env=self._env,
        )
        self._check(done.returncode, done.stderr)
        return done.stdout

    @property
    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def _check(self, code: int, said: bytes) -> None:
        if code not in self.codes:
            raise Failed(
                f"{' '.join(self.arguments)[:200]}: exit code {code}\n{said.decode(errors='replace')}"
            )
