"""Where edits go, and what they do."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gmconfig.config.editing.edit import plan_set, plan_tree, plan_unset, plan_update
from gmconfig.config.equal import same
from gmconfig.config.lookup import closed_lookup
from gmconfig.config.resolve import resolve
from gmconfig.errors import Refused, UnknownPath, UsageError
from gmconfig.path import KeyPath
from gmconfig.secret.token import Sealed, Secret
from gmconfig.storage.snapshot import Proposed
from tests.config.test_merge import has_null

TOKEN = "gm1.default.abc.xyz"
PRODUCTION = "config/environments/production.yaml"
FILES = {
    "gmconfig.yaml": "environments: {production: , staging: , eu: {extends: production}}\n"
    "merge: {apps: {by: name}, tags: append}\n",
    "config/settings.yaml": "# base\ndb:\n  host: localhost # here\n  pool: 10\nhosts: [a, b]\ntags: [x]\n"
    "apps:\n  - name: api\n    v: 1\n  - name: web\n    v: 1\n",
    PRODUCTION: "db:\n  pool: 40\n",
    "config/environments/staging.yaml": "db:\n  pool: 20\n",
}


def resolved(project, environment=None, **kwargs):
    return resolve(project, project.worktree(), "settings", environment, **kwargs)


def proposed(snapshot, edits):
    """Lay edits over a snapshot."""
    before = {file: snapshot.read(file) if snapshot.exists(file) else None for file in edits}
    return Proposed(snapshot, {file: edit.apply(before[file]) for file, edit in edits.items()})


def text(project, planned, file=None) -> str:
    """Give the edited file's text."""
    file = file or planned.layer.file
    return proposed(project.worktree(), planned.edits).read(file).decode()


def after(project, planned, environment=None):
    if planned is None:
        return resolved(project, environment).merged
    return resolve(project, proposed(project.worktree(), planned.edits), "settings", environment).merged


def plan(function, project, environment, path, *args, **kwargs):
    return function(resolved(project, environment), KeyPath.parse(path), *args, **kwargs)


def test_with_an_environment_its_own_file(project):
    found = project(FILES)
    planned = plan(plan_set, found, "production", "db.host", "db-7")
    assert text(found, planned) == "db:\n  pool: 40\n  host: db-7\n"
    assert [after(found, planned, name)["db"]["host"] for name in ("production", "eu")] == ["db-7", "db-7"]


def test_without_one_the_base_naming_who_still_overrides(project):
    found = project(FILES)
    planned = plan(plan_set, found, None, "db.pool", 11)
    assert text(found, planned) == FILES["config/settings.yaml"].replace("pool: 10", "pool: 11")
    assert planned.overriding == ("production", "staging", "eu")


def test_a_missing_file_is_made(project):
    found = project(FILES)
    assert text(found, plan(plan_set, found, "eu", "db.pool", 50)) == "db:\n  pool: 50\n"


def test_without_a_base_layer_an_environment_is_required(project):
    found = project(
        {"gmconfig.yaml": "documents: {settings: 'v-{environment}.yaml'}\n", "v-production.yaml": "a: 1\n"}
    )
    base = type(resolved(found, "production"))(found, found.worktree(), "settings", None, [])
    with pytest.raises(UsageError, match="no base layer") as caught:
        plan_set(base, KeyPath.parse("a"), 2)
    assert "-e" in caught.value.hint


def test_unknown_paths_are_refused_unless_created(project):
    found = project(FILES)
    with pytest.raises(UnknownPath) as caught:
        plan(plan_set, found, "production", "db.pol", 1)
    assert caught.value.hint == 'did you mean "db.pool"? --create adds a new key'
    assert after(found, plan(plan_set, found, None, "x.y.z", 1, create=True))["x"] == {"y": {"z": 1}}
    assert after(found, plan(plan_set, found, None, "hosts[2]", "c", create=True))["hosts"] == ["a", "b", "c"]
    named = plan(plan_set, found, "production", "apps[name=new].env.a", 1, create=True)
    assert after(found, named, "production")["apps"][2] == {"name": "new", "env": {"a": 1}}
    with pytest.raises(UnknownPath):
        plan(plan_set, found, None, "hosts[7]", "c", create=True)


