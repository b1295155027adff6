"""A process and all that it starts, stopped by ptrace before each system call that changes a file.

What strace's injection does, with one count over all processes: the n-th step is the n-th of gmconfig and its
git together, and either the one that takes it dies there or all do.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.faults.calls import AT_FDCWD, CALLS, Call, watched

_CONT, _GETREGS, _SETREGS, _SEIZE, _LISTEN = 7, 12, 13, 0x4206, 0x4208
_FORK, _VFORK, _CLONE, _EXEC, _SECCOMP, _STOP = 1, 2, 3, 4, 7, 128
_OPTIONS = 0x100000 | 1 << _FORK | 1 << _VFORK | 1 << _CLONE | 1 << _EXEC | 1 << _SECCOMP
_ALL = 0x40000000
_REGISTERS = (
    *("r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi"),
    *("orig_rax", "rip", "cs", "eflags", "rsp", "ss", "fs_base", "gs_base", "ds", "es", "fs", "gs"),
)
_ARGUMENTS = ("rdi", "rsi", "rdx", "r10", "r8", "r9")

_TRIED = "/proc/self/no-such-folder"
LIMIT_SECONDS = 240
"""No command takes as long, and it ends itself earlier: what is left then never ends."""


class _Registers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulonglong) for name in _REGISTERS]


@dataclass(frozen=True)
class Step:
    """One call on its way: who makes it, and on which file."""

    process: int
    program: str
    call: Call
    path: str

    def __str__(self) -> str:
        return f"{self.program}: {self.call.name} {self.path}"


Fault = Callable[["Watch", int, Step], int]
"""What to do at the n-th step: give the error that the call shall end with, 0 for none."""


def _ptrace(request: int, process: int, value: object = 0) -> None:
    words = ctypes.c_long(request), ctypes.c_long(process), ctypes.c_void_p(0)
    if _LIBC.ptrace(*words, value if isinstance(value, ctypes._Pointer) else ctypes.c_void_p(value)) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.ptrace.restype = ctypes.c_long


@dataclass
class Watch:
    """One command on its way below a folder; `steps` are those that it took there."""

    first: int
    below: str
    fault: Fault
    steps: list[Step] = field(default_factory=list)
    alive: set[int] = field(default_factory=set)
    code: int | None = None
    hangs: bool = False

    def to_the_end(self, begin: Callable[[], None]) -> int:
        """Watch it, once `begin` has let it go, until it and all that it started have ended; give its code."""
        _ptrace(_SEIZE, self.first, _OPTIONS)
        self.alive.add(self.first)
        before = signal.signal(signal.SIGALRM, self._too_long)
        signal.alarm(LIMIT_SECONDS)
        begin()
        try:
            with contextlib.suppress(ChildProcessError):
                while True:
                    self._heard(*os.waitpid(-1, _ALL))
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)
        assert self.code is not None
        return self.code

    def kill(self, *processes: int, by: int = signal.SIGKILL) -> None:
        """Kill some of them, or all."""
        for one in processes or tuple(self.alive):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, by)

    def _too_long(self, *_: object) -> None:
        self.hangs = True
        self.kill()

    def _heard(self, process: int, status: int) -> None:
        if not os.WIFSTOPPED(status):
            self.alive.discard(process)
            if process == self.first:
                self.code = os.waitstatus_to_exitcode(status)
            return
        self.alive.add(process)
        event, by = status >> 16, os.WSTOPSIG(status)
        with contextlib.suppress(ProcessLookupError):
            if event == _SECCOMP:
                self._step(process)
            if event == _STOP and by != signal.SIGTRAP:
                _ptrace(_LISTEN, process)
            else:
                _ptrace(_CONT, process, 0 if event else by)

    def _step(self, process: int) -> None:
        registers = _Registers()
        _ptrace(_GETREGS, process, ctypes.pointer(registers))
        call = CALLS[registers.orig_rax]
        try:
            path = _path(process, call, [getattr(registers, name) for name in _ARGUMENTS])
        except OSError:  # it was killed in between, or gave what is no path
            return
        if call.name == "execve" and os.access(path, os.X_OK):
            path = os.path.basename(path)
        elif not path.startswith(self.below + "/"):
            return
        else:
            path = path[len(self.below) + 1 :]
        step = Step(process, _program(process), call, path)
        self.steps.append(step)
        if error := self.fault(self, len(self.steps), step):
            registers.orig_rax, registers.rax = 2**64 - 1, 2**64 - error
            _ptrace(_SETREGS, process, ctypes.pointer(registers))


def _path(process: int, call: Call, given: list[int]) -> str:
    """Find what a call is about."""
    if call.by == "file":
        return os.readlink(f"/proc/{process}/fd/{given[call.at] & 0xFFFFFFFF}").removesuffix(" (deleted)")
    named = _text(process, given[call.at])
    at = given[call.at - 1] & 0xFFFFFFFF if call.by == "below" else AT_FDCWD
    folder = (
        ""
        if named[:1] == "/"
        else os.readlink(f"/proc/{process}/" + ("cwd" if at == AT_FDCWD else f"fd/{at}"))
    )
    return os.path.normpath(os.path.join(folder, named))


def _text(process: int, address: int) -> str:
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        memory.seek(address)
        found = b""
        while b"\0" not in found and len(found) < 4096:
            found += memory.read(min(256, 4096 - (address + len(found)) % 4096))
    return os.fsdecode(found.partition(b"\0")[0])


def _program(process: int) -> str:
    """Name a git by its verb, gmconfig itself by its name."""
    with open(f"/proc/{process}/cmdline", "rb") as file:
        words = os.fsdecode(file.read()).split("\0")
    name = os.path.basename(words[0])
    if name != "git":
        return "gmconfig" if "python" in name else name
    return f"git {next(_verbs(words[1:]), '')}"


def _verbs(words: list[str]) -> Iterator[str]:
    skip = False
    for word in words:
        if not skip and not word.startswith("-"):
            yield word
        skip = word in ("-c", "-C")


def can_trace() -> bool:
    """Whether a process may be watched here, tried on one: not in each container, and not below a debugger."""
    if platform.machine() != "x86_64" or not os.path.exists("/proc/self/mem"):
        return False
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)
        os.read(ready, 1)
        with contextlib.suppress(OSError):
            watched()
            os.rmdir(_TRIED)
        os._exit(0)
    os.close(ready)
    watch = Watch(child, os.path.dirname(_TRIED), lambda *_: 0)
    try:
        return watch.to_the_end(lambda: os.close(go)) == 0 and len(watch.steps) == 1
    except OSError:
        os.kill(child, signal.SIGKILL)
        os.close(go)
        os.waitpid(child, 0)
        return False
