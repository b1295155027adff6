"""The fastest way from a file to its data: block maps and lists of one-line values, as most configuration is.

It takes a third of the C parser's time, which makes objects of every event, and loads nothing. What it does
not know, however ordinary, it leaves to the parser; what it reads, a differential test holds to the parser.
"""

from __future__ import annotations

from gmconfig.storage.yaml.lines import EMPTY, FLOW, LINES, LITERAL, Undecided
from gmconfig.storage.yaml.scalars import BadScalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PRINTABLE = bytes((10, *range(32, 127)))
_DEEPEST = 50


def everyday(raw: bytes) -> object | None:
    """Give the data of a file with one YAML document; None if somebody else has to read it."""
    if raw.translate(None, _PRINTABLE) or not raw.endswith(b"\n"):
        return None
    try:
        return _tree(raw.decode("ascii").removeprefix("---\n").split("\n"))
    except (Undecided, BadScalar):
        return None


def _tree(lines: list[str]) -> dict[str, object] | None:
    """Read line by line; `open_` are the containers around the line at hand, each with its indentation."""
    root: dict[str, object] = {}
    open_: list[tuple[int, Any]] = [(0, root)]
    waiting: tuple[int, dict[str, object], str] | None = None  # a key whose value may follow
    known, at, end = LINES, 0, len(lines)
    while at < end:
        line = known[lines[at]]
        at += 1
        if line is None:
            continue
        indent, dash, key, kind, value = line
        if waiting is not None:
            outer, owner, name = waiting
            waiting = None
            if indent > outer or (dash and indent == outer):
                child: Any = [] if dash else {}
                owner[name] = child
                open_.append((indent, child))
                if len(open_) > _DEEPEST:
                    raise Undecided
        container = _at(open_, indent, dash)
        if kind == FLOW:
            value = _fresh(value)
        if dash:
            if key is None:
                container.append(value)
                continue
            indent += 2
            item: dict[str, object] = {}
            container.append(item)
            open_.append((indent, item))
            container = item
        if key in container:
            raise Undecided
        if kind == LITERAL:
            value, at = _literal(lines, at, indent, value)
        elif kind == EMPTY:
            waiting = indent, container, key  # type: ignore[assignment]  # only an item has no key
        container[key] = value
    return root or None


def _at(open_: list[tuple[int, Any]], indent: int, dash: bool) -> Any:
    """Close what a line's indentation ends; give the container that the line belongs to."""
    while open_[-1][0] > indent:
        open_.pop()
    found, container = open_[-1]
    if not dash and type(container) is list and len(open_) > 1:  # a list as far left as its key
        open_.pop()
        found, container = open_[-1]
    if found != indent or (type(container) is list) != dash:
        raise Undecided
    return container


def _fresh(value: object) -> object:
    """Copy what a line says: nobody shares a container with another file."""
    if type(value) is dict:
        return {key: _fresh(item) for key, item in value.items()}
    return [_fresh(item) for item in value] if type(value) is list else value


def _literal(lines: list[str], at: int, outer: int, style: str) -> tuple[str, int]:
    """Read a literal text, further in than its key; give it with the number of the line behind it."""
    indent = len(lines[at]) - len(lines[at].lstrip(" "))
    if indent <= outer or not lines[at].strip():
        raise Undecided
    begin = at
    margin = " " * indent
    while lines[at].startswith(margin) or not lines[at]:
        at += 1
        if at == len(lines):
            break
    rest = lines[at] if at < len(lines) else ""
    own = lines[begin:at]
    if rest.startswith(" " * (outer + 1)) or any(line and not line.strip() for line in (*own, rest)):
        raise Undecided
    text = "\n".join(line[indent:] for line in own).rstrip("\n")
    return text + ("" if style == "|-" else "\n"), at
