"""Reads one path from left to right; every mistake names the column."""

from __future__ import annotations

from gmconfig.errors import UsageError
from gmconfig.path.segment import ANY, BARE_STOPS, DEEP, Segment, Selector

_DIGITS = 18
_MOST_DEEP = 3
"""Each more multiplies the ways to read a path by its length."""
_ENOUGH = '"**" stands for any number of keys: one before a name finds it everywhere'
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


class Parser:
    """Reads one path from left to right; every mistake names the column."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def path(self) -> tuple[list[Segment], int]:
        """Give the segments and the number of the YAML document.

        Raises:
            UsageError: the text is not a path.
        """
        document = self._document()
        segments: list[Segment] = []
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                segments.append(self._bracket())
            else:
                if segments:
                    self._expect(".")
                segments.append(self._name())
        if segments.count(DEEP) > _MOST_DEEP:
            raise UsageError(f'"{self.text}" has more than {_MOST_DEEP} times "**"', hint=_ENOUGH)
        return segments, document

    def _document(self) -> int:
        if not self.text.startswith("#"):
            return 0
        number, colon, _ = self.text[1:].partition(":")
        if not colon or not _is_number(number) or int(number) < 1:
            raise self._error('expected "#2:" to name a YAML document')
        self.at = len(number) + 2
        return int(number)

    def _name(self) -> Segment:
        if self.text.startswith('"', self.at):
            return self._quoted()
        for glob in (DEEP, ANY):
            if self.text.startswith(repr(glob), self.at):
                self.at += len(repr(glob))
                return glob
        return self._bare(BARE_STOPS)

    def _bare(self, stops: frozenset[str]) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in stops:
            self.at += 1
        if start == self.at:
            raise self._error("expected a key")
        return self.text[start : self.at]

    def _quoted(self) -> str:
        start, self.at = self.at, self.at + 1
        parts: list[str] = []
        while not self.text.startswith('"', self.at):
            if self.at >= len(self.text):
                self.at = start
                raise self._error("the quote is never closed")
            parts.append(self._character())
        self.at += 1
        return "".join(parts)

    def _character(self) -> str:
        char = self.text[self.at]
        self.at += 1
        if char != "\\":
            return char
        escape, self.at = self.text[self.at : self.at + 1], self.at + 1
        if escape == "u":
            digits, self.at = self.text[self.at : self.at + 4], self.at + 4
            try:
                return chr(int(digits, 16))
            except ValueError:
                raise self._error("expected four hexadecimal digits after \\u") from None
        if escape not in _ESCAPES:
            raise self._error(f'"\\{escape}" is not an escape')
        return _ESCAPES[escape]

    def _bracket(self) -> Segment:
        self.at += 1
        inside = self.text[self.at :].partition("]")[0]
        if inside == "*":
            self.at += 2
            return ANY
        if _is_number(inside.removeprefix("-")):
            self.at += len(inside) + 1
            return int(inside)
        return self._selector()

    def _selector(self) -> Selector:
        keys = [self._selector_key()]
        while self.text.startswith(".", self.at):
            self.at += 1
            keys.append(self._selector_key())
        self._expect("=")
        quoted = self.text.startswith('"', self.at)
        value = self._quoted() if quoted else self._bare(frozenset("]"))
        self._expect("]")
        return Selector(tuple(keys), value)

    def _selector_key(self) -> str:
        return self._quoted() if self.text.startswith('"', self.at) else self._bare(BARE_STOPS)

    def _expect(self, char: str) -> None:
        if not self.text.startswith(char, self.at):
            raise self._error(f'expected "{char}"')
        self.at += 1

    def _error(self, what: str) -> UsageError:
        return UsageError(
            f'"{self.text}" is not a path: {what} at column {self.at + 1}',
            hint='a path reads like database.pool.size, hosts[0], apps[name=api].image or annotations."a.b/c"',
        )


def _is_number(text: str) -> bool:
    """Whether a text is a number that something may be counted by: Python reads no endless ones."""
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS
