"""Values that are told apart by what they hold, without what `dataclasses` takes to load: 10 ms a process."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Self, dataclass_transform
else:

    def dataclass_transform(**_: object) -> Callable[[type], type]:
        """Stand in for the decorator that only type checkers read."""
        return lambda cls: cls


EMPTY: Mapping[Any, Any] = {}
"""What a field is that holds a map, where nothing is said: as its type says, nobody puts anything into it."""


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


class _Library:
    """What `dataclasses` and `inspect` ask a class for, made by them when they do."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, _: object, cls: type[Data]) -> Any:
        from dataclasses import MISSING, field, make_dataclass
        from inspect import signature

        types = {name: kind for base in cls.__mro__[:-1] for name, kind in base.__annotations__.items()}
        fields = []
        for name in cls._fields:
            default = cls._defaults.get(name, MISSING)
            said = {"default_factory": dict} if default is EMPTY else {"default": default}
            shown, compared = name in cls._shown, name in cls._compared
            fields.append((name, types[name], field(repr=shown, compare=compared, **said)))
        made = make_dataclass(cls.__name__, fields, frozen=True)
        return signature(made) if self._name == "__signature__" else made.__dict__[self._name]


@dataclass_transform(frozen_default=True)
class Data(Immutable):
    """An `Immutable` that is declared as a frozen dataclass is, which takes 1 ms for each class.

    `hidden` are fields that its `repr` leaves out, `unequal` those that two of them may differ in.
    """

    _fields: tuple[str, ...] = ()
    _shown: tuple[str, ...] = ()
    _compared: tuple[str, ...] = ()
    _defaults: Mapping[str, Any] = EMPTY
    _every: frozenset[str] = frozenset()

    __dataclass_fields__ = _Library("__dataclass_fields__")
    __dataclass_params__ = _Library("__dataclass_params__")
    if not TYPE_CHECKING:  # type checkers know it from the fields
        __match_args__ = _Library("__match_args__")
    __signature__ = _Library("__signature__")

    def __init_subclass__(cls, hidden: tuple[str, ...] = (), unequal: tuple[str, ...] = ()) -> None:
        own = [name for name in cls.__annotations__ if name not in cls._fields]
        cls._fields += tuple(own)
        cls._every = frozenset(cls._fields)
        cls._shown += tuple(name for name in own if name not in hidden)
        cls._compared += tuple(name for name in own if name not in unequal)
        cls._defaults = {
            **cls._defaults,
            **{name: cls.__dict__[name] for name in cls.__annotations__ if name in cls.__dict__},
        }

    def __init__(self, *given: Any, **named: Any) -> None:
        fields, held = self._fields, self.__dict__
        held.update(self._defaults)
        held.update(zip(fields, given, strict=False))
        held.update(named)
        twice = given and not named.keys().isdisjoint(fields[: len(given)])
        if twice or held.keys() != self._every or len(given) > len(fields):
            from inspect import signature

            signature(type(self)).bind(*given, **named)  # which says what is missing, or one too many

    def held(self) -> dict[str, Any]:
        """Give the fields by name."""
        return {name: getattr(self, name) for name in self._fields}

    @property
    def _held(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self._compared)

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self._shown)
        return f"{type(self).__name__}({', '.join(shown)})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: replaced({name}=…) gives another one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")
