"""Values that cannot be known here: sealed without a key, or a placeholder left to the application."""

from collections.abc import Callable, Iterator

from gmconfig.path import Keys


class Unknown:
    """Stands where a value is that nobody knows here; checks on it neither fail nor pass."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = Unknown()


def plain(value: object, is_unknown: Callable[[object], bool]) -> object:
    """Give the value as JSON knows it: binary as base64, tagged scalars as text, the unknown marked."""
    if is_unknown(value):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: plain(item, is_unknown) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, is_unknown) for item in value]
    if isinstance(value, bytes):
        from binascii import b2a_base64

        return b2a_base64(value, newline=False).decode()
    if isinstance(value, str) and type(value) is not str:
        return str.__str__(value)
    return value


def unknown_paths(value: object, keys: Keys = ()) -> Iterator[Keys]:
    """Yield where a marked value is unknown."""
    if value is UNKNOWN:
        yield keys
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from unknown_paths(item, (*keys, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from unknown_paths(item, (*keys, index))


def holds_unknown(value: object) -> bool:
    """Whether anything in a marked value is unknown."""
    return next(unknown_paths(value), None) is not None


def stand_in(value: object) -> object:
    """Give a marked value with some text for the unknown, for an engine that needs one."""
    if isinstance(value, dict):
        return {key: stand_in(item) for key, item in value.items()}
    if isinstance(value, list):
        return [stand_in(item) for item in value]
    return "" if value is UNKNOWN else value
