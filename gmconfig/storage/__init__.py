"""The outside world, and nothing about configuration: YAML text, git, files, locks, journal, cache.

`snapshot.py` is how every room reads files, `bounds.py` how much of one, `change.py` what it writes; `files.py`,
`replacement.py`, `lock.py` and `scratch.py` keep a disk whole, `session.py` ends programs of others, `journal.py`
keeps what happened, `cache.py` what need not be found out twice. YAML is in `yaml/`, git in `git/`.
"""

from __future__ import annotations

import os

MOST_BYTES = 32 << 20
"""No file of a configuration is larger; what claims to be is not taken into memory."""

MOST_VALUES = 1_000_000
"""No file holds more, keys counted too: a value takes a hundred times the memory of the bytes that spell it."""

SMALL = MOST_VALUES // 2
"""So few bytes cannot spell too many values: they are not counted."""

MOST_FOR_SLOW = 2 << 20
"""What a parser that is written in Python is given; it takes seconds for a megabyte."""


def at_once(path: str, flags: int) -> int:
    """Open what may be a pipe, whose other end nobody needs to have; for `open(…, opener=at_once)`."""
    return os.open(path, flags | os.O_NONBLOCK)
