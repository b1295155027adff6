"""Every line of the requirements document is shown by a test, and what is said to show it is there."""

import re
from functools import cache
from pathlib import Path

from tests.requirements import document, walk

pytestmark = document.needs_document

HERE = Path(__file__).parent


def test_every_line_is_shown():
    lines = document.lines()
    assert len(lines) > 150
    assert [f"{line.section}: {line.text}" for line in lines if walk.shown_by(line) is None] == []


def test_nothing_is_claimed_that_the_document_does_not_say():
    said = {(line.section, line.text) for line in document.lines()}
    claimed = {(section, text) for section, below in walk.SHOWN.items() for text in below}
    assert claimed - said == set()
    assert walk.SHOWN.keys() - {section for section, _ in said} == set()


def test_a_heading_has_something_below_it_that_is_shown():
    lines = document.lines()
    empty = [
        line.section
        for line in lines
        if not walk.shown_by(line)
        and not any(
            walk.shown_by(other)
            for other in lines
            if other.section == line.section or other.section.startswith(f"{line.section} / ")
        )
        and line.section
    ]
    assert empty == []


def test_every_test_that_is_named_exists():
    named = {name for line in document.lines() for name in walk.shown_by(line) or ()}
    assert [
        name for name in sorted(named) if name.partition("::")[2] not in _tests(name.partition("::")[0])
    ] == []


@cache
def _tests(module: str) -> frozenset[str]:
    file = (HERE if "/" not in module else HERE.parent) / f"{module}.py"
    assert file.exists(), file
    return frozenset(re.findall(r"(?m)^(?:async )?def (test_\w+)\(", file.read_text()))
