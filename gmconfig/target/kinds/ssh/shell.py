"""One shell on the host for the small things that SFTP has no words for: starting one costs more than they do."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gmconfig.target.command import KEPT
from gmconfig.target.errors import Unreachable

if TYPE_CHECKING:
    import asyncssh


_LONGEST = 120
"""How many seconds a lock may be held."""
_ONE_STREAM = (
    'exec "$@" 2>&1'  # ssh carries both apart, and in no order: joined there, the last line is the last
)


class Done(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    output: bytes


async def ran(connection: asyncssh.SSHClientConnection, command: Sequence[str]) -> Done:
    """Run a command in a session of its own, and keep the end of what it says; the session ends with us."""
    line = shlex.join(["sh", "-c", _ONE_STREAM, "sh", *command])
    process: Any = await connection.create_process(line, encoding=None)
    try:
        output = b""
        while more := await process.stdout.read(KEPT):
            output = (output + more)[-KEPT:]
        await process.wait_closed()
    finally:
        process.close()
    if process.exit_status is None:
        raise Unreachable(f'nobody knows how "{command[0]}" ended: the connection was lost')
    return Done(int(process.exit_status), output)


class Shell:
    """A `sh` that is told one line at a time; each answer ends with a word that nobody can guess."""

    def __init__(self, process: Any) -> None:
        self._process = process
        self._end = os.urandom(16).hex()

    @classmethod
    async def start(cls, connection: asyncssh.SSHClientConnection) -> Shell:
        """Start one."""
        return cls(await connection.create_process("exec sh", encoding=None))

    async def run(self, command: Sequence[str]) -> Done:
        """Run a command, every word as it is."""
        return await self._say(f"{shlex.join(command)} </dev/null 2>&1")

    async def lock(self, path: str, seconds: int) -> Done:
        """Take a lock on a file; code 1 where somebody kept it.

        It dies with this shell, and a line that was cut without a word ends the shell after a while.
        """
        name = shlex.quote(path)
        watch = f"{{ (sleep {_LONGEST}; kill -9 $$) 9>&- >/dev/null 2>&1 </dev/null & watch=$!; }}"
        return await self._say(f"(: >>{name}) 2>&1 && exec 9>>{name} && flock -w {seconds} 9 2>&1 && {watch}")

    async def unlock(self) -> None:
        """Let go of the lock, whoever has inherited it: the watch may not have closed it yet."""
        await self._say("kill $watch; flock -u 9; exec 9>&-")

    async def _say(self, line: str) -> Done:
        self._process.stdin.write(f"{line}; printf '\\n%s %d\\n' {self._end} $?\n".encode())
        said = b""
        while not (answer := await self._process.stdout.readline()).startswith(self._end.encode()):
            if not answer:
                raise Unreachable("the host's shell ended", hint="the account needs a shell: sh")
            said = (said + answer)[-KEPT:]
        return Done(int(answer.split()[1]), said.strip())
