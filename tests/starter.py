"""Runs the command line as processes of their own without loading it every time: a server that has it forks."""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import select
import socket
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path

_LOADED = (
    "api",
    "automation",
    "cli.deploy",
    "cli.drift",
    "config",
    "deploy",
    "drift",
    "monitor",
    "record",
    "target",
)


def run(words: tuple[str, ...], cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `gmconfig` with words, as `subprocess.run` would, and give its end and what it printed."""
    request, out, err = (os.memfd_create(name) for name in ("request", "out", "err"))
    told, tells = os.pipe()
    try:
        os.write(request, json.dumps([words, str(cwd), env]).encode())
        socket.send_fds(_server(), [b"x"], [request, out, err, tells])
        os.close(tells)
        tells = -1
        code = int(os.read(told, 16))
        return subprocess.CompletedProcess(words, code, _written(out), _written(err))
    finally:
        for descriptor in (request, out, err, told, tells):
            if descriptor >= 0:
                os.close(descriptor)


def _written(descriptor: int) -> str:
    raw = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    return raw.decode().replace("\r\n", "\n")


_starting = threading.Lock()


def _server() -> socket.socket:
    with _starting:
        return _started()


@cache
def _started() -> socket.socket:
    ours, theirs = socket.socketpair()
    number = theirs.fileno()
    program = [sys.executable, "-P", __file__, str(number)]
    server = subprocess.Popen(program, pass_fds=[number], stdin=subprocess.DEVNULL)
    theirs.close()

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours


def serve(asked: socket.socket) -> None:
    """Start what is asked for, and tell who asked how it ended, until nobody is left to ask."""
    running: dict[int, tuple[int, int]] = {}
    while True:
        for ready in select.select([asked, *running], [], [])[0]:
            if ready is not asked:
                _ended(ready, *running.pop(ready))
                continue
            message, descriptors, _, _ = socket.recv_fds(asked, 1, 4)
            if not message:
                return
            request, out, err, tells = descriptors
            pid = os.fork()
            if not pid:
                _child(request, out, err)
            for descriptor in (request, out, err):
                os.close(descriptor)
            running[os.pidfd_open(pid)] = (pid, tells)


def _ended(watched: int, pid: int, tells: int) -> None:
    _, status = os.waitpid(pid, 0)
    os.write(tells, str(os.waitstatus_to_exitcode(status)).encode())
    os.close(tells)
    os.close(watched)


def _child(request: int, out: int, err: int) -> None:
    """Be the process that was asked for: its folder, its environment, its output; never return."""
    code = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        words, cwd, env = json.loads(os.pread(request, os.fstat(request).st_size, 0))
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        time.tzset()
        code = _called(words)
    finally:
        os._exit(code & 0xFF)


def _called(words: list[str]) -> int:
    import traceback

    import gmconfig.__main__ as program

    sys.argv = [program.__file__, *words]
    try:
        code = program.main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _load() -> None:
    importlib.import_module("gmconfig.cli.app")
    for name in _LOADED:
        package = importlib.import_module(f"gmconfig.{name}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)


if __name__ == "__main__":
    _load()
    serve(socket.socket(fileno=int(sys.argv[1])))
