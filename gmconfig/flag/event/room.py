"""How much a folder of events may hold: where nobody loads and removes them, a disk would fill."""

from __future__ import annotations

import errno
import os
import time

MOST_BYTES = 8 << 30
"""What all files of a folder may come to; events beyond are counted as lost until there is room again."""

_LOOK_SECONDS = 60.0


class Room:
    """The room that is left in a folder; others write there and remove there too, so it is looked at anew."""

    def __init__(self, folder: str, most: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most = most
        self._used = 0
        self._next = 0.0

    def take(self, size: int) -> None:
        """Use up some bytes.

        Raises:
            OSError: there is no room for them.
        """
        if time.monotonic() >= self._next:
            self._used = _size(self._folder)
            self._next = time.monotonic() + _LOOK_SECONDS
        if self._used + size > self._most:
            message = (
                f"the folder holds {self._most:,} bytes of events; gmconfig flag ingest removes old ones"
            )
            raise OSError(errno.EDQUOT, message, self._folder)
        self._used += size


def _size(folder: str) -> int:
    found = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                found += entry.stat(follow_symlinks=False).st_size
            except FileNotFoundError:  # it was removed meanwhile
                continue
    return found
