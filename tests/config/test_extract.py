"""Extracting a base: shared values move, no environment resolves to anything else."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gmconfig.config.adoption.extract import extracted
from gmconfig.config.adoption.extract_files import extract_base
from gmconfig.config.adoption.finding import adopted
from gmconfig.config.equal import same
from gmconfig.config.merge import merge
from gmconfig.config.resolve import resolve
from gmconfig.errors import Refused, UsageError
from gmconfig.project import Project
from gmconfig.storage.snapshot import WorkingTree
from gmconfig.storage.yaml import dump, load

NAMES = ("prod", "stage", "test")


class Split:
    """The texts after an extraction, and whether every environment still resolves to what it was."""

    def __init__(self, root, texts, by=None):
        for name, text in texts.items():
            (root / f"values-{name}.yaml").write_text(text)
        wanted = {name: load(text.encode()) or {} for name, text in texts.items()}
        snapshot = WorkingTree(str(root))
        self.plan = extract_base(snapshot, adopted(snapshot, ["values-{environment}.yaml"]), by)
        for file, edit in self.plan.edits.items():
            path = root / file
            path.write_bytes(edit.apply(path.read_bytes() if path.exists() else None))
        (root / "gmconfig.yaml").write_text(self.plan.adoption.text)
        self.texts = {file: (root / file).read_text() for file in self.plan.edits}
        self.base = self.texts["values.yaml"]
        project = Project.find(str(root))
        for name, tree in wanted.items():
            assert same(resolve(project, project.worktree(), "values", name).merged, tree), name


def test_what_is_shared_moves_with_its_comments(tmp_path):
    common = "# where it listens\nserver:\n  port: 80  # plain\n\n# who\n"
    split = Split(tmp_path, {"prod": common + "name: one\n", "test": common + "name: two\n"})
    assert split.base == "# where it listens\nserver:\n  port: 80  # plain\n\n"
    assert split.texts["values-prod.yaml"] == "# who\nname: one\n"
    assert split.texts["values-test.yaml"] == "# who\nname: two\n"
    assert (split.plan.shared, split.plan.total) == (1, 2)


def test_a_key_that_one_environment_lacks_stays_out_of_the_base(tmp_path):
    split = Split(tmp_path, {"prod": "a: 1\nb: 1\n", "test": "a: 1\n"})
    assert (split.base, split.texts["values-test.yaml"]) == ("a: 1\n", "")


def test_nulls_stand_in_the_base_alone(tmp_path):
    split = Split(tmp_path, {"prod": "a: null\nb: 1\n", "stage": "a: 2\nb: 1\n", "test": "b: 1\n"})
    assert load(split.base.encode()) == {"a": None, "b": 1}
    assert split.texts["values-test.yaml"] == "a: null\n"


def test_lists_merge_by_name(tmp_path):
    texts = {
        "prod": "l:\n  - name: a\n    v: 1\n    w: 1\n  - name: b\n    v: 1\n",
        "test": "l:\n  - name: a\n    v: 2\n    w: 1\n  - name: b\n    v: 1\n  - name: c\n    v: 1\n",
    }
    split = Split(tmp_path, texts, "name")
    assert split.base == "l:\n  - name: a\n    w: 1\n  - name: b\n    v: 1\n"
    assert split.texts["values-prod.yaml"] == "l:\n  - name: a\n    v: 1\n"
    assert split.plan.adoption.merge == {"l": {"by": "name"}}


def test_the_order_of_items_stays(tmp_path):
    def text(order):
        return "l:\n" + "".join(f"  - name: {name}\n    v: 1\n" for name in order)

    Split(tmp_path, {"prod": text("abcd"), "stage": text("dcab"), "test": text("xaybzd")}, "name")


def test_a_nested_key_tells_items_apart(tmp_path):
    def text(value):
        return f"l:\n  - v: {value}\n    metadata: {{name: a}}\n    w: 1\n"

    split = Split(tmp_path, {"prod": text(1), "test": text(2)}, "metadata.name")
    assert load(split.base.encode()) == {"l": [{"metadata": {"name": "a"}, "w": 1}]}


def test_a_null_in_an_item_that_not_all_have(tmp_path):
    texts = {
        "prod": "l:\n  - name: a\n    v: 1\n  - name: b\n    v: null\n",
        "test": "l:\n  - name: a\n    v: 1\n",
    }
    Split(tmp_path, texts, "name")


def test_anchors_aliases_and_merge_keys(tmp_path):
    def text(arn):
        return (
            f"x: &x\n  arn: {arn}\n  kind: lb\n"
            "y:\n  <<: *x\n  kind: other\n  more: 1\nz: *x\nw:\n  - *x\n"
            "only: &only {a: 1}\nuse: *only\n"
        )

    split = Split(tmp_path, {"prod": text("one"), "test": text("two")})
    assert load(split.base.encode()) == {
        "x": {"kind": "lb"},
        "y": {"kind": "other", "more": 1},
        "z": {"kind": "lb"},
        "only": {"a": 1},
        "use": {"a": 1},
    }
    assert "<<: *x" in split.texts["values-prod.yaml"]
    assert "use: *only" in split.base


def test_flow_style_and_quoted_keys(tmp_path):
    texts = {"prod": 'a: {"b c": 1, d: 2}\n', "test": 'a: {"b c": 1, d: 3}\n'}
    assert load(Split(tmp_path, texts).base.encode()) == {"a": {"b c": 1}}


trees = st.recursive(
    st.none() | st.integers(0, 2) | st.booleans() | st.sampled_from(["x", "y"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        | st.dictionaries(st.sampled_from("pqr"), inner, max_size=3).map(
            lambda found: [{"name": name, "v": value} for name, value in found.items()]
        )
    ),
    max_leaves=12,
)
maps = st.dictionaries(st.sampled_from("abcd"), trees, max_size=4)


def split_or_skip(make):
    """Nulls of two environments may contradict each other; that is refused, and nothing is written."""
    try:
        return make()
    except Refused as error:
        assert "null" in error.message
        assume(False)


@given(st.lists(maps, min_size=2, max_size=3), st.sampled_from([None, ("name",)]))
def test_base_and_overlay_make_the_tree_again(found, by):
    named = dict(zip(NAMES, found, strict=False))
    split = split_or_skip(lambda: extracted(named, by))
    for name, tree in named.items():
        assert same(merge([split.base, split.overlays[name]], split.rules), tree)


@given(st.lists(maps, min_size=2, max_size=3), st.sampled_from([None, "name"]))
def test_so_do_their_texts(tmp_path_factory, found, by):
    texts = {name: dump(tree).decode() for name, tree in zip(NAMES, found, strict=False)}
    split_or_skip(lambda: Split(tmp_path_factory.mktemp("split"), texts, by))


def test_sealed_values_are_not_moved(tmp_path):
    texts = {"prod": "a: gm1.default.a1.eA\n", "test": "a: 1\n"}
    with pytest.raises(Refused, match="sealed"):
        Split(tmp_path, texts)


def test_a_base_that_exists_is_not_overwritten(tmp_path):
    (tmp_path / "values.yaml").write_text("mine: 1\n")
    with pytest.raises(Refused, match=r"values\.yaml"):
        Split(tmp_path, {"prod": "a: 1\n", "test": "a: 1\n"})


def test_one_environment_has_nothing_to_share(tmp_path):
    with pytest.raises(UsageError):
        Split(tmp_path, {"prod": "a: 1\n"})


def test_every_document_of_a_pattern(tmp_path):
    for env in ("eu", "us"):
        (tmp_path / env).mkdir()
        (tmp_path / env / "db.yaml").write_text(f"a: 1\nat: {env}\n")
        (tmp_path / env / "web.yaml").write_text(f"b: 1\nat: {env}\n")
    snapshot = WorkingTree(str(tmp_path))
    plan = extract_base(snapshot, adopted(snapshot, ["{environment}/{document}.yaml"]))
    assert plan.edits["base/db.yaml"].apply(None) == b"a: 1\n"
    assert plan.edits["us/web.yaml"].apply(None) == b"at: us\n"
    (tmp_path / "gmconfig.yaml").write_text(plan.adoption.text)
    assert Project.find(str(tmp_path)).documents(snapshot) == ["db", "web"]


def test_govuk_shares_most_of_its_values(conformance_data, tmp_path):
    names = ("integration", "staging", "production")
    folder = conformance_data / "govuk-app-config"
    split = Split(tmp_path, {name: (folder / f"values-{name}.yaml").read_text() for name in names}, "name")
    assert split.plan.shared > 2440
    assert "# Apps for Argo CD to deploy" in split.base
    assert all(len(text.splitlines()) < 1500 for file, text in split.texts.items() if file != "values.yaml")