def test_an_item_of_an_inherited_list_needs_a_copy(project):
    found = project(FILES)
    with pytest.raises(Refused, match="inherited") as caught:
        plan(plan_set, found, "production", "hosts[0]", "c")
    assert "--copy-list" in caught.value.hint
    planned = plan(plan_set, found, "production", "hosts[0]", "c", copy_list=True)
    assert after(found, planned, "production")["hosts"] == ["c", "b"]
    assert after(found, plan(plan_unset, found, "production", "hosts[0]", copy_list=True), "production")[
        "hosts"
    ] == ["b"]


def test_an_item_with_a_declared_key_needs_one_line(project):
    found = project(FILES)
    planned = plan(plan_set, found, "production", "apps[name=web].v", 2)
    assert after(found, planned, "production")["apps"] == [{"name": "api", "v": 1}, {"name": "web", "v": 2}]
    assert "api" not in text(found, planned)


def test_items_keep_their_order_whatever_is_named_first(project):
    found = project({**FILES, PRODUCTION: "apps:\n- name: web\n  v: 5\n"})
    planned = plan(plan_set, found, "production", "apps[name=api].v", 2)
    assert after(found, planned, "production")["apps"] == [{"name": "api", "v": 2}, {"name": "web", "v": 5}]


def test_items_are_taken_away_by_mark_or_by_taking_back(project):
    found = project({**FILES, PRODUCTION: "apps:\n- name: web\n  v: 5\n- name: own\n"})
    gone = plan(plan_unset, found, "production", "apps[name=api]")
    assert [item["name"] for item in after(found, gone, "production")["apps"]] == ["web", "own"]
    back = plan(plan_unset, found, "production", "apps[name=web]")
    assert after(found, back, "production")["apps"][1] == {"name": "web", "v": 1}
    own = plan(plan_unset, found, "production", "apps[name=own]")
    assert [item["name"] for item in after(found, own, "production")["apps"]] == ["api", "web"]


def test_taking_back_a_removal_brings_back_that_item_and_no_other(project):
    found = project({**FILES, PRODUCTION: "apps:\n- name: web\n  $remove: true\n"})
    back = plan(plan_unset, found, "production", "apps[name=web]")
    assert [item["name"] for item in after(found, back, "production")["apps"]] == ["api", "web"]


def test_an_item_that_is_only_named_can_be_taken_away(project):
    found = project({**FILES, PRODUCTION: "apps:\n- name: web\n- name: own\n"})
    gone = plan(plan_unset, found, "production", "apps[name=web]")
    assert [item["name"] for item in after(found, gone, "production")["apps"]] == ["api", "own"]


def test_an_inherited_item_keeps_the_key_that_names_it(project):
    found = project(FILES)
    refused = (
        ("apps[0].name", "new"),
        ("apps[0]", {"name": "new"}),
        ("apps[0]", {"v": 2}),
        ("apps[0].name", None),
    )
    for own in ("", "apps:\n- name: api\n  v: 2\n"):
        found = project({**FILES, PRODUCTION: own})
        for path, value in refused:
            with pytest.raises(Refused):
                plan(plan_set, found, "production", path, value)
        with pytest.raises(Refused):
            plan(plan_unset, found, "production", "apps[0].name")
        for value in ({"name": "api", "w": 3}, {"name": "api", "v": 1}):
            done = after(found, plan(plan_set, found, "production", "apps[0]", value), "production")
            assert done["apps"] == [value, {"name": "web", "v": 1}]
    gone = plan(plan_unset, project(FILES), "production", "apps[0].v")
    assert text(found, gone).endswith("apps:\n  - name: api\n    v: null\n")
    found = project({**FILES, PRODUCTION: "apps:\n- name: own\n  v: 2\n"})
    renamed = after(found, plan(plan_set, found, "production", "apps[2].name", "new"), "production")
    assert [item["name"] for item in renamed["apps"]] == ["api", "web", "new"]
    with pytest.raises(Refused):
        plan(plan_set, found, "production", "apps[2].name", "web")


