"""What failed its health check is not tried again by itself, until something else was there or is wanted."""

import pytest

from gmconfig.record.entry import Outcome, Record, Step
from gmconfig.record.quarantine import quarantined


def _record(step: Step, wanted: str = "bad", *, unwell: bool = False, target: str = "web") -> Record:
    return Record("production", 1, "c" * 40, targets={target: Outcome(step, wanted=wanted, unwell=unwell)})


UNWELL = _record(Step.RESTORED, unwell=True)


@pytest.mark.parametrize(
    ("records", "found"),
    [
        ([UNWELL], True),
        ([_record(Step.SKIPPED), _record(Step.WAITING), _record(Step.STAGED), UNWELL], True),
        ([_record(Step.HEALTHY, target="worker"), UNWELL], True),
        ([_record(Step.HEALTHY, "good"), UNWELL], False),
        ([_record(Step.FAILED, unwell=False), UNWELL], False),
        ([_record(Step.RESTORED, "worse", unwell=True)], False),
        ([], False),
    ],
)
def test_only_the_last_word_on_just_this_content_counts(records: list[Record], found: bool):
    assert quarantined(records, "web", "bad") is (UNWELL if found else None)
