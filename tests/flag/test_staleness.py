"""Stale flags: what git's history, the calendar and the code say about them."""

import os
import subprocess
import time

import pytest

from gmconfig import FeatureFlagManager, GitTrouble, NotFound
from gmconfig.flag.catalogue import Catalogue, FlagFile
from gmconfig.flag.stale import Why, reasons
from gmconfig.storage.yaml import load
from tests.flag.repository import FlagRepository

DAY = 86_400
NOW = time.time()


class Past(FlagRepository):
    """A repository whose commits are as old as a test says."""

    def at(self, days_ago: float, text: str, *, author: str = "Ada <ada@example.org>") -> None:
        self.write(text)
        self.git("add", ".")
        stamp = f"@{int(NOW - days_ago * DAY)} +0000"
        who = ("-c", f"user.name={author.split(' <')[0]}")
        subprocess.run(
            ["git", *who, "commit", "-qm", "change", "--date", stamp, "--allow-empty"],
            cwd=self.root,
            check=True,
            env={**os.environ, "GIT_COMMITTER_DATE": stamp},
        )

    def stale(self, *code: str, days: int = 30):
        found = FeatureFlagManager(root=self.root).stale_feature_flags(code, days=days)
        return {one.flag: one for one in found}


@pytest.fixture
def past(tmp_path):
    repository = Past(tmp_path / "repo")
    repository.at(500, "flags: {}\n")
    return repository


def why(found, flag="a"):
    return [str(reason.message) for reason in found[flag].reasons] if flag in found else []


def test_the_same_for_everybody_since_a_commit(past):
    past.at(100, "flags: {a: {state: rollout, rollout: {percentage: 50}}}\n")
    past.at(94, "flags: {a: {state: rollout, rollout: {percentage: 100}}}\n", author="Bo <bo@example.org>")
    past.at(10, "flags: {a: {state: rollout, rollout: {percentage: 100}}, b: {}}\n")

    found = past.stale()

    assert why(found) == ["100 % everywhere for 94 days"]
    assert (found["a"].author, found["a"].reasons[0].days) == ("Bo", 94)
    assert found["a"].commit == past.git("rev-list", "HEAD", "--skip=1", "-1")
    assert "b" not in found, "it is new"
    assert why(past.stale(days=95)) == []


@pytest.mark.parametrize(
    ("flag", "told"),
    [
        ("{}", "100 % everywhere for 40 days"),
        ("{state: disabled}", "0 % everywhere for 40 days"),
        ("{state: rollout, rollout: {percentage: 0}}", "0 % everywhere for 40 days"),
        ("{state: rollout, rollout: {percentage: 99.9}}", None),
        ("{state: disabled, environments: {staging: {state: enabled}}}", None),
        ("{state: rollout, rollout: {percentage: 0}, users: [ada]}", None),
        (
            "{state: rollout, rollout: {percentage: 100, by: company}, users: [ada]}",
            "100 % everywhere for 40 days",
        ),
        ("{rules: [{if: {plan: pro}, serve: false}]}", None),
        ("{permanent: true}", None),
        ("{state: experiment, rollout: {percentage: 100}}", None),
        ("{type: string, variants: {x: '1', y: '2'}, serve: x, default: y}", '"x" everywhere for 40 days'),
        ("{requires: b}", None),
        ("{targeting: {if: [{var: a}, enabled, enabled]}}", "100 % everywhere for 40 days"),
        ("{targeting: {if: [{var: a}, enabled, disabled]}}", None),
        ("{flagd: {state: DISABLED, variants: {x: true}}}", "the program's default everywhere for 40 days"),
    ],
)
def test_who_is_told_apart_is_not_stale(past, flag, told):
    other = "b: {state: rollout, rollout: {percentage: 5}}"
    past.at(40, f"flags:\n  a: {flag}\n  {other}\n")

    assert why(past.stale()) == ([told] if told else [])


def test_a_schedule_settles_when_its_last_step_comes(past):
    def step(days_ago):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW - days_ago * DAY))

    past.at(300, "flags: {a: {}}\n")  # the same as today, but not all the time since
    past.at(
        200,
        "flags:\n"
        f"  a: {{state: rollout, schedule: [{{at: '{step(90)}', percentage: 50}},"
        f" {{at: '{step(45)}', percentage: 100}}]}}\n"
        f"  b: {{state: rollout, progressive: {{from: '{step(90)}', to: '{step(-5)}'}}}}\n"
        f"  c: {{state: rollout, progressive: {{from: '{step(90)}', to: '{step(60)}'}}}}\n",
    )

    found = past.stale()

    assert (why(found), why(found, "c")) == (
        ["100 % everywhere for 45 days"],
        ["100 % everywhere for 60 days"],
    )
    assert "b" not in found


