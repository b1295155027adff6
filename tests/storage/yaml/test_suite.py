"""The YAML Test Suite: what is read, what is refused, and every scalar edited in place."""

import json
import os
from pathlib import Path

import pytest

from gmconfig.errors import BrokenConfiguration, Refused
from gmconfig.path import KeyPath
from gmconfig.storage.yaml import compose, construct, load_all
from gmconfig.storage.yaml.comparison import same, with_value
from gmconfig.storage.yaml.edit import Append, Set, Unset, edit
from gmconfig.storage.yaml.positions import named_children

VALID_BUT_REFUSED = {
    # Our decision: a key twice is refused, null keys and keys behind aliases included.
    "2JQS", "X38W",
    # What both of ruamel's parsers refuse: tabs where blanks may stand, and other rarities.
    "A2M4", "CFD4", "DK95/00", "HWV9", "M7A3", "Q5MG", "R4YG",
}  # fmt: skip
INVALID_BUT_ACCEPTED: set[str] = set()
OTHER_VALUES = {
    # The suite drops tags that it does not know; here they stay with their text.
    "CUP7", "M5C3", "Z67P",
    # The suite writes 450.00 as the integer 450.
    "UGM3",
}  # fmt: skip
NOT_SPLICED = {
    # A pair without braces or a key without colon whose key is itself a map.
    "M2N8/00", "M2N8/01",
    # A lone colon between documents.
    "NKF9",
    # A block scalar whose last line is blank and has no line break.
    "L24T/01",
}  # fmt: skip

_DATA = Path(os.environ.get("GMCONFIG_CONFORMANCE_DATA", "/nonexistent")) / "yaml-test-suite"
_CASES = sorted(str(path.parent.relative_to(_DATA)) for path in _DATA.rglob("in.yaml"))
_VALID = [case for case in _CASES if not (_DATA / case / "error").exists()]
_READ = [case for case in _VALID if case not in VALID_BUT_REFUSED]
_NEW_VALUES = ["changed", 7, None, "two\nlines\n", "yes: 'no' #", {"m": ["x", {"y": 1.5}]}, []]

pytestmark = pytest.mark.skipif(not _CASES, reason="GMCONFIG_CONFORMANCE_DATA does not name the suites")


def test_the_whole_suite_is_here():
    assert len(_CASES) == 209
    assert len(_VALID) == 163


@pytest.mark.parametrize("case", [case for case in _CASES if case not in _VALID])
def test_invalid_files_are_refused_with_a_place(case):
    if case in INVALID_BUT_ACCEPTED:
        pytest.xfail("known: accepted wrongly")
    with pytest.raises(BrokenConfiguration) as refusal:
        load_all(_raw(case), "in.yaml")
    assert refusal.value.place is not None
    with pytest.raises(BrokenConfiguration):
        compose(_raw(case))


def test_valid_files_are_read_but_for_known_ones():
    assert {case for case in _VALID if not _is_read(_raw(case))} == VALID_BUT_REFUSED


def test_values_equal_the_json_of_the_suite_but_for_known_ones():
    compared = [case for case in _READ if (_DATA / case / "in.json").exists()]
    assert len(compared) == 138
    assert {case for case in compared if not same(load_all(_raw(case)), _json(case))} == OTHER_VALUES


@pytest.mark.parametrize("case", _READ)
def test_both_ways_of_reading_agree(case):
    raw = _raw(case)
    composed = [construct(document) for document in compose(raw).documents]
    assert same(load_all(raw), composed)
    assert repr(load_all(raw)) == repr(composed)


@pytest.mark.parametrize("case", _READ)
def test_setting_a_value_to_itself_keeps_every_byte(case):
    raw = _raw(case)
    for path, value in _values(raw):
        assert edit(raw, [Set(path, value)]) == raw


@pytest.mark.parametrize("case", _READ)
def test_setting_another_value_changes_that_path_only(case):
    raw = _raw(case)
    for path, _ in _values(raw):
        for value in _NEW_VALUES:
            after = _edited(case, raw, Set(path, value))
            if after is not None:
                assert same(load_all(after), _expected(raw, path, value))


@pytest.mark.parametrize("case", _READ)
def test_setting_a_plain_or_quoted_scalar_changes_its_bytes_only(case):
    raw = _raw(case)
    for path, node in _scalars(compose(raw)):
        after = _edited(case, raw, Set(path, "changed"))
        if after is not None and node.style not in ("|", ">"):
            text, new = raw.decode("utf-8-sig"), after.decode("utf-8-sig")
            if node.end <= node.outer:
                assert _inserted(text, new).strip() in ("changed", ": changed")
                continue
            assert new.startswith(text[: node.outer].rstrip())
            assert new.endswith(text[max(node.end, node.start) :])


@pytest.mark.parametrize("case", _READ)
def test_entries_can_be_added_and_removed(case):
    raw = _raw(case)
    for path, value in _values(raw):
        if path.segments:
            _edited(case, raw, Unset(path))
        if isinstance(value, dict):
            _edited(case, raw, Set(KeyPath((*path.segments, "a new key"), path.document), "new"))
        if isinstance(value, list):
            _edited(case, raw, Append(path, {"new": "item"}))


def _edited(case, raw, wanted):
    """Give the edited bytes; None if the edit is refused for a reason that is allowed."""
    try:
        return edit(raw, [wanted])
    except Refused as refusal:
        assert refusal.hint
        shared = (
            "is shared" in refusal.message or "alias" in refusal.message or "merge key" in refusal.message
        )
        assert shared or case in NOT_SPLICED, refusal
        return None


def _inserted(before, after):
    """Give what stands in one text and not in the other, which begin and end alike."""
    front = len(os.path.commonprefix([before, after]))
    back = len(os.path.commonprefix([before[front:][::-1], after[front:][::-1]]))
    assert front + back == len(before)
    return after[front : len(after) - back]


def _raw(case):
    return (_DATA / case / "in.yaml").read_bytes()


def _is_read(raw):
    try:
        load_all(raw)
    except BrokenConfiguration:
        return False
    return True


def _json(case):
    text, decoder, values = (_DATA / case / "in.json").read_text().lstrip(), json.JSONDecoder(), []
    while text:
        value, end = decoder.raw_decode(text)
        values.append(value)
        text = text[end:].lstrip()
    return values


def _values(raw):
    """Every value with its path, aliases included and what is written behind them not."""
    stream = compose(raw)
    for number, document in enumerate(stream.documents, 1):
        tree = construct(document)
        yield from ((KeyPath(keys, number), _at(tree, keys)) for keys, _ in _written(document, ()))


def _scalars(stream):
    for number, document in enumerate(stream.documents, 1):
        yield from (
            (KeyPath(keys, number), node) for keys, node in _written(document, ()) if node.kind == "scalar"
        )


def _written(node, keys):
    yield keys, node
    for key, child in named_children(node):
        if key != "<<":
            yield from _written(child, (*keys, key))


def _at(tree, keys):
    for key in keys:
        tree = tree[key]
    return tree


def _expected(raw, path, value):
    trees = load_all(raw)
    index = path.document - 1
    return [*trees[:index], with_value(trees[index], path.segments, value), *trees[path.document :]]
