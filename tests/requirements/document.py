"""The requirements document, read line by line: it lies beside the conformance suites."""

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

_HEADING = re.compile(r"(#+) (.*)")
_ITEM = re.compile(r"(\s*)(?:-|\d+\.) (.*)")
_ENTRY = re.compile(r"`(\w+)\((.*)\)`: ")


@dataclass(frozen=True)
class Line:
    """One thing that the document says.

    Attributes:
        section: the headings above it (and the item that it explains), from the outside in.
        text: as it stands there; a sample's is its language.
        sample: the code of a sample.
        heads: the section that it is the heading of, if it is one's.
    """

    section: str
    text: str
    sample: str = ""
    heads: str | None = None

    def is_above(self, other: "Line") -> bool:
        """Whether it is a heading of another line."""
        inside = other.section == self.heads or other.section.startswith(f"{self.heads} / ".lstrip(" /"))
        return self.heads is not None and other != self and inside


@dataclass(frozen=True)
class Entry:
    """One method of the API reference: its class, its name, its arguments as they are written."""

    owner: str
    name: str
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.owner}.{self.name}"


def path() -> Path | None:
    """Give where the document lies; None where it is not at hand."""
    folder = os.environ.get("GMCONFIG_CONFORMANCE_DATA")
    file = Path(folder or "/nowhere").parent / "requirements" / "configuration-management-system.md"
    return file if folder and file.exists() else None


needs_document = pytest.mark.skipif(
    path() is None, reason="GMCONFIG_CONFORMANCE_DATA has no requirements document beside it"
)


@cache
def lines() -> tuple[Line, ...]:
    """Give everything that the document says, from its first line to its last."""
    file = path()
    assert file is not None
    return tuple(_read(file.read_text().splitlines()))


def samples() -> dict[str, str]:
    """Give each sample's code by its section; no section has two."""
    found = [line for line in lines() if line.sample]
    by_section = {line.section: line.sample for line in found}
    assert len(by_section) == len(found)
    return by_section


def entries() -> tuple[Entry, ...]:
    """Give the methods of the API reference."""
    listed = [line for line in lines() if line.section.startswith("API Reference / ")]
    found = [(line.section.partition(" / ")[2], _ENTRY.match(line.text)) for line in listed]
    return tuple(
        Entry(owner, entry.group(1), tuple(filter(None, entry.group(2).split(", "))))
        for owner, entry in found
        if entry
    )


def _read(rows: list[str]):
    above: list[str] = []
    rest = iter(rows)
    item = ""
    for row in rest:
        heading, listed = _HEADING.match(row), _ITEM.match(row)
        section = " / ".join(above[1:])
        if heading:
            above[len(heading.group(1)) - 1 :] = [heading.group(2)]
            section = " / ".join(above[1:])
            yield Line(section, heading.group(2), heads=section)
        elif row.startswith("```"):
            code = list(iter(lambda: next(rest), "```"))
            yield Line(section, row.removeprefix("```"), "\n".join(code) + "\n")
        elif listed:
            deeper = f"{section} / {item}" if listed.group(1) else section
            item = item if listed.group(1) else listed.group(2).strip("*")
            yield Line(deeper, listed.group(2), heads=f"{section} / {item}")
        elif row.strip():
            yield Line(section, row)
