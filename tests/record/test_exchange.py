"""Two clones and a remote: what one records the other knows; whoever is slower is told; nothing is forced."""

import subprocess
import sys
from pathlib import Path

import pytest

from gmconfig.errors import GitTrouble, Locked, Refused
from gmconfig.project import Project
from gmconfig.record import status
from gmconfig.record.entry import Record, State
from gmconfig.record.exchange import Exchange
from gmconfig.record.hold import Hold
from gmconfig.record.ledger import Ledger
from gmconfig.storage.git import refs
from gmconfig.storage.journal import Journal

REF = "refs/gmconfig/deployments/production"


def _begin(project: Project, **fields: object) -> Record:
    record = Record("production", 0, project.repository.head() or "", **fields)  # type: ignore[arg-type]
    return Ledger(project, "production").begin(record, {})


def _remote(tmp_path: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=tmp_path / "remote.git", check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_what_one_records_the_other_goes_on_from(clones):
    first, second = clones
    _begin(first)
    ledger = Ledger(second, "production")
    ledger.refresh()
    assert _begin(second).id == "production-2"
    Ledger(first, "production").refresh()
    assert [one.id for one in Ledger(first, "production").chain.records()] == ["production-2", "production-1"]


NO_ROOM = "#!/bin/sh\ntrap '' XFSZ; ulimit -f 0; exec git-{verb} \"$@\"\n"
"""The nearest to a full disk that needs no disk: git's next file is too large."""


def test_a_remote_without_room_is_told_from_one_that_refuses(clones, tmp_path: Path):
    first, _ = clones
    script = tmp_path / "receive-pack"
    script.write_text(NO_ROOM.format(verb="receive-pack"))
    script.chmod(0o755)
    first.repository.run("config", "remote.origin.receivepack", str(script))
    with pytest.raises(
        GitTrouble, match="origin could not keep what was pushed: .*File too large"
    ) as trouble:
        _begin(first)
    assert "make room at the remote" in (trouble.value.hint or "")
    assert refs.read(first.repository, REF) is None


def test_the_slower_one_is_refused_and_has_recorded_nothing(clones):
    first, second = clones
    _begin(first)
    with pytest.raises(Refused, match="somebody else changed production"):
        _begin(second)
    assert refs.read(second.repository, REF) is None


def test_a_lock_is_seen_by_the_other_clone(clones):
    first, second = clones
    with Ledger(first, "production", user="Ann").locked():
        other = Ledger(second, "production")
        with pytest.raises(Locked), other.locked():
            raise AssertionError("both hold it")
        other.refresh()
        with pytest.raises(Locked, match="Ann"), other.locked():
            raise AssertionError("both hold it")
    other.refresh()
    with other.locked() as fencing:
        assert fencing == 2


def test_a_remote_that_lost_records_is_not_believed(clones, tmp_path):
    first, second = clones
    _begin(first)
    kept = _remote(tmp_path, "rev-parse", REF)
    Ledger(second, "production").refresh()
    _begin(second)
    _remote(tmp_path, "update-ref", REF, kept)
    with pytest.raises(Refused, match="lost records that were there"):
        Ledger(second, "production").refresh()


MEANWHILE = """#!/bin/sh
git-upload-pack "$@" || exit
{python} - {root} <<'END'
import sys
from gmconfig.project import Project
from gmconfig.record.entry import State
from gmconfig.record.ledger import Ledger
ledger = Ledger(Project.find(sys.argv[1]), "production")
ledger.advance(ledger.chain.latest(), State.SUCCEEDED)
END
"""


def test_what_is_pushed_while_another_process_of_the_clone_fetches_stays_remembered(clones, tmp_path):
    first, _ = clones
    _begin(first)
    script = tmp_path / "upload-pack"
    script.write_text(MEANWHILE.format(python=sys.executable, root=first.root))
    script.chmod(0o755)
    first.repository.run("config", "remote.origin.uploadpack", str(script))
    Ledger(first, "production").refresh()
    assert Ledger(first, "production").chain.latest().state is State.SUCCEEDED
    assert (
        Exchange(first).seen(REF) == _remote(tmp_path, "rev-parse", REF) == refs.read(first.repository, REF)
    )


PUSHED_MEANWHILE = """#!/bin/sh
read old new ref
unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
git update-ref "$ref" "$new" "$old"
"""
"""While one process of a clone pushes, another one has just pushed the same for it."""


def test_who_finds_its_own_word_at_the_remote_was_not_overtaken(clones, tmp_path: Path):
    first, _ = clones
    commit = first.repository.resolve("HEAD")
    hook = tmp_path / "remote.git" / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(PUSHED_MEANWHILE)
    hook.chmod(0o755)
    assert Exchange(first).push({REF: commit})
    assert _remote(tmp_path, "rev-parse", REF) == Exchange(first).seen(REF) == commit


@pytest.mark.parametrize("ways", ["publickey", "password,keyboard-interactive"])
def test_an_ssh_server_that_lets_nobody_in_is_not_taken_for_a_full_disk(clones, tmp_path: Path, ways: str):
    first, _ = clones
    script = tmp_path / "ssh"
    script.write_text(f"#!/bin/sh\necho 'u@h: Permission denied ({ways}).' >&2; exit 255\n")
    script.chmod(0o755)
    first.repository.run("config", "core.sshCommand", str(script))
    first.repository.run("remote", "set-url", "origin", "ssh://u@h/r.git")
    with pytest.raises(GitTrouble, match=r"origin cannot be reached: u@h: Permission denied") as trouble:
        Ledger(first, "production").refresh()
    assert "ssh-add -l" in (trouble.value.hint or "")


def test_an_unreachable_remote_stops_before_anything_is_recorded(clones, tmp_path):
    first, _ = clones
    (tmp_path / "remote.git").rename(tmp_path / "away.git")
    with pytest.raises(GitTrouble, match="origin cannot be reached") as caught:
        _begin(first)
    assert "--offline" in str(caught.value.hint)
    assert refs.read(first.repository, REF) is None


def test_a_bundle_takes_no_pushes(alone, tmp_path):
    alone.repository.run("bundle", "create", str(tmp_path / "all.bundle"), "--all")
    alone.repository.run("remote", "add", "origin", str(tmp_path / "all.bundle"))
    with pytest.raises(GitTrouble, match="origin takes no pushes"):
        _begin(Project.find(alone.root))


def test_records_made_offline_reach_the_remote_later(clones, tmp_path):
    first, _ = clones
    offline = Ledger(first, "production", offline=True)
    record = offline.begin(Record("production", 0, first.repository.head() or ""), {})
    online = Ledger(first, "production")
    online.refresh()
    online.advance(record, State.SUCCEEDED)
    assert _remote(tmp_path, "rev-parse", REF) == refs.read(first.repository, REF)


def test_records_of_two_clones_that_met_late_are_both_kept(clones, tmp_path):
    first, second = clones
    commit = first.repository.head() or ""
    Ledger(second, "production", offline=True).begin(Record("production", 0, commit, reason="apart"), {})
    apart = refs.read(second.repository, REF)
    _begin(first)
    ledger = Ledger(second, "production")
    ledger.refresh()
    assert [one.id for one in ledger.chain.records()] == ["production-1"]
    assert _begin(second).id == "production-2"
    assert not subprocess.run(
        ["git", "merge-base", "--is-ancestor", str(apart), REF], cwd=tmp_path / "remote.git", check=False
    ).returncode


def test_a_host_that_refuses_our_refs_is_told_about(clones, tmp_path):
    first, _ = clones
    hook = tmp_path / "remote.git/hooks/update"
    hook.write_text('#!/bin/sh\ncase "$1" in refs/heads/*) exit 0;; esac\necho only branches >&2\nexit 1\n')
    hook.chmod(0o755)
    with pytest.raises(GitTrouble, match="does not take gmconfig's refs") as caught:
        _begin(first)
    assert "ref_prefix: refs/heads/gmconfig" in str(caught.value.hint)


def test_a_lock_that_a_dead_git_left_at_the_remote_is_told_about(clones, tmp_path):
    first, _ = clones
    _begin(first)
    lock = tmp_path / f"remote.git/{REF}.lock"
    lock.touch()
    with pytest.raises(GitTrouble, match=f'origin keeps ".*{REF}.lock" locked'):
        _begin(first)
    lock.unlink()
    assert _begin(first).id == "production-2"


def test_a_push_that_fails_after_the_fact_undoes_nothing(clones, tmp_path, caplog):
    first, _ = clones
    record = _begin(first)
    (tmp_path / "remote.git").rename(tmp_path / "away.git")
    ledger = Ledger(first, "production")
    done = ledger.advance(record, State.SUCCEEDED)
    assert ledger.chain.latest() == done
    assert "was not told" in caplog.text


def test_holds_status_and_journal_travel(clones):
    first, second = clones
    ledger = Ledger(first, "production")
    ledger.change(ledger.holds.ref, lambda: ledger.holds.add(Hold("c1", by="Ann")))
    ref = status.write(first, status.Status("web-1", "production", "c1"))
    assert Exchange(first).push({ref: refs.read(first.repository, ref) or ""})
    Journal(second.repository).append({"kind": "two"})
    Journal(first.repository).append({"kind": "one"})
    months = refs.listed(first.repository, "refs/gmconfig/journal")
    assert Exchange(first).push(months)
    other = Ledger(second, "production")
    other.refresh()
    assert other.holds.of("web") == Hold("c1", by="Ann")
    assert [one.host for one in status.read_all(second, "production")] == ["web-1"]
    assert sorted(str(event["kind"]) for event in Journal(second.repository).read()) == ["one", "two"]


def test_nothing_incoming_stays_behind(clones):
    first, second = clones
    _begin(first)
    Ledger(second, "production").refresh()
    assert refs.listed(second.repository, "refs/gmconfig/incoming") == {}


def test_a_status_that_is_none_hides_no_other(clones):
    first, _ = clones
    status.write(first, status.Status("web-1", "production", "c1"))
    head = first.repository.resolve("HEAD")
    refs.swap(first.repository, "refs/gmconfig/status/production/junk", head, None)
    assert [one.host for one in status.read_all(first, "production")] == ["web-1"]


def test_what_did_not_change_costs_no_process_for_each_ref(clones, monkeypatch):
    first, second = clones
    for number in range(20):
        ref = status.write(first, status.Status(f"web-{number}", "production", "c1"))
        assert Exchange(first).push({ref: refs.read(first.repository, ref) or ""})
    exchange = Exchange(second)
    exchange.fetch("production")
    assert len(status.read_all(second, "production")) == 20
    asked = []
    attempt = second.repository.attempt
    monkeypatch.setattr(
        second.repository, "attempt", lambda *args, **how: asked.append(args) or attempt(*args, **how)
    )
    exchange.fetch("production")
    assert len(asked) < 10
