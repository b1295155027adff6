"""Values that are told apart by what they hold, without what `dataclasses` takes to load: 10 ms a process."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self


class Immutable:
    """A value of the fields in its `__slots__`; nobody changes it, `replaced` gives another one.

    Its `__init__` takes the fields in the order of the slots.
    """

    __slots__: tuple[str, ...] = ()

    def replaced(self, **changes: Any) -> Self:
        """Give one that differs in some fields."""
        return type(self)(**{**dict(zip(self.__slots__, self._held, strict=True)), **changes})

    __replace__ = replaced  # what `copy.replace` asks for, from Python 3.13 on

    @property
    def _held(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._held == other._held

    def __hash__(self) -> int:
        return hash(self._held)

    def __repr__(self) -> str:
        shown = (f"{name}={value!r}" for name, value in zip(self.__slots__, self._held, strict=True))
        return f"{type(self).__name__}({', '.join(shown)})"
