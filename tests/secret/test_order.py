"""Events in the order in which they were made, by what they name and not by their clocks."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from gmconfig.secret.keyring import identity
from gmconfig.secret.log import event
from gmconfig.secret.log.order import in_order

WHO = identity.generate()


def made(number: int, time: str, tree: dict) -> event.Event:
    content = {
        "operation": "set", "actor": "alice", "time": time, "reason": str(number), "root": "", "policy": "p", **tree
    }  # fmt: skip
    name, raw = event.write(content, WHO)
    return event.read(raw, name)


def change(token: str, before: list[str]) -> dict:
    values = [[["db_password", "value"], token, before]]
    layer = {"document": None, "environment": None, "variables": {}, "yaml": 1}
    return {"changes": [{**layer, "scope": "default", "generation": "k1", "values": values}]}


@given(st.lists(st.integers(0, 2), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_a_chain_of_values_keeps_its_order_whatever_the_clocks_say(seconds, shuffle: random.Random):
    chain = [
        made(n, f"2026-11-22T16:40:0{second}Z", change(f"t{n}", [f"t{n - 1}"] if n else []))
        for n, second in enumerate(seconds)
    ]
    mixed = chain[:]
    shuffle.shuffle(mixed)
    assert in_order(mixed) == chain


def test_what_nothing_connects_is_sorted_by_time():
    late, early = (made(n, f"2026-11-22T16:40:0{9 - n}Z", change(f"t{n}", [])) for n in range(2))
    assert in_order([late, early]) == [early, late]


def test_a_value_comes_after_its_key_and_its_policy():
    key = {"generations": [{"scope": "default", "generation": "k1", "record": "r"}]}
    root = made(0, "2026-11-22T16:40:05Z", {"access": {}, "parents": [], **key})
    value = made(1, "2026-11-22T16:40:01Z", change("t1", []))
    assert in_order([value, root]) == [root, value]


def test_events_that_name_each_other_in_a_ring_are_all_there():
    """Nobody can sign two such by hashes, but tokens are only named."""
    ring = [made(n, "2026-11-22T16:40:01Z", change(f"t{n}", [f"t{1 - n}"])) for n in range(2)]
    assert sorted(one.id for one in in_order(ring)) == sorted(one.id for one in ring)


def test_the_log_of_one_second_is_told_in_order(world):
    world.create("db_password", "v1")
    for number in range(2, 7):
        world.change("db_password", f"v{number}")
    ordered = in_order(world.vault().ledger)
    assert [one.operation for one in ordered] == ["init", "create", *["set"] * 5]
    values = [one.tree["changes"][0]["values"][0] for one in ordered[1:]]
    assert [before for _, _, before, *_ in values[1:]] == [[token] for _, token, *_ in values[:-1]]
