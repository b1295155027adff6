"""Refs can be written by anybody who may push: what makes no sense there is said, and crashes nobody."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gmconfig.deploy.recorded import whole
from gmconfig.errors import BrokenConfiguration
from gmconfig.project import Project
from gmconfig.record import note
from gmconfig.record.chain import Chain
from gmconfig.record.entry import Outcome, Record, State
from gmconfig.record.freeze import Freeze, Freezes
from gmconfig.record.hold import Hold
from gmconfig.record.holder import Holder
from gmconfig.record.lock import DeployLock
from gmconfig.storage.git import refs

DEEP = b"[" * 100_000
NEW = Record("production", 0, "0" * 40)


def _put(project: Project, ref: str, files: dict[str, bytes], message: str = "x") -> None:
    tip = refs.read(project.repository, ref)
    tree = refs.flat_tree(project.repository, files)
    commit = refs.chained(project.repository, (tip,) if tip else (), tree, message)
    assert refs.swap(project.repository, ref, commit, tip)


def test_a_record_that_makes_no_sense_is_called_damaged(alone: Project):
    chain = Chain(alone, "production")
    begun = chain.begin(
        Record("production", 0, alone.repository.head() or "", targets={"web": Outcome()}), {}
    )
    chain.advance(begun, State.SUCCEEDED)
    good, tip = begun.as_json(), chain.tip()
    evil = {
        "deep": DEEP,
        "a list": b"[]",
        "endless": json.dumps({**good, "number": "N"}).replace('"N"', "1e999").encode(),
        "another's": json.dumps(replace(begun, environment="../../x").as_json()).encode(),
        "renumbered": json.dumps({**good, "number": 10**30}).encode(),
        "a list for a commit": json.dumps({**good, "secrets_commit": ["x"]}).encode(),
        "a number for a release": json.dumps(
            {**good, "targets": {"web": {**Outcome().as_json(), "before": 7}}}
        ).encode(),
    }
    for what, raw in evil.items():
        _put(
            alone,
            chain.ref,
            {"record.json": raw, "plan.json": b"{}"},
            "m\n\nGmconfig-Deployment: production-1\n",
        )
        with pytest.raises(BrokenConfiguration, match="is damaged|is not gmconfig's"):
            pytest.fail(f"{what}: {list(chain.records())}")
        with pytest.raises(BrokenConfiguration):
            chain.find("production-1")
        refs.swap(alone.repository, chain.ref, tip, chain.tip())
    assert (
        whole({"targets": {"a": 3, "b": {"changes": [{"kind": "+"}]}, "c": {"like": ["x"]}}})["targets"] == {}
    )


@pytest.mark.parametrize("until", ["x", "2999-01-01T00:00:00", 5, "9999-12-31T23:59:59-14:00", ["x"]])
def test_a_freeze_whose_end_makes_no_sense_is_not_over(alone: Project, until: object):
    freezes = Freezes(alone, "production")
    _put(alone, freezes.ref, {note.FILE: json.dumps({"active": True, "until": until}).encode()})
    assert freezes.active()
    freezes.end()
    assert freezes.active() is None


def test_what_people_wrote_stays_on_one_line():
    evil = "x\n! lock\u2028y"
    said = (
        Hold(evil, record=evil, targets=(evil,), by=evil, reason=evil),
        Freeze("production", evil, by=evil),
        Holder(evil, evil, 1, evil, "", 1, datetime.max.replace(tzinfo=UTC)),
    )
    assert [len(str(one).splitlines()) for one in said] == [1, 1, 1]


def test_a_chain_that_names_no_commit_is_told(alone: Project):
    chain = Chain(alone, "production")
    blob = alone.repository.run("hash-object", "-w", "--stdin", input=b"x").decode().strip()
    refs.swap(alone.repository, chain.ref, blob, None)
    for work in (chain.latest, lambda: chain.find("production-1"), lambda: chain.begin(NEW, {})):
        with pytest.raises(BrokenConfiguration, match="names no commit"):
            work()


def test_notes_that_nest_without_end_and_locks_beyond_time(alone: Project):
    freezes, lock = Freezes(alone, "production"), DeployLock(alone, "production")
    _put(alone, freezes.ref, {note.FILE: DEEP})
    with pytest.raises(BrokenConfiguration, match="is not gmconfig's"):
        freezes.active()
    lock.acquire()
    held = note.read(alone.repository, lock.ref).content
    for until in ("9999-12-31T23:59:59-14:00", "soon"):
        _put(alone, lock.ref, {note.FILE: json.dumps({**held, "until": until}).encode()})
        assert DeployLock(alone, "production").holder() is None
