"""Records: numbered, append-only, kept from git's garbage collection, and one chain whoever writes."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gmconfig.errors import BrokenConfiguration, NotFound, Refused
from gmconfig.project import Project
from gmconfig.record.chain import Chain
from gmconfig.record.entry import Outcome, Record, State, Step, record_of
from gmconfig.storage.git import refs


def _record(project: Project, **fields: object) -> Record:
    return Record("production", 0, project.repository.head() or "", **fields)  # type: ignore[arg-type]


def test_a_record_comes_back_as_it_was_written(alone: Project):
    chain = Chain(alone, "production")
    outcome = Outcome(Step.STAGED, "r1", "d1", None, error="no room")
    begun = chain.begin(_record(alone, user="Ann", reason="why", targets={"web": outcome}), {"web": []})
    done = chain.advance(begun, State.FAILED)
    assert (begun.id, begun.state, done.state) == ("production-1", State.PENDING, State.FAILED)
    assert chain.latest() == done
    assert chain.find("production-1") == done
    assert chain.plan_of(done) == {"web": []}
    assert record_of(done.as_json(), "here") == done


def test_records_are_listed_once_each_newest_first(alone: Project):
    chain = Chain(alone, "production")
    for _ in range(3):
        chain.advance(chain.begin(_record(alone), {}), State.SUCCEEDED)
    assert [(one.id, one.state) for one in chain.records()] == [
        (f"production-{number}", State.SUCCEEDED) for number in (3, 2, 1)
    ]


def test_the_configuration_that_was_deployed_outlives_its_branch(alone: Project, tmp_path):
    root = tmp_path / "alone"
    (root / "config/settings.yaml").write_text("a: 2\n")
    subprocess.run(["git", "commit", "-qam", "second"], cwd=root, check=True)
    deployed = alone.repository.head()
    Chain(alone, "production").begin(_record(alone), {})
    for line in (
        ["reset", "-q", "--hard", "HEAD~1"],
        ["reflog", "expire", "--expire=now", "--all"],
        ["gc", "-q", "--prune=now"],
    ):
        subprocess.run(["git", *line], cwd=root, check=True)
    assert alone.repository.run("cat-file", "blob", f"{deployed}:config/settings.yaml") == b"a: 2\n"
    log = alone.repository.run("log", "--format=%s", "refs/gmconfig/deployments/production").decode()
    assert "deploy: production-1 pending" in log


def test_what_was_overtaken_cannot_go_on(alone: Project):
    chain = Chain(alone, "production")
    first = chain.begin(_record(alone, fencing=1), {})
    chain.begin(_record(alone, fencing=2), {})
    with pytest.raises(Refused, match="production-1 was taken over by production-2"):
        chain.advance(first, State.ACTIVATING)


def test_twenty_at_once_make_one_linear_chain(alone: Project):
    def begin(number: int) -> str | None:
        try:
            return Chain(alone, "production").begin(_record(alone, reason=str(number)), {}).id
        except Refused:
            return None

    with ThreadPoolExecutor(20) as pool:
        made = [name for name in pool.map(begin, range(20)) if name]
    recorded = [one.id for one in Chain(alone, "production").records()]
    assert sorted(made) == sorted(recorded)
    assert recorded == [f"production-{number}" for number in range(len(made), 0, -1)]


def test_an_unknown_record_says_where_to_look(alone: Project):
    with pytest.raises(NotFound, match='no deployment named "production-9"') as caught:
        Chain(alone, "production").find("production-9")
    assert caught.value.hint == "gmconfig deploy history production"


def test_what_is_no_record_is_named(alone: Project):
    record = Record("production", 1, "c")
    with pytest.raises(BrokenConfiguration, match="newer gmconfig"):
        record_of({**record.as_json(), "format": 2}, "the ref")
    with pytest.raises(BrokenConfiguration, match="damaged"):
        record_of({**record.as_json(), "state": "nonsense"}, "the ref")
    with pytest.raises(BrokenConfiguration, match="damaged"):
        record_of({**record.as_json(), "targets": {"web": []}}, "the ref")


def test_a_protected_environment_keeps_its_records_on_a_branch(alone: Project):
    Chain(alone, "vault").begin(replace(_record(alone), environment="vault"), {})
    assert refs.read(alone.repository, "refs/heads/gmconfig/deployments/vault")
