"""Merging by value: laws that hold whatever the sides say."""

import re
import subprocess
import tempfile
from pathlib import Path

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gmconfig.secret.file.conflict import Labels
from gmconfig.secret.file.editing import store_contexts
from gmconfig.secret.file.merging import merge
from gmconfig.secret.named.chunks import chunks
from gmconfig.secret.token import Context

NAMES = ("alpha", "beta", "gamma")
LABELS = Labels("ours", "theirs")


def lines(base, ours, theirs):
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for file, raw in zip(files, (ours, base, theirs), strict=True):
            file.write_bytes(raw)
        done = subprocess.run(["git", "merge-file", "-p", "-q", *files], capture_output=True, check=False)
    return done.stdout, done.returncode == 0


def opener(sealed):
    """A token of these tests holds its value in plain: `gm1.default.<sealing>.<value>`."""
    return None if ".locked" in sealed else sealed.rpartition(".")[2].encode()


def text(values):
    return "".join(
        f"# about {name}\n{name}:\n  type: password\n  value: {value}\n" for name, value in values.items()
    ).encode()


def merged(base, ours, theirs):
    return merge(
        text(base), text(ours), text(theirs),
        file="secrets/common.yaml", context=store_contexts(None), opener=opener, lines=lines, labels=LABELS,
    )  # fmt: skip


def values_of(raw):
    return dict(re.findall(rb"^(\w+):\n(?:  type.*\n)?  value: (\S+)", raw, re.MULTILINE))


def plain(token):
    return token and token.rpartition(".")[2]


tokens = st.builds("gm1.default.k{}.v{}".format, st.integers(1, 3), st.integers(1, 3))
sides = st.fixed_dictionaries(dict.fromkeys(NAMES, tokens)).map(
    lambda side: {name: side[name] for name in NAMES}
)


@given(base=sides, ours=sides, theirs=sides)
def test_each_value_merges_as_three_way_merges_do(base, ours, theirs):
    result = merged(base, ours, theirs)
    clashing = set()
    found = values_of(result.content)
    for name in NAMES:
        b, o, t = (plain(side[name]) for side in (base, ours, theirs))
        if o != t and b not in (o, t):
            clashing.add(name)
        else:
            token = found[name.encode()].decode()
            assert token in (base[name], ours[name], theirs[name])
            assert plain(token) == (o if t in (o, b) else t)
    assert {str(place.path[0]) for place in result.clashes} == clashing
    assert result.is_clean == (not clashing)
    assert result.content.count(b"<<<<<<<") == len(clashing)
    assert result.content.count(b"# about") == len(NAMES)


@given(base=sides, ours=sides)
def test_a_side_that_changed_nothing_loses_nothing(base, ours):
    assert merged(base, ours, base).content == text(ours)
    assert merged(base, base, ours).content == text(ours)
    assert merged(base, ours, ours).content == text(ours)


@given(base=sides, ours=sides, theirs=sides)
def test_who_cannot_open_never_merges_what_might_differ(base, ours, theirs):
    locked = [{name: f"{token}.locked" for name, token in side.items()} for side in (base, ours, theirs)]
    result = merged(*locked)
    for place in result.clashes:
        name = str(place.path[0])
        assert len({side[name] for side in (base, ours, theirs)}) == 3


@given(
    added=st.lists(st.sampled_from("abcdefgh"), unique=True),
    others=st.lists(st.sampled_from("ijkl"), unique=True),
)
def test_secrets_that_both_sides_added_all_stay(added, others):
    base = {"alpha": "gm1.default.k1.v1"}
    ours = base | dict.fromkeys(added, "gm1.default.k1.o")
    theirs = base | dict.fromkeys(others, "gm1.default.k1.t")
    result = merged(base, ours, theirs)
    assert result.is_clean
    assert set(values_of(result.content)) == {name.encode() for name in (*ours, *theirs)}


def test_a_removal_wins_over_a_value_that_was_only_sealed_again():
    base = {"alpha": "gm1.default.k1.v1", "beta": "gm1.default.k1.v1"}
    ours = {"alpha": "gm1.default.k1.v1"}
    theirs = base | {"beta": "gm1.default.k2.v1"}
    result = merged(base, ours, theirs)
    assert result.content == text(ours) and result.is_clean
    assert [place.path[0] for place in result.unsettled] == ["beta"]


def test_conflicts_of_the_text_around_stay_readable():
    base = b"alpha:\n  description: old\n  value: gm1.default.k1.v1\n"
    ours = b"alpha:\n  description: ours\n  value: gm1.default.k1.v2\n"
    theirs = b"alpha:\n  description: theirs\n  value: gm1.default.k1.v3\n"
    result = merge(
        base, ours, theirs,
        file="secrets/common.yaml", context=store_contexts(None), opener=opener, lines=lines, labels=LABELS,
    )  # fmt: skip
    assert not result.is_clean
    assert b"gm1-clash" not in result.content
    assert b"gm1.default.k1.v2" in result.content and b"gm1.default.k1.v3" in result.content


