"""What the parser complains of, in words that say what to do; where it has none for it, in the parser's own. Pure."""

from __future__ import annotations

from typing import NamedTuple

from gmconfig.storage.yaml.text import line_starts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_QUOTES = "put the value in quotes"
_INDENT = "mend its indentation, or what is not closed before it"


class Mark(NamedTuple):
    """A position in a text, from 0."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line + 1}:{self.column + 1}"


class Complaint(NamedTuple):
    """What is wrong, where, and what helps."""

    message: str
    mark: Mark
    hint: str | None = None


class _Seen(NamedTuple):
    """The parser's own words: what it met, and within what, which begins at `start`."""

    problem: str
    context: str
    mark: Mark
    start: Mark
    line: str

    @property
    def character(self) -> str:
        """What stands at the problem."""
        return self.line[self.mark.column : self.mark.column + 1]


def complaint(text: str, problem: str, context: str, mark: Mark, start: Mark) -> Complaint:
    """Say what a parser's problem at `mark`, met in a `context` that begins at `start`, means to whoever wrote it."""
    starts = line_starts(text)
    at = min(mark.line, len(starts) - 1)
    line = text[starts[at] :].partition("\n")[0]
    seen = _Seen(problem, context, Mark(at, mark.column), start, line)
    for words, explain in _EXPLAINED.items():
        if words in problem:
            return explain(seen)
    return Complaint(", ".join(part for part in (problem, context) if part), seen.mark)


def _character(seen: _Seen) -> Complaint:
    if seen.character == "\t":
        return Complaint("a tab cannot indent", seen.mark, "use spaces")
    return Complaint(f'a value cannot begin with "{seen.character}"', seen.mark, _QUOTES)


def _colon(seen: _Seen) -> Complaint:
    before = seen.line[: seen.mark.column]
    if ": " in before:
        return Complaint('a ":" within a value', seen.mark, _QUOTES)
    return Complaint("a key where the line before has a value already", seen.mark, _INDENT)


def _end(seen: _Seen) -> Complaint:
    if "quoted" not in seen.context:
        return Complaint(f"the file ends {seen.context}", seen.mark)
    return Complaint("a quote that is never closed", seen.start)


def _escape(seen: _Seen) -> Complaint:
    word = seen.line[seen.mark.column :][:2] if seen.character == "\\" else f"\\{seen.character}"
    hint = "write two backslashes, or single quotes around the value"
    return Complaint(f'"{word}" means nothing within double quotes', seen.mark, hint)


def _flow(seen: _Seen) -> Complaint:
    bracket = "{" if "}" in seen.problem else "["
    message = f'a comma is missing, or the "{bracket}" at {seen.start} is never closed'
    return Complaint(message, seen.mark)


def _key(seen: _Seen) -> Complaint:
    return _surplus(seen) or _stray(seen, "map")


def _item(seen: _Seen) -> Complaint:
    return _surplus(seen) or _stray(seen, "list")


def _document(seen: _Seen) -> Complaint:
    return _surplus(seen) or Complaint("this belongs to nothing above it", seen.mark, _INDENT)


def _surplus(seen: _Seen) -> Complaint | None:
    """Tell of what stands behind a value in its line, if that is what the parser met."""
    if not seen.line[: seen.mark.column].strip(" -"):
        return None
    return Complaint(
        "nothing can follow the value before it", seen.mark, "mend the quotes or brackets before it"
    )


def _stray(seen: _Seen, kind: str) -> Complaint:
    return Complaint(f"this does not line up with the {kind} that begins at {seen.start}", seen.mark, _INDENT)


def _missing(seen: _Seen) -> Complaint:
    return Complaint("a value is missing here", seen.mark, "write it, or close what is open before it")


def _no_colon(seen: _Seen) -> Complaint:
    return Complaint('a key without a ":" behind it', seen.start)


def _dash(seen: _Seen) -> Complaint:
    return Complaint('a "-" where no list can begin', seen.mark, "a list begins on a line of its own")


def _name(seen: _Seen) -> Complaint:
    sign = "*" if "alias" in seen.context else "&"
    return Complaint(f'a "{sign}" without a name', seen.start, _QUOTES)


_EXPLAINED: dict[str, Callable[[_Seen], Complaint]] = {
    "found character that cannot start any token": _character,
    "mapping values are not allowed": _colon,
    "found unexpected end of stream": _end,
    "found unknown escape character": _escape,
    "did not find expected ',' or": _flow,
    "did not find expected key": _key,
    "did not find expected '-' indicator": _item,
    "did not find expected <document start>": _document,
    "did not find expected node content": _missing,
    "could not find expected ':'": _no_colon,
    "block sequence entries are not allowed": _dash,
    "did not find expected alphabetic or numeric character": _name,
}
"""By the words of libyaml, whose refusal is the one that is told."""
