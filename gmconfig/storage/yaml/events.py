"""A file's parse events with the strictness of YAML 1.2 where ruamel's parsers have less."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration, shell_word
from gmconfig.finding import Place
from gmconfig.storage import MOST_FOR_SLOW
from gmconfig.storage.yaml.expansion import DEPTH_LIMIT, TOO_DEEP
from gmconfig.storage.yaml.native import (
    CParser,
    MappingEndEvent,
    MappingStartEvent,
    MarkedYAMLError,
    SequenceEndEvent,
    SequenceStartEvent,
    YAMLError,
)
from gmconfig.storage.yaml.text import line_starts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

_FOREIGN_BREAKS = re.compile("[\x85\u2028\u2029]")
"""Line breaks for YAML 1.1, which both parsers take for some; ordinary characters for YAML 1.2."""
_FLOW_QUESTION = re.compile(r"(?<=[\[{,])(\s*)\?(?=[^\s,\[\]{}])")
"""`[?x]` is the text "?x"; both parsers take it for a key."""
_BLANK_WITH_TAB = re.compile(r"^[ ]*\t[ \t]*(?=[\n\r])", re.M)
_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?\r?$", re.M)
_CONFLICT = tuple(re.compile(rf"^{char * 7}(?=[ \r\n]|$)", re.M) for char in "<=>")
"""The lines that git leaves around both sides of what it could not merge, in their order."""
_BARE = re.compile(r"[\[{,:] *\$(?:\{\w*)?$")
"""A placeholder without quotes, up to the brace that ends a word within `{}` or `[]`."""
_LATER_VERSION = re.compile(r"^(%YAML[ \t]+1\.)[3-9](?=[ \t\n\r])", re.M)
_PRIVATE_USE = range(0xE000, 0xF8FF)


def events(text: str, file: str) -> list[Any]:
    """Give all parse events; where the C parser refuses, the pure one is asked.

    Raises:
        BrokenConfiguration: both refuse.
    """
    shielded, restored = _shielded(text)
    if text.endswith((" ", "\t")):
        shielded += "\n"  # both parsers lose a last blank line of a block scalar that has no line break
    found = _parsed(shielded, file)
    if restored:
        for event in found:
            if getattr(event, "value", None):
                event.value = event.value.translate(restored)
    return found


def _parsed(text: str, file: str) -> list[Any]:
    try:
        return list(_c_events(text, file))
    except YAMLError as error:
        return _second_opinion(text, error, file)


def _c_events(text: str, file: str) -> Iterator[Any]:
    """Yield the C parser's events; endless nesting ends here, for the pure parser would choke on it."""
    next_event: Callable[[], Any] = CParser(text).get_event
    depth = 0
    while (event := next_event()) is not None:
        kind = type(event)
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            depth += 1
            if depth > DEPTH_LIMIT:
                mark = event.start_mark
                raise BrokenConfiguration(TOO_DEEP, place=Place(file, mark.line + 1, mark.column + 1))
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            depth -= 1
        yield event


def _second_opinion(text: str, refusal: YAMLError, file: str) -> list[Any]:
    """Ask the pure parser, which knows more of YAML 1.2 and is ten times slower."""
    from ruamel.yaml import YAML

    if len(text) > MOST_FOR_SLOW:
        raise _broken(refusal, text, file)

    try:
        return list(YAML(typ="safe", pure=True).parse(text))
    except (YAMLError, ValueError, IndexError, AttributeError, AssertionError, RecursionError):
        eased = _eased(text)
    if eased == text:
        raise _broken(refusal, text, file)
    return _parsed(eased, file)


def _eased(text: str) -> str:
    """Write what both parsers refuse wrongly as they like it, at the same width."""
    eased = _LATER_VERSION.sub(r"\g<1>2", text)
    if _BLOCK_SCALAR.search(text):
        return eased  # whose blank lines are content
    return _BLANK_WITH_TAB.sub(lambda match: " " * len(match[0]), eased)


def _conflict(text: str) -> int:
    """Give the line where a conflict begins that nobody has resolved; 0 where there is none."""
    start, at = 0, 0
    for mark in _CONFLICT:
        found = mark.search(text, at)
        if found is None:
            return 0
        start, at = start or text.count("\n", 0, found.start()) + 1, found.end()
    return start


def _broken(error: YAMLError, text: str, file: str) -> BrokenConfiguration:
    conflict = _conflict(text)
    if conflict:
        message = "git could not merge this: both sides stand here"
        choose = "choose one or join them, then: git add" + (f" {shell_word(file)}" if file else "")
        return BrokenConfiguration(message, hint=choose, place=Place(file, conflict))
    if not isinstance(error, MarkedYAMLError):
        return BrokenConfiguration(str(error).splitlines()[0], place=Place(file))
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return BrokenConfiguration(", ".join(filter(None, (problem, context))), place=Place(file))
    from gmconfig.storage.yaml.complaint import Mark, complaint

    start = error.context_mark or mark
    found = complaint(text, problem, context, Mark(mark.line, mark.column), Mark(start.line, start.column))
    before = text[line_starts(text)[found.mark.line] :][: mark.column]
    hint = 'between {} and [] a placeholder needs quotes: "${NAME}"' if _BARE.search(before) else found.hint
    return BrokenConfiguration(
        found.message, hint=hint, place=Place(file, found.mark.line + 1, found.mark.column + 1)
    )


def _shielded(text: str) -> tuple[str, dict[int, str]]:
    """Hide what the parsers misread behind unused characters of the same width."""
    has_question = "?" in text and _FLOW_QUESTION.search(text)
    if not has_question and (text.isascii() or not _FOREIGN_BREAKS.search(text)):
        return text, {}
    unused = (code for code in _PRIVATE_USE if chr(code) not in text)
    there = {ord(char): next(unused) for char in "\x85\u2028\u2029?"}
    question = chr(there.pop(ord("?")))
    shielded = _FLOW_QUESTION.sub(rf"\1{question}", text.translate(there))
    back = {stand_in: chr(char) for char, stand_in in there.items()}
    return shielded, {**back, ord(question): "?"}
