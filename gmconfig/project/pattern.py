"""Patterns of file names: `values-{environment}.yaml`, `hieradata/{environment}/{document}.yaml`."""

from __future__ import annotations

from gmconfig.errors import UsageError
from gmconfig.project.names import is_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HINT = "a pattern reads like values-{environment}.yaml, relative to the folder of gmconfig.yaml"


class Pattern:
    """Literal text and variables in turn; a variable stands for one name, never for a part of a path."""

    __slots__ = ("literals", "text", "variables")

    def __init__(self, text: str) -> None:
        """Read a pattern.

        Raises:
            UsageError: it leaves the project's folder, or its braces are off.
        """
        self.text = text
        self.literals, self.variables = _parts(text)
        if not is_inside(text):
            raise UsageError(f'"{text}" does not stay in the project\'s folder', hint=HINT)

    def fill(self, values: Mapping[str, str]) -> str | None:
        """Give the file that these values mean; None where a variable has none."""
        file = self.literals[0]
        for name, literal in zip(self.variables, self.literals[1:], strict=True):
            if name not in values:
                return None
            file += values[name] + literal
        return file

    def match(self, file: str, known: Mapping[str, frozenset[str]]) -> list[dict[str, str]]:
        """Give every reading of a file's name; `known` closes the set of a variable's values."""
        first, last = self.literals[0], self.literals[-1]
        if not (file.startswith(first) and file.endswith(last)) or file.count("/") != self.text.count("/"):
            return []
        return list(self._readings(file[len(first) :], 0, {}, known))

    def _readings(
        self, rest: str, at: int, values: dict[str, str], known: Mapping[str, frozenset[str]]
    ) -> Iterator[dict[str, str]]:
        """Read what follows the literal before variable number `at`."""
        if at == len(self.variables):
            if not rest:
                yield values
            return
        name, literal = self.variables[at], self.literals[at + 1]
        for end in _ends(rest, literal, is_last=at + 1 == len(self.variables)):
            value = rest[:end]
            if is_name(value) and value in known.get(name, (value,)) and values.get(name, value) == value:
                yield from self._readings(rest[end + len(literal) :], at + 1, {**values, name: value}, known)


def _ends(rest: str, literal: str, *, is_last: bool) -> Iterator[int]:
    """Yield where a variable's value may end: before the literal that follows it."""
    if is_last:
        if rest.endswith(literal):
            yield len(rest) - len(literal)
        return
    end = rest.find(literal, 1)
    while end != -1:
        yield end
        end = rest.find(literal, end + 1)


def is_inside(file: str) -> bool:
    """Whether a relative file name stays in its folder and is spelled in the one plain way."""
    return (
        "\\" not in file and "\0" not in file and all(part not in ("", ".", "..") for part in file.split("/"))
    )


def local_twin(file: str) -> str | None:
    """Give the file that changes this one on one machine only: `a.yaml` has `a.local.yaml`."""
    stem, dot, extension = file.rpartition(".")
    if not dot or "/" in extension or stem.endswith(".local"):
        return None
    return f"{stem}.local.{extension}"


def _parts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    literals, variables = [], []
    first, *pieces = text.split("{")
    literals.append(first)
    for piece in pieces:
        name, brace, literal = piece.partition("}")
        if not brace or not is_name(name):
            raise UsageError(f'"{text}" is not a pattern: "{{{name}" names no variable', hint=HINT)
        variables.append(name)
        literals.append(literal)
    if any("}" in literal for literal in literals):
        raise UsageError(f'"{text}" is not a pattern: a "}}" closes nothing', hint=HINT)
    return tuple(literals), tuple(variables)