def test_what_nobody_committed_is_not_old(past):
    past.at(100, "flags: {a: {state: rollout, rollout: {percentage: 5}}}\n")
    past.write("flags: {a: {}}\n")
    assert past.stale() == {}


def test_an_override_that_ends_makes_it_settle_then(past):
    past.at(300, "flags: {a: {environments: {staging: {state: disabled}}}}\n")
    past.at(50, "flags: {a: {}}\n")
    assert why(past.stale()) == ["100 % everywhere for 50 days"]


def test_a_flag_that_moves_to_another_file_keeps_its_age(past):
    past.at(80, "flags: {a: {}}\n")
    past.write("flags: {}\n")
    (past.root / "flags/web.yaml").write_text("flags: {a: {}}\n")
    past.git("add", ".")
    past.git("commit", "-qm", "move")
    assert why(past.stale()) == ["100 % everywhere for 80 days"]


def test_a_commit_counts_from_when_it_came_to_the_branch(past):
    past.git("switch", "-qc", "side")
    past.at(90, "flags: {a: {}}\n")
    past.git("switch", "-q", "main")
    past.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    assert past.stale() == {}


def test_expired_archived_and_required(past):
    past.at(
        1,
        "flags:\n  a: {state: archived, expires: '2020-01-01'}\n"
        "  b: {state: rollout, rollout: {percentage: 5}, requires: a}\n",
    )
    found = past.stale()
    assert [reason.why for reason in found["a"].reasons] == [Why.ARCHIVED, Why.EXPIRED]
    assert found["a"].required_by == ("b",)


def test_what_was_reached_today_counts_and_the_day_of_expiry_does_not():
    raw = b"flags: {a: {expires: '2027-01-31'}}\n"
    flags = Catalogue([FlagFile("flags/x.yaml", raw, load(raw))], [])

    def told(today: str, days: int) -> list[Why]:
        found = reasons(flags, "a", today, is_mentioned=None, since=lambda _: ("100 %", days), least=30)
        return [reason.why for reason in found]

    assert told("2027-01-31", 29) == []
    assert told("2027-02-01", 30) == [Why.EXPIRED, Why.SETTLED]


def test_references_in_code_are_whole_names(past, tmp_path, monkeypatch):
    past.at(1, "flags: {pay: {}, pay-later: {}, 'größe': {}, used: {}}\n")
    code = tmp_path / "code"
    (code / "deep").mkdir(parents=True)
    (code / "deep/a.py").write_text('on("used")\nif flags.is_on("pay-later"): used\n', encoding="utf-8")
    (code / "b.ts").write_text("payment; prepay; größe\n", encoding="utf-8")
    (code / "c.bin").write_bytes(b"\0pay\0")
    (code / "link").symlink_to("/etc/passwd")

    found = past.stale(str(code))

    assert {flag: why(found, flag) for flag in found} == {"pay": ["no reference in the code"]}
    monkeypatch.chdir(code)
    past.at(1, "flags: {used: {state: archived}}\n")
    assert [str(place) for place in past.stale(".")["used"].references] == ["deep/a.py:1:5", "deep/a.py:2:30"]


def test_the_flags_own_files_and_ignored_ones_are_no_code(past):
    past.at(1, "flags: {only_here: {}}\n")
    (past.root / ".gitignore").write_text("build/\n")
    (past.root / "build").mkdir()
    (past.root / "build/x.js").write_text("only_here")
    assert why(past.stale(str(past.root)), "only_here") == ["no reference in the code"]
    with pytest.raises(NotFound, match="not a folder"):
        past.stale("nowhere")


def test_a_shallow_clone_says_so(past, tmp_path, git):
    git("clone", "-q", "--depth", "1", past.root.as_uri(), str(tmp_path / "clone"), cwd=tmp_path)
    with pytest.raises(GitTrouble, match="shallow"):
        FeatureFlagManager(root=tmp_path / "clone").stale_feature_flags()


def test_past_files_that_were_broken_break_nothing(past):
    past.at(90, "flags: {a: {}}\n")
    past.at(60, "flags: {a: \n")
    past.at(40, "flags: {a: {}}\n")
    assert why(past.stale()) == ["100 % everywhere for 40 days"]
