"""Where in a source file an offset stands, counted as people count."""

from __future__ import annotations

from gmconfig.finding import Place


class Offsets:
    """A file's offsets in bytes as places; asked in rising order, whatever a line's length, it reads once."""

    def __init__(self, file: str, raw: bytes) -> None:
        self._file = file
        self._raw = raw
        self._offset, self._line, self._column = 0, 1, 1

    def place(self, offset: int) -> Place:
        """Give the place of an offset that is not before the last one; columns count characters, not bytes."""
        passed = self._raw[self._offset : offset]
        if lines := passed.count(b"\n"):
            self._line, self._column = self._line + lines, 1
        self._column += len(passed[passed.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
        self._offset = offset
        return Place(self._file, self._line, self._column)
