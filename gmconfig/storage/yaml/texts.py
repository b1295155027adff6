"""Texts of several lines, below the key whose value they are: literal, folded, or in quotes."""

from __future__ import annotations

import re

from gmconfig.storage.yaml.lines import Undecided

_CONTINUED = re.compile(r" *([^\"\\]*)(?:(\\)|\"(?: +#.*)? *)")


def text_below(lines: list[str], at: int, outer: int, begun: str) -> tuple[str, int]:
    """Read a text whose key is this far in; `begun` is what stands beside the key.

    Gives it with the number of the line behind it.

    Raises:
        Undecided: somebody who knows more of YAML has to read it.
    """
    return (_quoted if begun[0] == '"' else _block)(lines, at, outer, begun)


def _quoted(lines: list[str], at: int, outer: int, begun: str) -> tuple[str, int]:
    """Read a text in double quotes whose lines end in a backslash: it goes on in the next line's first word."""
    text, margin = begun[1:-1], " " * (outer + 1)
    while True:
        found = _CONTINUED.fullmatch(lines[at]) if lines[at].startswith(margin) else None
        if found is None:
            raise Undecided
        text += found[1]
        at += 1
        if not found[2]:
            return text, at


def _block(lines: list[str], at: int, outer: int, style: str) -> tuple[str, int]:
    """Read a literal or folded text."""
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
    bodies = [line[indent:] for line in own]
    text = ("\n".join(bodies) if style[0] == "|" else _folded(bodies)).rstrip("\n")
    return text + ("" if style[-1] == "-" else "\n"), at


def _folded(lines: list[str]) -> str:
    """Join lines by spaces, but where some are empty, and around those that stand further in."""
    text, empty, before = lines[0], "", lines[0][0] == " "
    for line in lines[1:]:
        if not line:
            empty += "\n"
            continue
        further = line[0] == " "
        text += ("\n" if before or further else "" if empty else " ") + empty + line
        empty, before = "", further
    return text
