"""The system calls that change files, as Linux on x86-64 numbers them, and the filter that stops at them only."""

from __future__ import annotations

import ctypes
import os
import struct
from dataclasses import dataclass

AT_FDCWD = -100 & 0xFFFFFFFF


@dataclass(frozen=True)
class Call:
    """One of them: what its argument `at` names, an open file, a path, or a path below the folder before it.

    `room` says that it needs room on the disk, `leave` that it needs permission at the moment of the call.
    """

    name: str
    at: int
    by: str
    room: bool = False
    leave: bool = False


CALLS = {
    1: Call("write", 0, "file", room=True),
    2: Call("open", 0, "path", room=True, leave=True),
    18: Call("pwrite64", 0, "file", room=True),
    20: Call("writev", 0, "file", room=True),
    40: Call("sendfile", 0, "file", room=True),
    59: Call("execve", 0, "path"),
    74: Call("fsync", 0, "file", room=True),
    75: Call("fdatasync", 0, "file", room=True),
    76: Call("truncate", 0, "path", leave=True),
    77: Call("ftruncate", 0, "file"),
    82: Call("rename", 1, "path", leave=True),
    83: Call("mkdir", 0, "path", room=True, leave=True),
    84: Call("rmdir", 0, "path", leave=True),
    86: Call("link", 1, "path", room=True, leave=True),
    87: Call("unlink", 0, "path", leave=True),
    88: Call("symlink", 1, "path", room=True, leave=True),
    90: Call("chmod", 0, "path", leave=True),
    91: Call("fchmod", 0, "file"),
    257: Call("openat", 1, "below", room=True, leave=True),
    258: Call("mkdirat", 1, "below", room=True, leave=True),
    263: Call("unlinkat", 1, "below", leave=True),
    264: Call("renameat", 3, "below", leave=True),
    265: Call("linkat", 3, "below", room=True, leave=True),
    266: Call("symlinkat", 2, "below", room=True, leave=True),
    285: Call("fallocate", 0, "file", room=True),
    316: Call("renameat2", 3, "below", leave=True),
    326: Call("copy_file_range", 2, "file", room=True),
}

FLAGS = {2: 1, 257: 2}
"""Which argument of the calls that open a file says what for."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_X86_64 = 0xC000003E
_ALLOW, _TRACE = 0x7FFF0000, 0x7FF00000
_LOAD, _EQUAL, _ANY_BIT, _GIVE = 0x20, 0x15, 0x45, 0x06


def watched() -> None:
    """Stop this process and all that it will start at each of the calls; a tracer must be there already."""
    code = b"".join(struct.pack("HBBI", *line) for line in _filter())
    held = ctypes.create_string_buffer(code)
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(held)))
    libc = ctypes.CDLL(None, use_errno=True)
    for words in ((38, 1, 0, 0, 0), (22, 2, ctypes.addressof(program), 0, 0)):
        if libc.prctl(*(ctypes.c_ulong(word) for word in words)):
            raise OSError(ctypes.get_errno(), "seccomp")


def _filter() -> list[tuple[int, int, int, int]]:
    """Give the program for the kernel: each line is an instruction, where to jump, and its operand."""
    lines = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, _X86_64), (_GIVE, 0, 0, _ALLOW), (_LOAD, 0, 0, 0)]
    for number in CALLS:
        if number in FLAGS:
            lines += [(_EQUAL, 0, 4, number), (_LOAD, 0, 0, 16 + 8 * FLAGS[number])]
            lines += [(_ANY_BIT, 0, 1, _WRITING), (_GIVE, 0, 0, _TRACE), (_GIVE, 0, 0, _ALLOW)]
        else:
            lines += [(_EQUAL, 0, 1, number), (_GIVE, 0, 0, _TRACE)]
    return [*lines, (_GIVE, 0, 0, _ALLOW)]
