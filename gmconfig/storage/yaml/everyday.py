"""The fastest way from a file to its data: block maps and lists of one-line values, as most configuration is.

It takes a third of the C parser's time, which makes objects of every event, and loads nothing. What it does
not know, however ordinary, it leaves to the parser; what it reads, a differential test holds to the parser.
"""

from __future__ import annotations

from gmconfig.storage.yaml.lines import ALIAS, ANCHOR, BELOW, EMPTY, FLOW, LINES, TEXT, Undecided
from gmconfig.storage.yaml.scalars import BadScalar
from gmconfig.storage.yaml.texts import text_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gmconfig.storage.yaml.named import Names
    from gmconfig.storage.yaml.runs import Run

_PRINTABLE = bytes((10, *range(32, 127)))
_DEEPEST = 50
_LONG = 20_000
"""From so many characters on, a look for runs of lines is worth its module."""


def everyday(raw: bytes, anchors: dict[str, object] | None = None) -> object | None:
    """Give the data of a file with one YAML document; None if somebody else has to read it.

    It may be a part of a file, cut at an entry of a map or an item of a list: `anchors` gives what is known
    by name before it, and takes up what is known behind it.
    """
    if raw.translate(None, _PRINTABLE) or not raw.endswith(b"\n"):
        return None
    text = raw.decode("ascii").removeprefix("---\n")
    try:
        return _tree(text.split("\n"), _runs(text), _names(anchors) if anchors is not None else None)
    except (Undecided, BadScalar):
        return None


def _tree(lines: list[str], runs: dict[int, Run], names: Names | None) -> object | None:
    """Read line by line; `open_` are the containers around the line at hand, each with its indentation."""
    known, at, end = LINES, 0, len(lines)
    while at < end and known[lines[at]] is None:
        at += 1
    if at == end:
        return None
    column, is_list, *_ = known[lines[at]]  # type: ignore[misc]  # the first line that says something
    root: Any = [] if is_list else {}
    open_: list[tuple[int, Any]] = [(column, root)]
    waiting: tuple[int, dict[str, object], str, str] | None = None  # a key whose value may follow
    while at < end:
        line = known[lines[at]]
        at += 1
        if line is None:
            continue
        indent, dash, key, kind, value = line
        if waiting is not None:
            outer, owner, name, anchor = waiting
            waiting = None
            if kind == BELOW and indent > outer:
                owner[name] = value
                if anchor:
                    names.known[anchor] = value  # type: ignore[union-attr]  # the anchor's line made it
                continue
            if indent > outer or (dash and indent == outer):
                child: Any = [] if dash else {}
                owner[name] = child
                open_.append((indent, child))
                if len(open_) > _DEEPEST:
                    raise Undecided
                if anchor:
                    names.known[anchor] = child  # type: ignore[union-attr]  # the anchor's line made it
        container = _at(open_, indent, dash)
        if dash and key is not None:
            indent += 2
            item: dict[str, object] = {}
            container.append(item)
            open_.append((indent, item))
            container = item
        if at in runs:
            count, entries = runs[at]
            if not entries.keys().isdisjoint(container):
                raise Undecided
            container.update(entries)
            at += count - 1
            continue
        anchor = ""
        if kind >= FLOW:
            if kind == BELOW:
                raise Undecided
            if kind >= ALIAS:
                names = names or _names({})
                if kind == ALIAS:
                    value = names.meaning(value, open_)
                elif kind == ANCHOR:
                    anchor, kind, value = value
                else:
                    names.merge(container, value, open_)
                    continue
            if kind == FLOW:
                value = _fresh(value)
        if key is None:
            container.append(value)
        elif key in container:
            raise Undecided
        else:
            if kind == TEXT:
                value, at = text_below(lines, at, indent, value)
            elif kind == EMPTY:
                waiting = indent, container, key, anchor
            container[key] = value
        if anchor:
            names.known[anchor] = value  # type: ignore[union-attr]
    if names is not None:
        names.fill()
    return root  # type: ignore[no-any-return]


def _runs(text: str) -> dict[int, Run]:
    if len(text) < _LONG:
        return {}
    from gmconfig.storage.yaml.runs import runs

    return runs(text)


def _names(anchors: dict[str, object]) -> Names:
    from gmconfig.storage.yaml.named import Names

    return Names(anchors)


def _at(open_: list[tuple[int, Any]], indent: int, dash: bool) -> Any:
    """Close what a line's indentation ends; give the container that the line belongs to."""
    while open_[-1][0] > indent and len(open_) > 1:
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
