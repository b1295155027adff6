"""Who is changed before whom; pure."""

import pytest

from gmconfig.deploy.waves import waves
from gmconfig.errors import UsageError
from gmconfig.target.declared import Target


def target(name: str, wave: int) -> Target:
    return Target(name, "production", "directory", wave=wave)


SEVEN = [target(f"web-{number}", 1) for number in range(7)]


@pytest.mark.parametrize(
    ("batch", "sizes"),
    [
        (None, [7]),
        ("3", [3, 3, 1]),
        ("9", [7]),
        ("1%", [1] * 7),
        ("50%", [3, 3, 1]),
        ("100%", [7]),
    ],
)
def test_a_batch_is_a_number_or_a_share_but_never_nothing(batch: str | None, sizes: list[int]):
    assert [len(group) for group in waves(SEVEN, batch=batch)] == sizes


@pytest.mark.parametrize("batch", ["0", "0%", "101%", "-1", "x", ""])
def test_what_is_no_size_of_a_batch_is_refused(batch: str):
    with pytest.raises(UsageError, match="is not a size of a batch"):
        waves(SEVEN, batch=batch)


def test_waves_follow_each_other_and_batches_stay_within_one():
    later = [target("db-1", 2), target("db-2", 2)]
    groups = waves([*later, *SEVEN[:3]], canaries=("db-2",), batch="2")
    assert [[one.name for one in group] for group in groups] == [
        ["db-2"],
        ["web-0", "web-1"],
        ["web-2"],
        ["db-1"],
    ]
