"""Files that are asked for one by one come right in every order, and in few goes where the order is theirs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.errors import GitTrouble
from gmconfig.storage.git.ahead import Ahead

NAMES = [
    f"{folder}/{number:03}.{kind}" for folder in "ab" for number in range(40) for kind in ("yaml", "json")
]


class Shelf:
    """Files, some of which cannot be had, and how they were asked for."""

    def __init__(self, names, broken=frozenset(), size=1):
        self.names, self.broken, self.size, self.goes = names, broken, size, []

    def fetch(self, paths):
        self.goes.append(tuple(paths))
        if self.broken & {*paths}:
            raise GitTrouble("missing")
        return {path: path.encode() * self.size for path in paths}

    def ahead(self) -> Ahead:
        return Ahead(lambda: self.names, self.fetch)


@given(
    asked=st.lists(st.sampled_from(NAMES) | st.integers(0, 150).map(lambda n: NAMES[n : n + 9]), max_size=30),
    broken=st.frozensets(st.sampled_from(NAMES), max_size=3),
    size=st.sampled_from([1, 1 << 18]),
)
def test_each_file_comes_right_whatever_was_asked_before(asked, broken, size):
    shelf = Shelf(NAMES, broken, size)
    ahead = shelf.ahead()
    for path in [path for some in asked for path in ([some] if isinstance(some, str) else some)]:
        if path in broken:
            with pytest.raises(GitTrouble):
                ahead.read(path)
        else:
            assert ahead.read(path) == path.encode() * size


def test_files_in_order_come_in_few_goes_and_others_one_by_one():
    names = [f"config/{number:04}.yaml" for number in range(2000)]
    shelf = Shelf(names)
    ahead = shelf.ahead()
    assert [ahead.read(name) for name in names] == [name.encode() for name in names]
    assert len(shelf.goes) < 25
    assert sum(map(len, shelf.goes)) == len(names)
    shelf.goes.clear()
    backwards = shelf.ahead()
    for name in names[::-1][:50]:
        backwards.read(name)
    assert sum(map(len, shelf.goes)) == 50


def test_documents_that_have_a_folder_each_come_in_few_goes():
    names = [f"config/{number:04}/{layer}.yaml" for number in range(1000) for layer in ("base", "production")]
    shelf = Shelf(names)
    ahead = shelf.ahead()
    assert [ahead.read(name) for name in names] == [name.encode() for name in names]
    assert len(shelf.goes) < 25


def test_a_file_that_is_read_along_again_takes_no_more_room():
    names = [f"{number:03}.yaml" for number in range(60)]
    shelf = Shelf(names, size=(3 << 19) // 8)  # there is room for five
    ahead = shelf.ahead()
    for number in (3, 50, 0, 1, 2, 3, 50):
        ahead.read(names[number])
    assert len(shelf.goes) == 3


def test_large_files_are_not_read_along_by_the_hundred():
    names = [f"{number:04}.yaml" for number in range(200)]
    shelf = Shelf(names, size=1 << 17)
    ahead = shelf.ahead()
    for name in names:
        ahead.read(name)
    assert max(map(len, shelf.goes)) <= 8


def test_a_file_that_no_one_listed_is_read_alone():
    shelf = Shelf([])
    ahead = shelf.ahead()
    assert [ahead.read(name) for name in "abcde"] == [name.encode() for name in "abcde"]
    assert shelf.goes == [(name,) for name in "abcde"]
