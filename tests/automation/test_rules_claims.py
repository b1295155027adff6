"""Each time of a schedule is claimed once: by processes at once, by clones, after a runner was killed."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gmconfig.api.automation.automating import Automation
from gmconfig.api.workspace import Workspace
from gmconfig.automation.rules.claims import LEASE, Shared, claim_for, ending
from gmconfig.automation.rules.declared import declared
from gmconfig.automation.rules.past import Cause, Past
from gmconfig.automation.rules.run import Run
from gmconfig.automation.rules.runner import Act, Runner
from gmconfig.errors import GitTrouble
from gmconfig.project import Project
from tests.deploy.fleet import Fleet
from tests.waiting import LIMIT, until

NOW = datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
SLOT = NOW.replace(second=0)
MINUTE = timedelta(minutes=1)


class Hub:
    """A project with one rule that notes each of its runs in a file; its remote, and clones of it."""

    def __init__(self, folder: Path, **rule: object) -> None:
        self.folder, self.noted = folder, folder / "noted"
        command = {"command": ["sh", "-c", f"echo ran >> {self.noted}"]}
        rules = {"hourly": {"schedule": "0 * * * *", "do": command, **rule}}
        self.fleet = Fleet(folder, {}, automation={"rules": rules})
        self.fleet.git("clone", "-q", "--bare", str(self.fleet.root), str(folder / "remote.git"))

    def clone(self, name: str) -> Path:
        where = self.folder / name
        self.fleet.git("clone", "-q", str(self.folder / "remote.git"), str(where))
        self.fleet.git("-C", str(where), "config", "gmconfig.automationCommands", "true")
        return where

    def started(self, clone: Path, now: datetime, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """Start a runner as a process of its own, at a moment of ours."""
        program = (
            "import sys; from datetime import datetime\n"
            "from gmconfig.api.automation.automating import Automation\n"
            "from gmconfig.api.workspace import Workspace\n"
            "for run in Automation(Workspace(root=sys.argv[1])).run(now=datetime.fromisoformat(sys.argv[2])):\n"
            "    print(run.rule, run.state, run.cause)\n"
        )
        return subprocess.Popen(
            [sys.executable, "-c", program, str(clone), now.isoformat()],
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def runs(self) -> int:
        return len(self.noted.read_text().split()) if self.noted.exists() else 0


def automation(clone: Path, **settings: object) -> Automation:
    return Automation(Workspace(root=clone), **settings)  # type: ignore[arg-type]


def run(clone: Path, now: datetime = NOW, **settings: object) -> list[str]:
    return [f"{one.state} {one.message}" for one in automation(clone, **settings).run(now=now)]


def test_processes_of_one_clone_and_of_others_at_once_run_a_time_once(tmp_path):
    hub = Hub(tmp_path)
    one, other = hub.clone("one"), hub.clone("other")
    processes = [hub.started(clone, NOW) for clone in (one, other, one)]
    told = [process.communicate(timeout=LIMIT)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], told
    assert "".join(told) == f"hourly succeeded {SLOT.isoformat()}\n"
    assert hub.runs == 1
    assert run(other) == []
    [standing] = automation(other).standings(now=NOW)
    assert (standing.last["state"], standing.last["cause"]) == ("succeeded", SLOT.isoformat())
    assert (standing.next, standing.running) == (SLOT + 60 * MINUTE, None)


def test_who_did_not_hear_of_a_claim_is_refused_by_the_remote_and_knows_it_then(tmp_path):
    hub = Hub(tmp_path)
    first, second = (Shared(Project.find(str(hub.clone(name)))) for name in ("one", "other"))
    cause = Cause("schedule", SLOT)

    def claiming(past: Past) -> Past | None:
        return past.claimed(claim_for(cause, "ann", NOW + LEASE), NOW) if past.slot != SLOT else None

    assert first.change("hourly", NOW, claiming) is not None
    assert second.change("hourly", NOW, claiming) is None
    assert second.past("hourly", NOW) == first.past("hourly", NOW)
    assert second.change("hourly", NOW, claiming) is None


HEARD_MEANWHILE = """#!/bin/sh
test "$1" = committed && grep -q ' refs/gmconfig/automation/hourly' && mkdir "$0.once" || exit 0
{python} - {root} <<'END'
import sys
from gmconfig.automation.rules.claims import Shared
from gmconfig.project import Project
Shared(Project.find(sys.argv[1])).refresh()
END
"""


def test_a_claim_that_another_process_of_the_clone_hears_of_is_not_pushed_over(tmp_path):
    hub = Hub(tmp_path)
    one, other = hub.clone("one"), hub.clone("other")
    first, second = (Shared(Project.find(str(clone))) for clone in (one, other))
    first.meet("hourly", NOW)
    second.refresh()
    cause = Cause("schedule", SLOT)

    def claiming(past: Past) -> Past | None:
        return past.claimed(claim_for(cause, "ann", NOW + LEASE), NOW) if past.slot != SLOT else None

    claimed = second.change("hourly", NOW, claiming)
    hook = one / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HEARD_MEANWHILE.format(python=sys.executable, root=one))
    hook.chmod(0o755)
    assert first.change("hourly", NOW, claiming) is None
    assert hook.with_name("reference-transaction.once").exists()
    second.refresh()
    assert first.past("hourly", NOW) == second.past("hourly", NOW) == claimed


def test_an_end_is_noted_although_somebody_else_had_a_word_meanwhile(tmp_path):
    hub = Hub(tmp_path)
    first, second = (Shared(Project.find(str(hub.clone(name)))) for name in ("one", "other"))
    claim = claim_for(Cause("schedule", SLOT), "ann", NOW + LEASE)
    first.change("hourly", NOW, lambda past: past.claimed(claim, NOW))
    second.refresh()
    assert second.change("hourly", NOW, lambda past: past.ran("by hand", NOW, {})) is not None
    assert first.change("hourly", NOW, ending(claim.holder.token, {}, NOW), must=False) is not None
    second.refresh()
    assert (second.past("hourly", NOW).claim, len(second.past("hourly", NOW).runs)) == (None, 2)


def test_what_a_killed_runner_had_claimed_is_begun_once_more_and_then_given_up(tmp_path):
    hub = Hub(tmp_path)
    one, other = hub.clone("one"), hub.clone("other")
    crash = {"GMCONFIG_CRASH_AT": "claimed:hourly"}
    process = hub.started(one, NOW, crash)
    process.communicate(timeout=LIMIT)
    assert (process.returncode, hub.runs) == (-9, 0)
    # On the machine that it ran on, its end is known at once; elsewhere when its lease is over.
    memory = Shared(Project.find(str(other)))
    memory.refresh()
    claim = memory.past("hourly", NOW).claim
    assert (claim.cause.slot, claim.attempt) == (SLOT, 1)
    elsewhere = replace(claim.holder, machine="another")
    assert elsewhere.is_active(NOW + LEASE - MINUTE)
    assert not elsewhere.is_active(NOW + LEASE + MINUTE)
    process = hub.started(other, NOW + MINUTE, crash)
    process.communicate(timeout=LIMIT)
    assert (process.returncode, hub.runs) == (-9, 0)
    assert run(one, NOW + 2 * MINUTE) == ["failed its runner never came back, 2 times"]
    assert run(one, NOW + 3 * MINUTE) == []
    assert run(one, NOW + 60 * MINUTE) == ["succeeded ran sh"]
    assert hub.runs == 1


def test_without_its_remote_nothing_runs_unless_asked_to(tmp_path):
    hub = Hub(tmp_path)
    clone = hub.clone("one")
    (tmp_path / "remote.git").rename(tmp_path / "away.git")
    with pytest.raises(GitTrouble):
        run(clone)
    memory = Shared(Project.find(str(clone)))
    with pytest.raises(GitTrouble):
        memory.change("hourly", NOW, lambda past: past)
    assert hub.fleet.git("-C", str(clone), "for-each-ref", "refs/gmconfig") == ""
    assert hub.runs == 0
    assert run(clone, offline=True) == ["succeeded ran sh"]
    (tmp_path / "away.git").rename(tmp_path / "remote.git")
    assert run(clone) == []
    assert run(hub.clone("other")) == []


def test_an_end_that_the_remote_could_not_hear_of_is_told_it_by_the_next_look(tmp_path):
    remote, away = tmp_path / "remote.git", tmp_path / "away.git"
    hub = Hub(tmp_path, do={"command": ["mv", str(remote), str(away)]})
    one, other = hub.clone("one"), hub.clone("other")
    assert run(one) == ["succeeded ran mv"]
    away.rename(remote)
    assert run(one, NOW + MINUTE) == []
    [standing] = automation(other).standings(now=NOW + MINUTE)
    assert (standing.running, standing.last and standing.last["state"]) == (None, "succeeded")


def test_a_rule_that_is_new_takes_the_time_that_just_passed_and_what_was_missed_is_one_run(tmp_path):
    hub = Hub(tmp_path)
    clone = hub.clone("one")
    assert run(clone, NOW + 59 * MINUTE) == ["succeeded ran sh"]
    assert run(clone, NOW + timedelta(days=30)) == ["succeeded ran sh"]
    assert run(clone, NOW + timedelta(days=30)) == []
    assert [one.state for one in automation(clone).history()] == ["succeeded", "succeeded"]


def test_a_clone_that_may_not_run_a_program_leaves_it_to_one_that_may_and_says_so(tmp_path):
    hub = Hub(tmp_path)
    allowed, laptop = hub.clone("allowed"), hub.clone("laptop")
    hub.fleet.git("-C", str(laptop), "config", "--unset", "gmconfig.automationCommands")
    [told] = run(laptop)
    assert told.startswith("failed commands do not run in this clone before you allow them")
    assert list(automation(laptop).history()) == []
    assert run(allowed) == ["succeeded ran sh"]
    assert run(laptop) == []


def test_a_rehearsal_claims_does_and_notes_nothing(tmp_path):
    hub = Hub(tmp_path)
    clone = hub.clone("one")
    before = hub.fleet.git("-C", str(clone), "for-each-ref")
    assert [one.message for one in automation(clone).run(now=NOW, dry_run=True)] == [
        f"would run sh -c echo ran >> {hub.noted}"
    ]
    assert (hub.runs, hub.fleet.git("-C", str(clone), "for-each-ref")) == (0, before)
    assert run(clone) == ["succeeded ran sh"]


def test_a_run_that_takes_longer_than_its_lease_is_nobody_elses(tmp_path):
    hub = Hub(tmp_path)
    memory = Shared(Project.find(str(hub.clone("one"))))
    other = Shared(Project.find(str(hub.clone("other"))))
    seen: list[list[Run]] = []

    def another(_: object) -> str:
        other.refresh()
        ends = _until(other)

        def is_pushed_on() -> bool:
            other.refresh()
            return _until(other) > ends

        until(is_pushed_on)
        seen.append(list(runner(other, lambda _: "twice").run(lambda: [], ends)))
        return "once"

    def runner(memory: Shared, act: Act) -> Runner:
        rules = declared(memory.project)
        return Runner(rules, memory, act, lambda _: None, lease=timedelta(milliseconds=400))

    [mine] = runner(memory, another).run(lambda: [], NOW)
    assert (mine.message, seen) == ("once", [[]])
    other.refresh()
    assert other.past("hourly", NOW).claim is None


def _until(memory: Shared) -> datetime:
    claim = memory.past("hourly", NOW).claim
    assert claim is not None
    return claim.holder.until
