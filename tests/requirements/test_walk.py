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
    assert [f"{line.section}: {line.text}" for line in lines if not _is_shown(line)] == []


def _is_shown(line: document.Line) -> bool:
    """Whether a test shows it, or tests show all that it is the heading of."""
    below = [one for one in document.lines() if line.is_above(one)]
    return bool(walk.shown_by(line) or (below and all(map(_is_shown, below))))


def test_nothing_is_claimed_that_the_document_does_not_say():
    said = {(line.section, line.text) for line in document.lines()}
    claimed = {(section, text) for section, below in walk.SHOWN.items() for text in below}
    assert claimed - said == set()
    assert {section for section, below in walk.SHOWN.items() if not below} == set()


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
