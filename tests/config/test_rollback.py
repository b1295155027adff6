"""Going back: whole files, one path, and never to an old secret."""

import pytest

from gmconfig.config.rollback import restored, restored_path
from gmconfig.errors import Refused, UnknownDocument, UnknownPath
from gmconfig.path import KeyPath
from tests.config.past import GMCONFIG, Past

OLD, NEW = "gm1.default.a1.b2xk", "gm1.default.a1.bmV3"


@pytest.fixture
def past(tmp_path):
    return Past(tmp_path / "past")


def applied(past, plan):
    """Give the files after the plan's edits of HEAD's."""
    found = {}
    for file, edit in plan.items():
        path = past.root / file
        new = edit.apply(path.read_bytes() if path.exists() else None)
        found[file] = None if new is None else new.decode()
    return found


def back(past, commit, path=None, environment=None):
    if path is None:
        return restored(past.project, "settings", commit)
    return restored_path(past.project, "settings", KeyPath.parse(path), commit, environment)


def test_deleted_files_come_back_and_added_ones_go(past):
    first = past.commit(
        {
            "gmconfig.yaml": GMCONFIG,
            "config/settings.yaml": "# one\na: 1\n",
            "config/environments/staging.yaml": "a: 2\n",
            "config/billing.yaml": "x: 1\n",
        }
    )
    past.commit(
        {
            "config/settings.yaml": "a: 5\n",
            "config/environments/staging.yaml": None,
            "config/environments/production.yaml": "a: 3\n",
            "config/billing.yaml": "x: 2\n",
        }
    )
    assert applied(past, back(past, first)) == {
        "config/settings.yaml": "# one\na: 1\n",
        "config/environments/staging.yaml": "a: 2\n",
        "config/environments/production.yaml": None,
    }


def test_nothing_to_do(past):
    first = past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\n"})
    assert back(past, first) == {}


def test_a_version_without_the_document(past):
    first = past.commit({"gmconfig.yaml": GMCONFIG, "config/billing.yaml": "a: 1\n"})
    past.commit({"config/settings.yaml": "a: 1\n"})
    with pytest.raises(UnknownDocument):
        back(past, first)


def test_a_changed_layout_takes_the_old_content_to_the_new_place(past):
    first = past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\n"})
    past.commit(
        {
            "gmconfig.yaml": "documents: {settings: [new.yaml]}\n" + GMCONFIG,
            "config/settings.yaml": None,
            "new.yaml": "a: 2\n",
        }
    )
    assert applied(past, back(past, first)) == {"new.yaml": "a: 1\n"}


def test_a_layer_without_a_place_today_is_refused(past):
    first = past.commit(
        {
            "gmconfig.yaml": GMCONFIG,
            "config/settings.yaml": "a: 1\n",
            "config/environments/staging.yaml": "a: 2\n",
        }
    )
    past.commit({"gmconfig.yaml": "environments: {production: {}}\n"})
    with pytest.raises(Refused, match="staging"):
        back(past, first)


def test_a_sealed_value_stays_todays(past):
    first = past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": f"a: 1\np: {OLD}  # pass\n"})
    past.commit({"config/settings.yaml": f"a: 2\np: {NEW}\n"})
    assert applied(past, back(past, first)) == {"config/settings.yaml": f"a: 1\np: {NEW}  # pass\n"}


def test_a_token_that_is_not_there_today_is_named(past):
    first = past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": f"p: {OLD}\n"})
    past.commit({"config/settings.yaml": "p: plain\n"})
    assert applied(past, back(past, first)) == {"config/settings.yaml": f"p: {OLD}\n"}


def test_items_of_keyed_lists_keep_their_own_token(past):
    mapping = GMCONFIG + "merge: {l: {by: name}}\n"
    old = f"l:\n  - {{name: a, p: {OLD}}}\n  - {{name: b}}\n"
    first = past.commit({"gmconfig.yaml": mapping, "config/settings.yaml": old})
    past.commit({"config/settings.yaml": f"l:\n  - {{name: b}}\n  - {{name: a, p: {NEW}}}\n"})
    assert applied(past, back(past, first)) == {"config/settings.yaml": old.replace(OLD, NEW)}


def test_one_path_in_every_file_that_has_it(past):
    first = past.commit(
        {
            "gmconfig.yaml": GMCONFIG,
            "config/settings.yaml": "a: 1\nb: 1\n",
            "config/environments/staging.yaml": "b: 2\n",
        }
    )
    past.commit(
        {
            "config/settings.yaml": "# note\na: 5\nb: 5\n",
            "config/environments/staging.yaml": "a: 6\nb: 6\n",
        }
    )
    assert applied(past, back(past, first, "a")) == {
        "config/settings.yaml": "# note\na: 1\nb: 5\n",
        "config/environments/staging.yaml": "b: 6\n",
    }
    assert list(back(past, first, "a", "staging")) == ["config/environments/staging.yaml"]


def test_one_path_that_was_removed_comes_back(past):
    first = past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "m:\n  x:\n    w: 1\n"})
    past.commit({"config/settings.yaml": "m:\n  z: 1\n"})
    assert applied(past, back(past, first, "m.x.w")) == {
        "config/settings.yaml": "m:\n  z: 1\n  x:\n    w: 1\n"
    }


def test_one_path_below_which_something_is_sealed(past):
    first = past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": f"d:\n  h: a\n  p: {OLD}\n"})
    past.commit({"config/settings.yaml": f"d:\n  h: b\n  p: {NEW}\n"})
    assert applied(past, back(past, first, "d")) == {"config/settings.yaml": f"d:\n  h: a\n  p: {NEW}\n"}


def test_a_path_that_was_never_there(past):
    first = past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\n"})
    with pytest.raises(UnknownPath):
        back(past, first, "nope")
