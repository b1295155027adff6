"""One count of what the compliance rules say, whether everything was counted or only what has changed."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gmconfig.errors import BrokenConfiguration
from gmconfig.monitor.compliance import known
from gmconfig.monitor.compliance.check import moved_on, tallies
from gmconfig.storage.snapshot import Proposed, WorkingTree
from tests.validate.test_same_answer import EDIT, FILES, begin, project, put

DAYS = ("2026-11-22", "2026-12-24")
POLICIES = [
    "rules: [{id: a, config_path: port, require: {type: integer, maximum: 100}}]\n"
    "waivers: [{rule: a, reason: r, expires: 2026-11-30}, {rule: tls-on, reason: r, expires: 2026-11-22}]\n",
    "rules: [{id: a, config_path: port, required: true, require: {const: 80}}]\n"
    "waivers: [{rule: policy, path: port, environments: [staging], reason: r, expires: 2026-12-24}]\n",
    "rules: [{id: a, config_path: port, require: {const: 80}, message: !own a tag that no cache can hold}]\n",
]
MORE = st.tuples(st.just("policies/b.yaml"), st.sampled_from([*POLICIES, "rules: 3\n"]) | st.none())
STEPS = st.lists(st.lists(EDIT | MORE, min_size=1, max_size=4), min_size=1, max_size=4)


def told(count):
    """What was counted, or why nothing could be."""
    try:
        return list(count())
    except BrokenConfiguration as error:
        return error.message, error.place


def wholly(root, snapshot, day):
    """Count everything, as nobody remembers anything."""
    return told(lambda: moved_on(None, project(root), snapshot, day).tallies(day))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(declared=FILES["gmconfig.yaml"], policy=st.sampled_from(POLICIES), steps=STEPS)
def test_whatever_changes_the_count_is_the_same(repo, declared, policy, steps):
    begin(repo, declared)
    put(repo / "policies/b.yaml", policy)
    for edits in steps:
        for file, text in edits:
            put(repo / file, text)
        for day in DAYS:
            tree = project(repo).worktree()
            fresh = wholly(repo, tree, day)
            for _ in range(2):
                assert told(lambda day=day, tree=tree: tallies(project(repo), tree, day)) == fresh


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(declared=FILES["gmconfig.yaml"], policy=st.sampled_from(POLICIES), steps=STEPS)
def test_one_commit_after_the_other_counts_as_each_alone(repo, tmp_path, declared, policy, steps):
    begin(repo, declared)
    (tmp_path / "empty").mkdir(exist_ok=True)
    files = {"gmconfig.yaml": declared.encode(), "policies/b.yaml": policy.encode()}
    before = None
    for edits in steps:
        files.update((file, text if text is None else text.encode()) for file, text in edits)
        here = Proposed(WorkingTree(str(tmp_path / "empty")), dict(files))
        for day in DAYS:
            with suppress(BrokenConfiguration):
                before = moved_on(before, project(repo), here, day)
            assert told(lambda day=day, now=before: now.tallies(day)) == wholly(repo, here, day)


def test_only_what_has_changed_is_counted_again(repo, monkeypatch):
    begin(repo, "environments: {production: {}}\n")
    put(repo / "config/settings.yaml", "tls: {enabled: false}\n")
    assert [one.failed for one in tallies(project(repo), project(repo).worktree(), DAYS[0])] == [1]
    counted = []
    real = known.counted
    monkeypatch.setattr(known, "counted", lambda *asked: (counted.append(asked[1]), real(*asked))[1])
    put(repo / "config/billing.yaml", "tls: {enabled: false}\n")
    assert [one.failed for one in tallies(project(repo), project(repo).worktree(), DAYS[0])] == [1, 1]
    assert counted == ["billing"]