def test_what_is_no_yaml_merges_as_text():
    result = merge(
        b"a: [\n", b"a: [\nb\n", b"a: [\n",
        file="secrets/common.yaml", context=store_contexts(None), opener=opener, lines=lines, labels=LABELS,
    )  # fmt: skip
    assert result.content == b"a: [\nb\n" and result.is_clean


def layer(values):
    inside = "".join(f"  {name}: {value} # of {name}\n" for name, value in values.items())
    return f"db:\n{inside}list: [1, {len(values)}]\n".encode()


def merged_layer(base, ours, theirs):
    return merge(
        base, ours, theirs, file="config/settings.yaml", opener=opener, lines=lines, labels=LABELS,
        context=lambda _, keys, number: Context("settings", None, keys, yaml_document=number),
    )  # fmt: skip


layers = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 2), min_size=1)


@settings(max_examples=40)
@given(base=layers, ours=layers, theirs=layers)
@example({"alpha": 1, "beta": 1}, {"alpha": 2, "beta": 1}, {"alpha": 1, "beta": 2})
@example({"alpha": 1, "gamma": 2, "beta": 1}, {"gamma": 1, "alpha": 1, "beta": 1}, {"alpha": 1, "beta": 1})
@example({"alpha": 1}, {"alpha": 1, "beta": 2}, {"alpha": 1, "gamma": 3})
def test_plain_values_merge_as_sealed_ones_do(base, ours, theirs):
    wanted = {}
    for name in {**base, **ours, **theirs}:
        b, o, t = (side.get(name) for side in (base, ours, theirs))
        wanted[name] = o if t in (o, b) else t if o == b else "clash"
    result = merged_layer(*map(layer, (base, ours, theirs)))
    clash = "clash" in wanted.values() or len({len(side) for side in (base, ours, theirs)}) == 3
    moved = any(list(side) != [name for name in NAMES if name in side] for side in (base, ours, theirs))
    assert result.is_clean or clash or moved or not any(wanted.values())
    assert not (result.is_clean and "clash" in wanted.values())
    if result.is_clean:
        found = yaml.safe_load(result.content)["db"]
        assert found == {name: value for name, value in wanted.items() if value is not None}
        assert result.content.count(b"# of") == len(found)


def test_what_both_sides_added_at_one_place_stays_with_its_comments():
    base = b"db:\n  # where\n  host: a\n  pool: 10\nx: 1\n"
    ours = base.replace(b"x: 1", b"  # ours\n  one: {a: 1}\nx: 1")
    theirs = base.replace(b"host: a", b"host: b").replace(b"x: 1", b"  two: |\n    text\n\n    more\nx: 1")
    result = merged_layer(base, ours, theirs)
    assert result.is_clean
    assert result.content == (
        b"db:\n  # where\n  host: b\n  pool: 10\n  two: |\n    text\n\n    more\n  # ours\n  one: {a: 1}\nx: 1\n"
    )
    clashing = merged_layer(base, base + b"y: 1\n", base + b"y: 2\n")
    assert not clashing.is_clean
    assert clashing.content.count(b"<<<<<<<") == 1


def test_what_was_changed_below_a_key_that_the_other_side_renamed_goes_along():
    base = b"db:\n  host: a\n  one: 1\n  two: 2\n  three: 3\n  port: 80\n"
    renamed, changed = base.replace(b"db:", b"database:"), base.replace(b"80", b"81")
    for ours, theirs in ((renamed, changed), (changed, renamed)):
        result = merged_layer(base, ours, theirs)
        assert result.is_clean and result.content == renamed.replace(b"80", b"81")
    more = b"---\nother: 1\n---\n"
    assert merged_layer(base, more + base, changed)[:2] == (more + changed, True)


def test_an_item_that_is_known_by_its_index_alone_is_not_joined():
    base, ours, theirs = (f"- {a}\n- {b}\n".encode() for a, b in ((1, 2), (3, 2), (1, 4)))
    assert not merged_layer(base, ours, theirs).is_clean


def test_files_are_cut_only_where_they_are_plain_blocks():
    assert list(chunks(b"# top\na:\n  x: 1\n\n# b\nb:\n  x: 1\n# end\n") or {}) == ["a", "b", ""]
    for odd in (b"{a: 1}\n", b"a:\n  x: 1\na:\n  x: 2\n", b"? a\n: 1\n", b"- a\n", b"---\na: 1\n", b"a: [\n"):
        assert chunks(odd) is None
