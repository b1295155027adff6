"""A file that is checked: its data, whatever its format, and where in its text each value stands."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Place
from gmconfig.path import Keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.storage.yaml.nodes import Stream


def documents_of(raw: bytes, file: str) -> list[object]:
    """Give the data of a YAML, JSON or TOML file, by its name; an empty YAML file is one null.

    Raises:
        BrokenConfiguration: it cannot be read.
    """
    if file.endswith(".json"):
        return [_json(raw, file)]
    if file.endswith(".toml"):
        return [_toml(raw, file)]
    from gmconfig.storage.yaml import load_all

    return load_all(raw, file) or [None]


class Source:
    """A file's text, composed when somebody first asks for a place in it."""

    __slots__ = ("_lines", "_stream", "file", "raw")

    def __init__(self, file: str, raw: bytes) -> None:
        self.file = file
        self.raw = raw
        self._stream: Stream | None = None
        self._lines: list[str] | None = None

    def place(self, keys: Keys, *, key: bool = False, document: int = 1) -> Place:
        """Say where a value stands, or its key; what is missing stands where its parent does."""
        from gmconfig.storage.yaml import place

        stream = self._composed()
        return place(stream, keys, key=key, document=document) if stream else Place(self.file)

    def width(self, keys: Keys, *, key: bool = False, document: int = 1) -> int:
        """Say how many columns a value, or its key, spans."""
        from gmconfig.storage.yaml import width

        if key and keys:
            return len(str(keys[-1]))
        stream = self._composed()
        return width(stream, keys, document) if stream else 1

    def line(self, number: int) -> str:
        """Give a line of the text, by its number from 1; empty where there is none."""
        if self._lines is None:
            self._lines = lines_in(self.raw.decode("utf-8", "replace").removeprefix("\ufeff"))
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def _composed(self) -> Stream | None:
        if self._stream is None and not self.file.endswith(".toml"):
            from gmconfig.storage.yaml import compose

            try:
                self._stream = compose(self.raw, self.file)
            except BrokenConfiguration:  # some JSON is not YAML, such as surrogate pairs
                return None
        return self._stream


def lines_in(text: str) -> list[str]:
    """Split a text where YAML and JSON count lines, and nowhere else."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _json(raw: bytes, file: str) -> object:
    import json

    from gmconfig.storage.bounds import is_too_deep, read_json
    from gmconfig.storage.yaml.expansion import TOO_DEEP

    try:
        tree = read_json(raw, object_pairs_hook=_unique, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise BrokenConfiguration(
            f"{error.msg[0].lower()}{error.msg[1:]}", place=Place(file, error.lineno, error.colno)
        ) from error
    except RecursionError as error:
        raise BrokenConfiguration("nested too deeply", place=Place(file)) from error
    except ValueError as error:  # not a text, a key given twice, NaN
        words = "not a text in UTF-8" if isinstance(error, UnicodeError) else str(error)
        raise BrokenConfiguration(words, place=Place(file)) from error
    if is_too_deep(tree):
        raise BrokenConfiguration(TOO_DEEP, place=Place(file))
    return tree


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f'the key "{key}" is given twice')
        found[key] = value
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _toml(raw: bytes, file: str) -> object:
    from gmconfig.storage.bounds import read_toml

    try:
        return _texts(read_toml(raw))
    except UnicodeDecodeError as error:
        raise BrokenConfiguration("not a text in UTF-8", place=Place(file)) from error
    except ValueError as error:
        raise BrokenConfiguration(_lowered(str(error)), place=Place(file)) from error
    except RecursionError as error:
        raise BrokenConfiguration("nested too deeply", place=Place(file)) from error


def _texts(value: object) -> object:
    """Give TOML's dates as text, as YAML's are."""
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return value if isinstance(value, str | int | float | bool) else getattr(value, "isoformat", str)()


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
