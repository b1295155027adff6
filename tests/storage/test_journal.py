"""The journal keeps every event, whoever writes at the same time."""

import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

from gmconfig.storage.git import Repository, refs
from gmconfig.storage.journal import Journal
from gmconfig.storage.recalled import Recalled
from gmconfig.storage.tombstone import bury

WRITER = """
import sys
from gmconfig.storage.git import Repository
from gmconfig.storage.journal import Journal
journal = Journal(Repository.discover(sys.argv[1]))
for number in range(8):
    journal.append({"kind": "test", "writer": sys.argv[2], "number": number})
"""


def test_events_come_back_in_order_and_since_a_time(repo: Path):
    journal = Journal(Repository.discover(str(repo)))
    moments = [datetime(2026, month, 3, 4, 5, tzinfo=UTC) for month in (10, 8, 9)]
    for moment in moments:
        journal.append({"kind": "set", "month": moment.month}, now=moment)
    assert [event["month"] for event in journal.read()] == [8, 9, 10]
    assert [event["month"] for event in journal.read(moments[2])] == [9, 10]
    assert journal.read(datetime(2026, 10, 4, tzinfo=UTC)) == []
    assert journal.read()[0]["time"] == "2026-08-03T04:05:00Z"


def test_one_ref_a_month_and_no_trace_in_the_working_tree(repo: Path, git):
    Journal(Repository.discover(str(repo))).append({"kind": "x"}, now=datetime(2026, 11, 22, tzinfo=UTC))
    assert git("for-each-ref", "--format=%(refname)") == "refs/gmconfig/journal/2026-11"
    assert git("ls-tree", "-r", "--name-only", "refs/gmconfig/journal/2026-11").startswith("22/00/20261122T")
    assert git("status", "--porcelain") == ""


def test_concurrent_writers_lose_nothing(repo: Path):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(repo), name]) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    events = Journal(Repository.discover(str(repo))).read()
    assert sorted((event["writer"], event["number"]) for event in events) == [
        (name, number) for name in "ab" for number in range(8)
    ]


def test_two_clones_journals_merge_by_union(repo: Path, tmp_path: Path, git):
    git("clone", "-q", str(repo), str(tmp_path / "other"), cwd=tmp_path)
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    ours, theirs = (Repository.discover(str(path)) for path in (repo, tmp_path / "other"))
    Journal(ours).append({"who": "ours"}, now=moment)
    Journal(theirs).append({"who": "theirs"}, now=moment)
    name = "refs/gmconfig/journal/2026-11"
    git("fetch", "-q", str(tmp_path / "other"), f"{name}:refs/gmconfig/remote")
    merged = Journal(ours).merge(name, refs.read(ours, "refs/gmconfig/remote"))
    assert {event["who"] for event in Journal(ours).read()} == {"ours", "theirs"}
    assert Journal(ours).merge(name, refs.read(ours, "refs/gmconfig/remote")) == merged
    git("fetch", "-q", str(repo), f"{name}:refs/gmconfig/remote", cwd=tmp_path / "other")
    assert Journal(theirs).merge(name, refs.read(theirs, "refs/gmconfig/remote")) == merged


def test_what_is_remembered_of_some_kinds_is_what_the_journal_holds(repo: Path, tmp_path: Path, git):
    git("clone", "-q", str(repo), str(tmp_path / "other"), cwd=tmp_path)
    ours, theirs = (Journal(Repository.discover(str(path))) for path in (repo, tmp_path / "other"))
    name, moment = "refs/gmconfig/journal/2026-11", datetime(2026, 11, 22, tzinfo=UTC)

    def check(journal: Journal, many: int) -> None:
        for _ in "again":
            found = Recalled(journal, ("a", "b")).read()
            assert found == [event for event in journal.read() if event.get("kind") in ("a", "b")]
            assert len(found) == many

    check(ours, 0)
    for number, kind in enumerate("abc"):
        ours.append({"kind": kind}, now=moment)
        check(ours, min(number + 1, 2))
    theirs.append({"kind": "a"}, now=datetime(2026, 11, 21, tzinfo=UTC))
    ours.append({"kind": "b"}, now=datetime(2026, 12, 1, tzinfo=UTC))
    git("fetch", "-q", str(tmp_path / "other"), f"{name}:refs/gmconfig/remote")
    ours.merge(name, refs.read(ours.repository, "refs/gmconfig/remote"))
    check(ours, 4)
    assert bury(ours.repository, name, refs.read(ours.repository, name), (), "ann")
    git("reflog", "expire", "--expire=now", "--all")
    git("gc", "-q", "--prune=now")
    check(ours, 1)
    for file in (repo / ".git/gmconfig").glob("*.cache"):
        file.write_bytes(b"junk")
    check(ours, 1)


def test_who_reads_again_and_again_keeps_no_month_twice(repo: Path):
    """A watch that runs for weeks reads a long month after each event."""
    journal, moment = Journal(Repository.discover(str(repo))), datetime(2026, 11, 22, tzinfo=UTC)
    journal.append_all([{"kind": "many"}] * 300, now=moment)
    journal.read()
    tracemalloc.start()
    try:
        for number in range(4):
            journal.append({"kind": "one more"}, now=moment)
            assert len(journal.read()) == 301 + number
        assert tracemalloc.get_traced_memory()[0] < 200_000
    finally:
        tracemalloc.stop()


def test_a_foreign_file_is_passed_over(repo: Path):
    repository = Repository.discover(str(repo))
    refs.append(repository, "refs/gmconfig/journal/2026-01", {"99": b"\xff", "a/b": b"[1]"}, "junk")
    assert Journal(repository).read() == []


def test_works_without_an_identity(repo: Path, isolated: Path, git):
    (isolated / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n[commit]\n\tgpgsign = true\n")
    Journal(Repository.discover(str(repo))).append({"kind": "x"}, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert git("log", "-1", "--format=%an", "refs/gmconfig/journal/2026-01") == "gmconfig"
