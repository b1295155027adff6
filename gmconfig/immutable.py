"""Values that are told apart by what they hold, without what `dataclasses` takes to load: 10 ms a process."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self


class Immutable:
    """A value of the fields in its `__slots__`; nobody changes it, `replaced` gives another one.

    Its `__init__` takes the fields in the order of the slots, those of a base first.
    """

    __slots__: tuple[str, ...] = ()

    def replaced(self, **changes: Any) -> Self:
        """Give one that differs in some fields."""
        return type(self)(**{**self.held(), **changes})

    __replace__ = replaced  # what `copy.replace` asks for, from Python 3.13 on

    def held(self) -> dict[str, Any]:
        """Give the fields by name."""
        return dict(zip(self._names, self._held, strict=True))

    @property
    def _held(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self._names)

    @property
    def _names(self) -> tuple[str, ...]:
        bases = reversed(type(self).__mro__)
        return tuple(name for base in bases for name in base.__dict__.get("__slots__", ()))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._held == other._held

    def __hash__(self) -> int:
        return hash(self._held)

    def __repr__(self) -> str:
        shown = (f"{name}={value!r}" for name, value in zip(self._names, self._held, strict=True))
        return f"{type(self).__name__}({', '.join(shown)})"