def test_an_item_of_a_unique_list_is_changed_where_it_is_though_the_layer_repeats_others(project):
    declared = "environments: {production: }\nmerge: {hosts: unique}\n"
    files = {
        "gmconfig.yaml": declared,
        "config/settings.yaml": "hosts: [a]\n",
        PRODUCTION: "hosts: [a, b, d]\n",
    }
    found = project(files)
    assert text(found, plan(plan_set, found, "production", "hosts[1]", "c")) == "hosts: [a, c, d]\n"
    assert text(found, plan(plan_unset, found, "production", "hosts[2]")) == "hosts: [a, b]\n"
    for path, value in (("hosts[0]", "c"), ("hosts[1]", "d"), ("hosts[1]", "a")):
        with pytest.raises(Refused):
            plan(plan_set, found, "production", path, value)
    found = project({**files, "config/settings.yaml": "a: 1\n", PRODUCTION: "hosts: [a, a, b]\n"})
    assert text(found, plan(plan_set, found, "production", "hosts[1]", "c")) == "hosts: [a, a, c]\n"
    with pytest.raises(Refused):
        plan(plan_set, found, "production", "hosts[0]", "c")


@st.composite
def keyed_lists(draw):
    """A list and an overlay of it, by name: items changed, removed and new, in any order; and where they lie."""
    lower = draw(st.permutations("abcd"))[: draw(st.integers(1, 4))]
    named = draw(st.permutations([*lower, "X", "Y", "Z"]))[: draw(st.integers(0, 4))]
    said = [
        draw(st.sampled_from([{"v": 2}, {"$remove": True}, {}])) if n in lower else {"v": 2} for n in named
    ]
    own = [{"name": name, **more} for name, more in zip(named, said, strict=True)]
    return [{"name": name, "v": 1} for name in lower], own, draw(st.booleans())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lists=keyed_lists(), chosen=st.integers(0, 6), unsets=st.booleans())
def test_a_change_of_one_item_moves_no_other(project, lists, chosen, unsets):
    lower, own, nested = lists
    path = "apps[name=outer].apps" if nested else "apps"

    def layer(items):
        return json.dumps({"apps": [{"name": "outer", "apps": items}] if nested else items})

    found = project(
        {
            "gmconfig.yaml": "environments: {production: }\nmerge: {'**.apps': {by: name}}\n",
            "config/settings.yaml": layer(lower),
            PRODUCTION: layer(own),
        }
    )
    items = _items(after(found, None, "production"), nested)
    names = [*items, *(item["name"] for item in own if item.get("$remove"))]
    name = names[chosen % len(names)]
    wish = f"{path}[name={name}]" if unsets else f"{path}[name={name}].v"
    if not unsets and name not in items:
        return
    planned = (
        plan(plan_unset, found, "production", wish)
        if unsets
        else plan(plan_set, found, "production", wish, 7)
    )
    now = _items(after(found, planned, "production"), nested)
    assert {key: v for key, v in now.items() if key != name} == {
        key: v for key, v in items.items() if key != name
    }
    assert [key for key in now if key != name] == [key for key in items if key != name]
    told = next((item for item in own if item["name"] == name), {"name": name})
    if not unsets:
        assert now[name] == 7
    elif told.keys() > {"name"} and any(item["name"] == name for item in lower):
        assert now[name] == 1
    else:
        assert name not in now


def _items(tree, nested: bool) -> dict[str, int]:
    return {item["name"]: item["v"] for item in (tree["apps"][0]["apps"] if nested else tree["apps"])}


