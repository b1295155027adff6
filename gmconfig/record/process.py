"""Which process this is, told so that another on the same machine can see whether it still runs."""

from __future__ import annotations

import os


def machine() -> str:
    """Name what numbers processes here: this boot of the machine, and the container in it."""
    from pathlib import Path

    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        import socket

        return socket.gethostname()


def age_mark(pid: int) -> str:
    """Tell a process from a later one with the same number; empty where that cannot be told, or it is gone."""
    from pathlib import Path

    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        return ""


def is_gone(where: str, pid: int, mark: str) -> bool:
    """Whether a process of this machine ended; False wherever that cannot be known."""
    if where != machine():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return bool(mark) and age_mark(pid) != mark
