"""The outside world, and nothing about configuration: YAML text, git, files, locks, journal, cache."""

from __future__ import annotations

import os


def at_once(path: str, flags: int) -> int:
    """Open what may be a pipe, whose other end nobody needs to have; for `open(…, opener=at_once)`."""
    return os.open(path, flags | os.O_NONBLOCK)
