"""What stands for a value where there is none, and where nobody can say; and both as plain data."""

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


_ABSENT, _UNKNOWN, _VALUE = 0, 1, 2


def to_plain(value: object) -> tuple[int, object]:
    """Give a value, or what stands for one, as `marshal` can write it."""
    if value is ABSENT:
        return _ABSENT, None
    return (_UNKNOWN, value.message) if isinstance(value, Unknown) else (_VALUE, value)


def from_plain(kind: int, value: object) -> object:
    """Give what `to_plain` was given."""
    return ABSENT if kind == _ABSENT else Unknown(str(value)) if kind == _UNKNOWN else value
