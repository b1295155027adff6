"""Time spans: one grammar, and what each place takes of it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.errors import UsageError
from gmconfig.project.span import AGE, KEEP, WAIT, spelled

HOUR, DAY = 3600, 86_400
SCHEMA = (Path(__file__).parents[2] / "schemas" / "gmconfig.schema.json").read_text()


@pytest.mark.parametrize(
    ("spans", "text", "seconds"),
    [
        (WAIT, "500ms", 0.5),
        (WAIT, "5s", 5),
        (WAIT, "10m", 600),
        (WAIT, "2h", 2 * HOUR),
        (WAIT, "0s", 0),
        (KEEP, "90m", 1.5 * HOUR),
        (KEEP, "12h", 12 * HOUR),
        (KEEP, "30d", 30 * DAY),
        (KEEP, "2w", 14 * DAY),
        (KEEP, "1y", 365 * DAY),
        (AGE, "90d", 90 * DAY),
        (AGE, "12w", 84 * DAY),
        (AGE, "6m", 180 * DAY),
        (AGE, "1y", 365 * DAY),
    ],
)
def test_a_number_and_its_unit_are_seconds(spans, text, seconds):
    assert spans.accepts(text)
    assert spans.seconds(text) == seconds


@given(st.sampled_from([("ms", 999_999_999), ("s", 999_999), ("m", 9999), ("h", 999)]), st.data())
def test_what_is_spelled_reads_back(unit, data):
    seconds = WAIT.seconds(f"{data.draw(st.integers(0, unit[1]))}{unit[0]}")
    assert WAIT.seconds(spelled(seconds)) == seconds


def test_a_span_is_spelled_in_the_largest_unit_that_fits():
    assert [spelled(one) for one in (0, 0.5, 90, 300, 7200, 5400)] == [
        "0s",
        "500ms",
        "90s",
        "5m",
        "2h",
        "90m",
    ]


@pytest.mark.parametrize(
    ("spans", "texts"),
    [
        (WAIT, ["1d", "9999999s", "99999m", "1000h", "1234567890ms", "ms"]),
        (KEEP, ["3ms", "3x", "9999999d"]),
        (AGE, ["0d", "12h", "5ms", "90000d", "9x"]),
    ],
)
def test_what_a_place_does_not_take_is_refused_with_its_examples(spans, texts):
    for text in [*texts, "", "d", "m", "3", "-3m", "3 m", "٣m", "1.5m", "²m", "3M"]:
        assert not spans.accepts(text)
        with pytest.raises(UsageError, match=f'"{re.escape(text)}" is not {spans.noun}') as caught:
            spans.seconds(text)
        assert caught.value.hint == spans.examples


def test_editors_are_told_the_same_grammar():
    patterns = {json.loads(text) for text in re.findall(r'"pattern": ("\^\(?\[0-9\].*")', SCHEMA)}
    texts = ["9" * digits + unit for digits in range(11) for unit in ("", "ms", *"smhdwy")]
    told = [{text for text in texts if re.search(pattern, text)} for pattern in sorted(patterns)]
    assert told == [{text for text in texts if spans.accepts(text)} for spans in (WAIT, KEEP)]
