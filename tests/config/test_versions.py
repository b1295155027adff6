"""A document's versions, what a path was worth in each, and who last changed it."""

import os
import shutil
import subprocess

import pytest

from gmconfig import ConfigManager
from gmconfig.config.equal import same
from gmconfig.config.history import value
from gmconfig.config.history.change import last_change
from gmconfig.config.versions import commit_of, environment_versions, history, versions
from gmconfig.errors import GitTrouble, UnknownPath, UnknownVersion, UsageError
from gmconfig.path import KeyPath, value_at
from gmconfig.project import Project
from gmconfig.storage import shares
from gmconfig.storage.yaml import load
from tests.config.past import GMCONFIG, Past


@pytest.fixture
def past(tmp_path):
    return Past(tmp_path / "past")


def names(found):
    return [version.name for version in found]


def values(past, path, environment=None, document="settings"):
    """Give (version, value) for each change, oldest first."""
    found = history(past.project, document, KeyPath.parse(path), environment).versions
    return [(version.name, version.value if version.present else "absent") for version in reversed(found)]


def test_versions_count_commits_that_touch_the_documents_files(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\n"}, "first")
    past.commit({"README": "x", "config/billing.yaml": "b: 1\n"})
    last = past.commit({"config/environments/production.yaml": "a: 2\n"}, "for production")
    found = versions(past.project, "settings")
    assert names(found) == ["v2", "v1"]
    assert (found[0].revision.commit, found[0].reason) == (last, "for production")
    assert commit_of(past.project, "settings", "v2") == last


def test_a_merge_is_one_version(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\n"})
    past.git("checkout", "-q", "-b", "side")
    past.commit({"config/settings.yaml": "a: 2\n"})
    past.commit({"config/settings.yaml": "a: 3\n"})
    past.git("checkout", "-q", "main")
    past.commit({"README": "x"})
    past.git("merge", "-q", "--no-ff", "-m", "merge side", "side")
    assert [version.reason for version in versions(past.project, "settings")] == ["merge side", "change"]


def test_commits_before_gmconfig_yaml_are_mapped_as_it_first_said(past):
    past.commit({"values-production.yaml": "a: 1\n"})
    past.commit({"values-production.yaml": "a: 2\n"})
    mapping = 'documents: {values: "values-{environment}.yaml"}\n' + GMCONFIG
    past.commit({"gmconfig.yaml": mapping})
    assert names(versions(past.project, "values")) == ["v2", "v1"]


def test_each_commit_is_mapped_by_its_own_gmconfig_yaml(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\n"})
    past.commit(
        {
            "gmconfig.yaml": 'documents: {settings: "new/settings.yaml"}\n' + GMCONFIG,
            "config/settings.yaml": None,
            "new/settings.yaml": "a: 1\n",
        }
    )
    past.commit({"new/settings.yaml": "a: 2\n"})
    past.commit({"config/settings.yaml": "a: 3\n"}, "nobody reads this any more")
    assert names(versions(past.project, "settings")) == ["v3", "v2", "v1"]
    assert values(past, "a") == [("v1", 1), ("v3", 2)]


def test_history_names_the_versions_that_changed_the_merged_value(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: {x: 1}\nb: 1\n"})
    past.commit({"config/environments/production.yaml": "a: {x: 2}\n"})
    past.commit({"config/settings.yaml": "a: {x: 7}\nb: 1\n"}, "hidden in production")
    past.commit({"config/environments/production.yaml": None})
    assert values(past, "a.x", "production") == [("v1", 1), ("v2", 2), ("v4", 7)]
    assert values(past, "a.x") == [("v1", 1), ("v3", 7)]
    assert values(past, "b", "production") == [("v1", 1)]


def test_a_value_that_goes_and_comes_back(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: null\n"})
    past.commit({"config/settings.yaml": "b: 1\n"})
    past.commit({"config/settings.yaml": "b: 1\na: null\n"})
    assert values(past, "a") == [("v1", None), ("v2", "absent"), ("v3", None)]


def test_types_count_and_the_order_of_keys_does_not(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\nm: {x: 1, y: 2}\n"})
    past.commit({"config/settings.yaml": "a: true\nm: {y: 2, x: 1}\n"})
    past.commit({"config/settings.yaml": "a: 1.0\nm: {y: 2, x: 1}\n"})
    assert [name for name, _ in values(past, "a")] == ["v1", "v2", "v3"]
    assert values(past, "m") == [("v1", {"x": 1, "y": 2})]


def test_an_alias_changes_with_its_anchor(past):
    text = "base: &base {x: 1}\nuser: *base\nmerged:\n  <<: *base\n  y: 2\n"
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": text})
    past.commit({"config/settings.yaml": text.replace("x: 1", "x: 5")})
    for path in ("base.x", "user.x", "merged.x"):
        assert values(past, path) == [("v1", 1), ("v2", 5)]


def test_a_selector_follows_its_item(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "l: [{name: a, v: 1}]\n"})
    past.commit({"config/settings.yaml": "l: [{name: z}, {name: a, v: 1}]\n"})
    past.commit({"config/settings.yaml": "l: [{name: z}, {name: a, v: 2}]\n"})
    assert values(past, "l[name=a].v") == [("v1", 1), ("v3", 2)]


def test_several_processes_read_what_one_does(past, monkeypatch):
    texts = [
        "a: 1\n",
        "a: 1\nb: 2\n",
        "b: 2\n",
        "a: [1\n",
        "a: {x: [1, null, text]}\n",
        "a: 2026-01-01\n",
        "a: 1.50\n",
    ]
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: first\n"})
    for text in texts:
        past.commit({"config/settings.yaml": text})
    alone = values(past, "a")
    shutil.rmtree(past.root / ".git/gmconfig")
    started: list[int] = []
    monkeypatch.setattr(value, "_WORTH_A_SHARE", 1)
    monkeypatch.setattr(shares, "_is_alone", lambda: True)  # pytest's workers have threads of their own
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    monkeypatch.setattr(os, "fork", lambda fork=os.fork: started.append(1) or fork())
    assert values(past, "a") == alone
    assert [name for name, _ in alone] == ["v1", "v2", "v4", "v6", "v7", "v8"]
    assert len(started) == 2


def test_a_broken_version_is_unknown_and_skipped(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\n"})
    past.commit({"config/settings.yaml": "a: [1\n"})
    past.commit({"config/settings.yaml": "a: 1\n"})
    past.commit({"config/settings.yaml": "a: 2\n"})
    found = history(past.project, "settings", KeyPath.parse("a"))
    assert names(found.versions) == ["v4", "v1"]
    assert [(each.name, bool(each.unknown)) for each in found.unknown] == [("v2", True)]


def test_a_new_list_strategy_changes_values_without_a_version(past):
    past.commit(
        {
            "gmconfig.yaml": GMCONFIG,
            "config/settings.yaml": "l: [1]\n",
            "config/environments/staging.yaml": "l: [2]\n",
        }
    )
    commit = past.commit({"gmconfig.yaml": GMCONFIG + "merge: {l: append}\n"})
    assert values(past, "l", "staging") == [("v1", [2]), (commit[:7], [1, 2])]


def test_one_yaml_document_of_several(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\n---\na: 2\n"})
    past.commit({"config/settings.yaml": "a: 1\n---\na: 3\n"})
    assert values(past, "#2:a") == [("v1", 2), ("v2", 3)]


def test_the_second_look_gives_the_same_answer_and_sees_new_versions(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\n"})
    past.commit({"config/settings.yaml": "a: {b: [x, null, 1.5]}\n"})
    assert values(past, "a") == values(past, "a") == [("v1", 1), ("v2", {"b": ["x", None, 1.5]})]
    past.commit({"config/settings.yaml": "a: !mine x\n"})
    assert [name for name, _ in values(past, "a")] == ["v1", "v2", "v3"]


def test_paths_that_cannot_have_a_history(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\n"})
    with pytest.raises(UnknownPath, match="nope"):
        values(past, "nope")
    with pytest.raises(UsageError):
        values(past, "a.*")


def test_names_of_versions(past):
    first = past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\n"})
    past.git("tag", "stable")
    past.commit({"config/settings.yaml": "a: 2\n"})
    for name in ("v1", "stable", "HEAD~1", first, first[:8]):
        assert commit_of(past.project, "settings", name) == first
    for name in ("v3", "v0", "nope", "--all", ""):
        with pytest.raises(UnknownVersion) as error:
            commit_of(past.project, "settings", name)
        assert error.value.hint == "gmconfig config history settings"


def test_a_shallow_clone_says_how_to_deepen_it(past, tmp_path):
    for number in range(3):
        past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": f"a: {number}\n"})
    past.git("clone", "-q", "--depth", "1", f"file://{past.root}", str(tmp_path / "shallow"))
    project = Project.find(str(tmp_path / "shallow"))
    with pytest.raises(GitTrouble) as error:
        versions(project, "settings")
    assert error.value.hint == "git fetch --unshallow"
    assert commit_of(project, "settings", "HEAD")
    with pytest.raises(UnknownVersion) as unknown:
        project.repository.resolve("HEAD~1")
    assert unknown.value.hint == "git fetch --unshallow"
    [said] = ConfigManager(root=project.root).explain("settings", "a").says
    assert said.revision is None and said.reason.endswith("git fetch --unshallow")


def test_a_project_below_the_top_of_its_repository(past):
    past.commit(
        {
            "sub/gmconfig.yaml": GMCONFIG,
            "sub/config/settings.yaml": "a: 1\n",
            "config/settings.yaml": "a: 9\n",
        }
    )
    past.commit({"config/settings.yaml": "a: 8\n"})
    past.commit({"sub/config/settings.yaml": "a: 2\n"})
    project = Project.find(str(past.root / "sub"))
    found = history(project, "settings", KeyPath.parse("a")).versions
    assert [(each.name, each.value) for each in found] == [("v2", 2), ("v1", 1)]


def test_the_last_change_of_a_value_in_one_file(past):
    past.commit({"gmconfig.yaml": GMCONFIG, "config/settings.yaml": "a: 1\nl: [{name: x, v: 1}]\n"})
    second = past.commit({"config/settings.yaml": "a: 2\nl: [{name: x, v: 1}]\n"}, "why")
    third = past.commit({"config/settings.yaml": "a: 2\nl: [{name: w}, {name: x, v: 1}]\n"})
    fourth = past.commit({"config/settings.yaml": "# moved\n\na: 2\nl: [{name: w}, {name: x, v: 2}]\n"})
    past.commit({"README": "x"})

    def last(*keys):
        found = last_change(past.project, "config/settings.yaml", keys)
        return found and found.commit

    assert last("a") == second
    assert last("l", 1, "v") == fourth
    assert last("l", 0, "name") == third
    assert last("nope") is None
    assert last_change(past.project, "config/none.yaml", ("a",)) is None


def test_the_last_change_lies_before_a_rename(past):
    first = past.commit({"gmconfig.yaml": GMCONFIG, "old.yaml": "a: 1\nb: 1\nc: 1\n"})
    past.commit({"old.yaml": "a: 1\nb: 2\nc: 1\n"})
    past.commit({"old.yaml": None, "config/settings.yaml": "a: 1\nb: 2\nc: 1\n"})
    assert last_change(past.project, "config/settings.yaml", ("a",)).commit == first


KEYS = [
    "awsAccountId",
    "appResources.limits.memory",
    '_alb-ingress-defaults."alb.ingress.kubernetes.io/ssl-redirect"',
    '_alb-ingress-group-backend."alb.ingress.kubernetes.io/wafv2-acl-arn"',
    "govukApplications[name=account-api]",
    "govukApplications[name=account-api].helmValues.appResources.limits.cpu",
    'govukApplications[name=account-api].helmValues.ingress.annotations."alb.ingress.kubernetes.io/wafv2-acl-arn"',
    "govukApplications[name=draft-content-store].helmValues",
    "govukApplications[name=frontend].helmValues.extraEnv",
    "govukApplications[name=router].helmValues.appProbes",
    "govukApplications[name=signon].helmValues.arch",
    "govukApplications[0]",
    "govukApplications[-1].name",
    "monitoring",
]


@pytest.mark.parametrize("depth", [40, pytest.param(0, marks=pytest.mark.long)])
def test_the_history_of_govuk_is_what_parsing_every_version_gives(conformance_data, tmp_path, depth):
    root = tmp_path / "govuk"
    subprocess.run(
        ["git", "clone", "-q", conformance_data / "govuk-app-config" / "history.bundle", root], check=True
    )
    past = Past(root)
    mapping = (
        'documents: {values: "values-{environment}.yaml"}\nenvironments: {production: {}, integration: {}}\n'
    )
    past.commit({"gmconfig.yaml": mapping + "placeholders: keep\n"})
    if depth:
        past.git("replace", "--graft", f"HEAD~{depth}")
    for environment in ("production", "integration"):
        trees = list(parsed(past, f"values-{environment}.yaml"))
        for path in KEYS:
            wanted = list(changed(trees, KeyPath.parse(path)))
            assert commits(past.project, path, environment) == wanted, path


def commits(project, path, environment):
    try:
        found = history(project, "values", KeyPath.parse(path), environment).versions
    except UnknownPath:
        return []
    return [version.revision.commit for version in reversed(found)]


def parsed(past, file):
    """Yield (commit, tree) for each version of a file, oldest first, None where it is broken."""
    from gmconfig.errors import BrokenConfiguration

    for commit in past.git("log", "--reverse", "--format=%H", "--", file).split():
        raw = subprocess.run(
            ["git", "show", f"{commit}:{file}"], cwd=past.root, capture_output=True, check=True
        ).stdout
        try:
            yield commit, load(raw)
        except BrokenConfiguration:
            continue


def changed(trees, path):
    last = ...
    for commit, tree in trees:
        try:
            value = value_at(tree, path.resolve(tree))
        except UnknownPath:
            value = ...
        if not (value is last or (value is not ... and last is not ... and same(value, last))):
            yield commit
        last = value


def test_the_versions_of_an_environment_are_those_that_touch_its_layers(past):
    both = GMCONFIG.replace("staging: {}", "staging: {}, canary: {extends: production}")
    past.commit({"gmconfig.yaml": both, "config/settings.yaml": "a: 1\n"})
    past.commit({"config/environments/staging.yaml": "a: 2\n"})
    past.commit({"config/environments/production.yaml": "a: 3\n"})
    past.commit({"config/environments/staging.yaml": "a: 4\n"})
    past.commit({"config/environments/production.yaml": None})
    merge = past.commit({"gmconfig.yaml": both + "merge: {list: append}\n"})
    past.commit({"README": "x"})
    found = {each: environment_versions(past.project, "settings", each) for each in ("production", "staging")}
    assert names(found["production"]) == [merge[:7], "v5", "v3", "v1"]
    assert names(found["staging"]) == [merge[:7], "v4", "v2", "v1"]
    assert names(environment_versions(past.project, "settings", "canary")) == names(found["production"])