def test_appended_lists_only_grow(project):
    found = project(FILES)
    grown = plan(plan_set, found, "production", "tags[1]", "y", create=True)
    assert after(found, grown, "production")["tags"] == ["x", "y"]
    own = project({**FILES, "config/environments/production.yaml": "tags: [y]\n"})
    grown = plan(plan_set, own, "production", "tags[2]", "z", create=True)
    assert after(own, grown, "production")["tags"] == ["x", "y", "z"]
    with pytest.raises(Refused, match="only add"):
        plan(plan_set, found, "production", "tags[0]", "y")


def test_setting_a_map_gives_exactly_that_map(project):
    found = project(FILES)
    planned = plan(plan_set, found, "production", "db", {"host": "x"})
    assert after(found, planned, "production")["db"] == {"host": "x"}


@pytest.mark.parametrize("value", [None, {"a": None}])
def test_an_overlay_cannot_hold_a_null(project, value):
    found = project(FILES)
    with pytest.raises(Refused, match="null"):
        plan(plan_set, found, "production", "db.host", value)
    assert after(found, plan(plan_set, found, None, "db.host", value))["db"]["host"] == value


def test_unset_takes_back_the_own_value_then_hides_the_inherited_one(project):
    found = project(FILES)
    back = plan(plan_unset, found, "production", "db.pool")
    assert after(found, back, "production")["db"]["pool"] == 10
    hidden = plan(plan_unset, found, "production", "db.host")
    assert after(found, hidden, "production")["db"] == {"pool": 40}
    shown = project({**FILES, PRODUCTION: "db:\n  pool: 40\n  host:\n"})
    assert (
        after(shown, plan(plan_unset, shown, "production", "db.host"), "production")["db"]["host"]
        == "localhost"
    )
    with pytest.raises(UnknownPath):
        plan(plan_unset, found, "production", "nope")


def test_a_further_layer_is_edited_by_its_variables(project):
    found = project({**FILES, "gmconfig.yaml": FILES["gmconfig.yaml"] + "layers: ['hosts/{host}.yaml']\n"})
    planned = plan_set(resolved(found, "production", variables={"host": "h1"}), KeyPath.parse("db.pool"), 7)
    assert (planned.layer.file, text(found, planned)) == ("hosts/h1.yaml", "db:\n  pool: 7\n")


def test_the_whole_document_can_be_set_but_not_unset(project):
    found = project(FILES)
    assert after(found, plan(plan_set, found, "production", "", {"a": 1}), "production") == {"a": 1}
    assert after(found, plan(plan_set, found, None, "", {"a": 1})) == {"a": 1}
    with pytest.raises(UsageError):
        plan(plan_unset, found, None, "")


def test_nothing_to_do_is_no_edit(project):
    found = project(FILES)
    planned = plan(plan_set, found, "production", "db.pool", 40)
    assert not planned.edits


def test_plain_text_never_replaces_a_sealed_value(project):
    found = project({**FILES, PRODUCTION: f"apps:\n- name: web\n  pw: {TOKEN}\n"})
    with pytest.raises(Refused, match="sealed") as caught:
        plan(plan_set, found, "production", "apps[name=web].pw", "x")
    assert caught.value.hint == "gmconfig config set settings apps[1].pw --secret -e production"
    asked = []

    def seal(context, value, file, there):
        asked.append((str(context), value, file, there))
        return "gm1.d.g.new"

    planned = plan(
        plan_set, found, "production", "apps[name=api].pw", Secret("s3cret"), create=True, seal=seal
    )
    assert asked == [("settings: apps[name=api].pw in production", "s3cret", PRODUCTION, TOKEN)]
    assert "s3cret" not in text(found, planned) + repr(planned)
    with pytest.raises(Refused, match="plain text"):
        plan(plan_set, found, "production", "db.host", Secret("x"))


def test_lists_with_sealed_values_are_not_copied(project):
    found = project({**FILES, "config/settings.yaml": f"hosts: [{TOKEN}, b]\n"})
    with pytest.raises(Refused, match="sealed"):
        plan(plan_set, found, "production", "hosts[1]", "c", copy_list=True)


