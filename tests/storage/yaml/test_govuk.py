"""Real configuration: three files of 4,000 lines, with anchors, tagged merge keys and templates."""

import random
import re

import pytest
import yaml

from gmconfig.errors import Refused
from gmconfig.path import KeyPath
from gmconfig.storage.yaml import compose, construct, load, own_path, place
from gmconfig.storage.yaml.comparison import same, with_value, without
from gmconfig.storage.yaml.edit import Set, Unset, edit
from gmconfig.storage.yaml.positions import named_children

ENVIRONMENTS = ["integration", "staging", "production"]


@pytest.fixture(params=ENVIRONMENTS)
def raw(request, conformance_data):
    found = conformance_data.rglob(f"govuk-app-config/**/values-{request.param}.yaml")
    return next(iter(found)).read_bytes()


def leaves(node, keys=()):
    children = [(key, child) for key, child in named_children(node) if key != "<<"]
    if not children:
        yield keys, node
    for key, child in children:
        yield from leaves(child, (*keys, key))


def some(items, count, seed=7):
    return random.Random(seed).sample(items, count)


def test_both_ways_of_reading_agree(raw):
    assert same(load(raw), construct(compose(raw).documents[0]))


def test_another_reader_agrees_but_for_what_it_refuses(raw):
    class Lenient(yaml.SafeLoader):
        """PyYAML with texts for dates, and without its refusal of an anchor that stands twice."""

        def compose_node(self, parent, index):
            event = self.peek_event()
            if getattr(event, "anchor", None) and not isinstance(event, yaml.AliasEvent):
                self.anchors.pop(event.anchor, None)
            return super().compose_node(parent, index)

    Lenient.yaml_implicit_resolvers = {
        char: [(tag, rule) for tag, rule in rules if "timestamp" not in tag]
        for char, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    theirs = yaml.load(re.sub(rb"!!merge <<:", b"<<:", raw), Lenient)
    assert _loosely(theirs) == _loosely(load(raw))


def test_setting_a_value_changes_one_line_or_says_why_not(raw):
    document = compose(raw).documents[0]
    tree = load(raw)
    inline = [(keys, node) for keys, node in leaves(document) if node.style not in ("|", ">", "flow")]
    refused = 0
    for keys, _ in some(inline, 14):
        try:
            after = edit(raw, [Set(KeyPath(keys), "changed")])
        except Refused as refusal:
            refused += 1
            assert "is shared: the alias" in refusal.message
            continue
        assert same(load(after), with_value(tree, keys, "changed"))
        assert sum(a != b for a, b in zip(raw.split(b"\n"), after.split(b"\n"), strict=True)) == 1
    assert refused < 7


def test_removing_a_value_removes_its_lines_and_no_other(raw):
    document = compose(raw).documents[0]
    tree = load(raw)
    for keys, _ in some(list(leaves(document)), 7):
        try:
            after = edit(raw, [Unset(KeyPath(keys))])
        except Refused as refusal:
            assert "is shared: the alias" in refusal.message
            continue
        assert same(load(after), without(tree, keys))


def test_every_value_set_to_itself_keeps_every_byte(raw):
    tree = load(raw)
    edits = [
        Set(KeyPath(keys), _at(tree, keys)) for keys, _ in some(list(leaves(compose(raw).documents[0])), 4)
    ]
    assert edit(raw, edits) == raw


def test_places_point_at_the_text_of_the_value(raw):
    stream = compose(raw)
    lines = stream.text.split("\n")
    for keys, node in some(list(leaves(stream.documents[0])), 200):
        if node.kind == "scalar":
            found = place(stream, keys)
            assert stream.text.startswith(lines[found.line - 1][found.column - 1 :], node.start)
            assert own_path(stream, keys) == keys


def _at(tree, keys):
    for key in keys:
        tree = tree[key]
    return tree


def _loosely(value):
    """Without the differences of YAML 1.1 and 1.2: types of keys, and booleans and numbers by their text."""
    if isinstance(value, dict):
        return {str(key): _loosely(item) for key, item in value.items()}
    return [_loosely(item) for item in value] if isinstance(value, list) else str(value)
