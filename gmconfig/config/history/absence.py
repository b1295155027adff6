"""What stands for a value where there is none, and where nobody can say."""

from __future__ import annotations


class Absent:
    """Stands for a path where there is nothing, which is not null."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


class Unknown:
    """Stands for a value that nobody can say: a file of that version cannot be read."""

    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and self.message == other.message

    def __hash__(self) -> int:
        return hash(self.message)
