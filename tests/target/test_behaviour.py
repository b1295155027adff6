"""What every kind of target does alike, on real ones."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gmconfig.errors import GmconfigError, Refused, UsageError
from gmconfig.target.kind import UNMANAGED, Live
from tests.target.places import ALONE, FILE, PLACES, Place, deploy, release


def test_where_nothing_is_there_is_nothing(place: Place):
    assert place.open().read() == Live()


def test_what_is_staged_is_not_seen(place: Place):
    place.open().stage(release(1))
    assert place.open().read().release is None


def test_what_is_activated_is_live_with_its_marker(place: Place):
    one = release(1)
    name = deploy(place.open(), one)
    live = place.open().read()
    assert (live.release, dict(live.files), live.untouched, live.problem) == (name, one.files, True, None)
    assert live.marker is not None
    assert (live.marker.record, live.marker.wanted) == (one.marker.record, one.marker.wanted)
    assert live.marker.fits(one.files)


def test_the_next_release_replaces_the_one_before(place: Place):
    first = deploy(place.open(), release(1))
    second = deploy(place.open(), release(2), expected=first)
    live = place.open().read()
    assert (live.release, live.files[FILE]) == (second, b"port: 2\n")


def test_doing_it_twice_changes_nothing(place: Place):
    one = release(1)
    deploy(place.open(), one)
    before = place.open().read()
    name = deploy(place.open(), one, expected=before.release)
    assert name == before.release
    assert place.open().read().digest == before.digest


def test_a_staged_release_may_be_staged_again_with_another_content(place: Place):
    kind = place.open()
    kind.stage(release(1, b"port: 8\n"))
    kind.stage(release(1, b"port: 9\n"))
    kind.activate(release(1, b"port: 9\n"), expected=None)
    assert place.open().read().files[FILE] == b"port: 9\n"


def test_another_release_than_the_expected_is_left_alone(place: Place):
    first = deploy(place.open(), release(1))
    second = deploy(place.open(), release(2), expected=first)
    for expected in (None, first):
        with pytest.raises(Refused):
            deploy(place.open(), release(3), expected=expected)
    assert place.open().read().release == second


def test_who_was_overtaken_is_refused(place: Place):
    first = deploy(place.open(), release(1, fencing=5))
    with pytest.raises(Refused, match="newer deployment"):
        deploy(place.open(), release(2, fencing=4), expected=first)
    with pytest.raises(Refused, match="newer deployment"):
        place.open().revert(None, expected=first, fencing=4)
    assert place.open().read().release == first


def test_a_revert_does_not_lower_the_bar(place: Place):
    first = deploy(place.open(), release(1, fencing=1))
    second = deploy(place.open(), release(2, fencing=7), expected=first)
    place.open().revert(first, expected=second, fencing=7)
    now = place.open().read().release
    with pytest.raises(Refused, match="newer deployment"):
        deploy(place.open(), release(3, fencing=6), expected=now)


def test_a_revert_brings_back_what_was_there(place: Place):
    first = deploy(place.open(), release(1))
    second = deploy(place.open(), release(2), expected=first)
    place.open().revert(first, expected=second, fencing=3)
    live = place.open().read()
    assert (live.files[FILE], live.untouched) == (b"port: 1\n", True)
    assert live.marker is not None
    assert live.marker.record == "production-1"


def test_a_revert_to_nothing_leaves_nothing(place: Place):
    first = deploy(place.open(), release(1))
    place.open().revert(None, expected=first, fencing=2)
    assert place.open().read() == Live()
    place.open().revert(None, expected=first, fencing=2)
    deploy(place.open(), release(3))
    assert place.open().read().files[FILE] == b"port: 3\n"


def test_a_revert_of_what_somebody_else_replaced_is_refused(place: Place):
    first = deploy(place.open(), release(1))
    second = deploy(place.open(), release(2), expected=first)
    third = deploy(place.open(), release(3), expected=second)
    with pytest.raises(Refused):
        place.open().revert(first, expected=second, fencing=9)
    assert place.open().read().release == third


def test_an_edit_by_hand_shows(place: Place):
    deploy(place.open(), release(1))
    before = place.open().read()
    place.edit(b"port: 99\n")
    live = place.open().read()
    assert (live.files[FILE], live.untouched) == (b"port: 99\n", False)
    assert live.digest != before.digest
    assert live.marker is not None
    assert live.marker.record == "production-1"


def test_an_edited_release_is_replaced_by_the_next(place: Place):
    deploy(place.open(), release(1))
    place.edit(b"port: 99\n")
    deploy(place.open(), release(2), expected=place.open().read().release)
    assert place.open().read().files[FILE] == b"port: 2\n"


def test_only_some_releases_are_kept(place: Place):
    kind = place.open(keep=3)
    live = None
    for number in range(1, 7):
        live = deploy(kind, release(number), expected=live)
        kind.prune()
    assert place.open().read().files[FILE] == b"port: 6\n"
    assert kind.prune() == []


def test_one_of_many_writers_wins(place: Place):
    first = deploy(place.open(), release(1))

    def attempt(number: int) -> bool:
        try:
            deploy(place.open(), release(number, fencing=2), expected=first)
        except GmconfigError as error:
            assert error.exit_code == 4, error
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        won = list(pool.map(attempt, range(2, 7)))
    assert won.count(True) == 1
    assert place.open().read().files[FILE] == b"port: %d\n" % (won.index(True) + 2)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "0", "-x", "a\0b"])
def test_a_hostile_release_name_is_refused(place: Place, name: str):
    from dataclasses import replace

    with pytest.raises(UsageError):
        place.open().stage(replace(release(1), id=name))


@pytest.mark.parametrize("place", [name for name in PLACES if name not in ALONE], indirect=True)
def test_what_others_put_there_needs_a_word_and_is_kept(place: Place):
    place.put_by_hand(b"port: 7\n")
    live = place.open().read()
    assert (live.release, live.files[FILE], live.marker) == (UNMANAGED, b"port: 7\n", None)
    assert any("gmconfig did not put" in words for words in place.open().check(10))
    with pytest.raises(Refused, match="did not put"):
        deploy(place.open(), release(1), expected=UNMANAGED)
    assert place.open().read().files[FILE] == b"port: 7\n"
    assert place.open(take_over=True).check(10) == []
    name = deploy(place.open(take_over=True), release(1), expected=UNMANAGED)
    assert place.open().read().files[FILE] == b"port: 1\n"
    place.open().revert(UNMANAGED, expected=name, fencing=2)
    live = place.open().read()
    assert (live.release, live.files[FILE], live.marker) == (UNMANAGED, b"port: 7\n", None)


def test_a_place_that_can_be_written_lacks_nothing(place: Place):
    assert place.open().check(1000) == []