class Vault:
    """Opens every token to one password."""

    def open(self, sealed: Sealed) -> object:
        return "hunter22"

    def named(self, name: str, environment: str | None) -> Sealed:
        return Sealed("gm1.n", None)


TREE = {**FILES, PRODUCTION: f"url: ${{HOST:localhost}}\npw: {TOKEN}\ndsn: u:${{SECRET:x}}\n"}


def planned_tree(project, change, **kwargs):
    found = project(TREE)
    now = resolved(found, "production")
    value = now.value(closed_lookup(found, "production", Vault()))
    wanted = _revealed(value)
    change(wanted)
    return found, plan_tree(now, wanted, value, **kwargs)


def _revealed(value):
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, dict):
        return {key: _revealed(item) for key, item in value.items()}
    return [_revealed(item) for item in value] if isinstance(value, list) else value


def test_a_tree_that_is_todays_needs_no_edit(project):
    _, planned = planned_tree(project, lambda _: None)
    assert not planned.edits


def test_a_tree_keeps_placeholders_and_tokens_and_removes_by_null(project):
    def change(tree):
        tree["db"]["pool"] = 99
        del tree["db"]["host"]
        tree["hosts"] = ["z"]

    found, planned = planned_tree(project, change)
    assert text(found, planned).startswith(TREE[PRODUCTION])
    merged = after(found, planned, "production")
    assert (merged["db"], merged["hosts"], merged["pw"]) == ({"pool": 99}, ["z"], TOKEN)


def test_a_tree_never_writes_a_secret_in_plain_text(project):
    with pytest.raises(Refused, match='"pw" is sealed'):
        planned_tree(project, lambda tree: tree.update(pw="new-password"))
    with pytest.raises(Refused, match="made of a secret"):
        planned_tree(project, lambda tree: tree.update(dsn="u:new"))
    with pytest.raises(Refused, match="plain text"):
        planned_tree(project, lambda tree: tree.update(copy="x hunter22"))
    found, planned = planned_tree(
        project, lambda tree: tree.update(pw="newer"), seal=lambda *_: "gm1.a.b.new"
    )
    assert after(found, planned, "production")["pw"] == "gm1.a.b.new"


def test_update_merges_deeply(project):
    found = project(FILES)
    now = resolved(found, "production")
    planned = plan_update(now, {"db": {"pool": 41}, "hosts": None, "new": {"a": 1}}, now.merged)
    assert text(found, planned) == "db:\n  pool: 41\nnew:\n  a: 1\nhosts: null\n" or "pool: 41" in text(
        found, planned
    )
    assert after(found, planned, "production")["db"] == {"host": "localhost", "pool": 41}
    assert "hosts" not in after(found, planned, "production")


keys = st.sampled_from(["a", "b", "apps", "tags", "l"])
scalars = st.booleans() | st.integers(0, 3) | st.sampled_from(["x", "1.10", "no"])
apps = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("pqr")}, optional={"v": scalars}),
    max_size=3,
    unique_by=lambda i: i["name"],
)
trees = st.recursive(
    scalars | st.none(),
    lambda t: st.lists(t, max_size=3) | st.dictionaries(keys, t, max_size=3),
    max_leaves=6,
)
documents = st.dictionaries(keys, trees | apps, max_size=4)


@given(base=documents, overlay=documents, wanted=documents)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_tree_can_be_reached_or_is_refused(project, base, overlay, wanted):
    from gmconfig.storage.yaml import dump

    found = project(FILES)
    for file, tree in (("config/settings.yaml", base), (PRODUCTION, overlay)):
        with open(os.path.join(found.root, file), "wb") as opened:
            opened.write(dump(tree))
    now = resolved(found, "production")
    try:
        planned = plan_tree(now, wanted, now.merged)
    except Refused:
        assert has_null(wanted) or "apps" in repr(wanted) or "tags" in repr((base, wanted))
        return
    assert same(after(found, planned, "production"), wanted)
