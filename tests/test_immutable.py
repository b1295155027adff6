"""What is declared as `Data` behaves as a frozen dataclass does, for whoever made or reads it."""

import copy
import dataclasses
import inspect
import pickle
import pprint
from collections.abc import Mapping

import pytest

from gmconfig.immutable import EMPTY, Data


class Port(Data, hidden=("key",), unequal=("seen",)):
    name: str
    number: int = 80
    labels: Mapping[str, str] = EMPTY
    key: str = ""
    seen: int = 0


class Named(Port):
    title: str = "none"
    number: int = 443

    @property
    def shown(self) -> str:
        return f"{self.title}: {self.name}"


@dataclasses.dataclass(frozen=True)
class Dataclass:
    name: str
    number: int = 80
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    key: str = ""
    seen: int = 0


def test_fields_are_given_by_place_or_by_name_and_have_defaults():
    port = Port("a", 443, key="k")
    assert (port.name, port.number, port.labels, port.key, port.seen) == ("a", 443, {}, "k", 0)
    assert Named("a", title="t").shown == "t: a"
    assert (Named("a").number, Named("a", 80).number) == (443, 80)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ((), {}),
        ((), {"number": 1}),
        (("a",), {"other": 1}),
        ((), {"nmae": "a"}),
        (("a",), {"name": "b"}),
        (("a", 1, {}, "", 0, 9), {}),
    ],
)
def test_what_a_dataclass_refuses_is_refused(given: tuple[object, ...], named: dict[str, object]):
    with pytest.raises(TypeError):
        Dataclass(*given, **named)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Port(*given, **named)  # type: ignore[arg-type]


def test_two_are_equal_by_what_they_hold():
    assert Port("a", seen=1) == Port("a", seen=2)
    assert hash(Port("a", labels=(), seen=1)) == hash(Port("a", labels=(), seen=2))  # type: ignore[arg-type]
    assert Port("a", key="k") != Port("a")
    assert Port("a") != Named("a")


def test_its_text_hides_what_it_is_told_to():
    assert repr(Port("a", key="k")) == "Port(name='a', number=80, labels={}, seen=0)"
    assert "title='t'" in repr(Named("a", title="t"))
    assert "k3y" not in repr(Named("a", key="k3y"))


def test_nobody_changes_it():
    port = Port("a")
    for change in (
        lambda: setattr(port, "name", "b"),
        lambda: setattr(port, "new", 1),
        lambda: delattr(port, "name"),
    ):
        with pytest.raises(AttributeError, match="immutable"):
            change()
    assert port == Port("a")


def test_another_one_is_made_of_it():
    assert Port("a").replaced(number=1) == Port("a", 1) == dataclasses.replace(Port("a"), number=1)
    assert Named("a").replaced(title="t").shown == "t: a"


def test_the_library_knows_it():
    assert dataclasses.asdict(Named("a", labels={"b": "c"})) == Named("a", labels={"b": "c"}).held()
    assert [one.name for one in dataclasses.fields(Named)] == [
        "name",
        "number",
        "labels",
        "key",
        "seen",
        "title",
    ]
    assert str(inspect.signature(Port)).startswith("(name: str, number: int = 80, labels:")


@pytest.mark.parametrize("slots", [False, True])
def test_others_declare_more_of_it_as_dataclasses(slots: bool):
    @dataclasses.dataclass(frozen=True, slots=slots)
    class Local(Port):
        device: str = "lo"

    local = Local("a", 1, key="k3y", device="eth0").replaced(number=2)
    assert dataclasses.astuple(local) == ("a", 2, {}, "k3y", 0, "eth0")
    assert local == local.replaced(seen=1)
    assert "k3y" not in repr(local) + pprint.pformat([local], width=20)


def test_it_is_taken_apart_by_place():
    match Port("a"):
        case Port(name, number):
            assert (name, number) == ("a", 80)


def test_it_is_copied_and_pickled():
    port = Named("a", labels={"b": "c"})
    assert copy.deepcopy(port) == copy.copy(port) == pickle.loads(pickle.dumps(port)) == port
