"""`flag experiment`, `ingest` and `analytics`, as a team uses them: start, serve, look, decide."""

import json
import xml.etree.ElementTree as ET

import pytest

from gmconfig import FeatureFlagManager
from gmconfig.flag.event.log import EventLog
from tests.cli.test_json import agrees

START = ("flag", "experiment", "start", "order_ticket", "-e", "production", "--name", "ticket_test")
METRICS = ("--metric", "order", "--metric", "value=mean", "--share", "classic=50", "--share", "compact=50")
EVENTS = ("--events-dir", "events")


@pytest.fixture
def begun(trading, ok):
    """An experiment that runs, and users who order more where the ticket is compact."""
    ok(*START, *METRICS, "--control", "classic", "-m", "is it faster?")
    manager = FeatureFlagManager("production", events_dir="events")
    for number in range(1500):
        account = f"account-{number}"
        compact = manager.evaluate_feature("order_ticket", context={"account": account}).value == "v2"
        if number % (3 if compact else 6) == 0:
            manager.track("order", account)
            manager.track("value", account, 50.0 + number % 11)
    manager.flush_events()
    return trading


def test_from_the_start_to_the_decision(begun, ok, cli, git):
    assert git("log", "-1", "--format=%s") == (
        "flag order_ticket: start experiment ticket_test in production: is it faster?"
    )
    assert "classic 50 %, compact 50 %" in ok("flag", "experiment", "list", "-e", "production")
    assert "events from 1 files" in ok("flag", "ingest", *EVENTS)
    assert ok("flag", "ingest", *EVENTS).startswith("0 events")

    out = ok("flag", "experiment", "report", "ticket_test", "-e", "production", *EVENTS)
    assert "split as planned" in out and out.count("higher") == 2
    assert "always valid" in out and "pp [" in out

    ok("flag", "experiment", "stop", "ticket_test", "--serve", "compact", "-e", "production", "-m", "it is")
    assert "v2" in ok("flag", "eval", "order_ticket", "--context", "account=x", "-e", "production")
    assert "higher" in ok("flag", "experiment", "report", "order_ticket", "-e", "production")
    assert cli("flag", "experiment", "stop", "ticket_test", "-e", "production").code == 4
    assert git("status", "--porcelain") == "?? events/"


def test_a_report_as_a_picture(begun, ok):
    report = ("flag", "experiment", "report", "ticket_test", "-e", "production", *EVENTS)
    ok(*report, "--picture", "report.svg")
    printed = ok(*report, "--picture", "-")
    assert (begun / "report.svg").read_text() == printed
    assert "order in compact" in ET.fromstring(printed)[1].text


def test_a_broken_split_is_exit_1(begun, cli):
    program = FeatureFlagManager("production")
    with EventLog("events", "production") as log:  # a proxy that gives many the same ticket
        decision = program.evaluate_feature("order_ticket", context={"account": "account-1"})
        for number in range(600):
            log.exposed(decision, None, {"account": f"lost-{number}"})
    found = cli("flag", "experiment", "report", "ticket_test", "-e", "production", *EVENTS)
    assert found.code == 1
    assert "no verdict can be trusted" in found.out and found.out.count("withheld") == 2


def test_users_in_several_variants_are_told_and_left_out(begun, ok):
    one, other = (("classic", "v1"), ("compact", "v2"))
    decision = FeatureFlagManager("production").evaluate_feature(
        "order_ticket", context={"account": "account-1"}
    )
    with EventLog("events", "production") as log:
        for variant, value in (one, other):
            log.exposed(decision._replace(variant=variant, value=value), None, {"account": "both"})
    out = ok("flag", "experiment", "report", "ticket_test", "-e", "production", *EVENTS)
    assert "1 users were seen in several variants" in out


def test_analytics_are_a_row_of_bars(begun, ok, cli):
    out = ok("flag", "analytics", "order_ticket", "--hours", "24", "-e", "production", *EVENTS)
    assert "compact" in out and "targeting_match" in out and "█" in out and "now (UTC)" in out
    assert cli("flag", "analytics", "order_tickt", *EVENTS).code == 3
    assert "nobody was given" in cli("flag", "analytics", "halt_trading", *EVENTS).err


def test_what_is_malformed_is_told(begun, ok, cli):
    with next(begun.glob("events/*.jsonl")).open("a") as file:
        file.write("garbage\n")
    found = cli("flag", "ingest", *EVENTS)
    assert found.code == 0 and "1 malformed lines" in found.err


def test_what_is_missing_is_told_with_the_next_step(trading, cli):
    nothing = cli("flag", "ingest")
    assert nothing.code == 3 and "events_dir" in nothing.err
    unknown = cli("flag", "experiment", "report", "x")
    assert unknown.code == 3 and "gmconfig flag experiment list" in unknown.err
    assert cli("flag", "experiment", "start", "order_ticket").code == 1  # nothing says what is measured
    wrong = cli(*START, "--metric", "order", "--share", "classic")
    assert wrong.code == 2 and "--share VARIANT=PERCENT" in wrong.err
    assert cli(*START, "--variant", "a=1", "--variant", "b").code == 2


def test_validate_refuses_another_allocation_while_it_runs(begun, ok, cli, git):
    file = begun / "flags/flags.yaml"
    file.write_text(file.read_text().replace("compact: 50", "compact: 30"))
    found = cli("validate")
    assert found.code == 1 and 'the allocation changed while experiment "ticket_test" runs' in found.out
    assert cli("validate").out == found.out
    git("commit", "-qam", "meant well")
    assert cli("flag", "lint").code == 1
    git("reset", "-q", "--soft", "HEAD~2")
    git("commit", "-qm", "started like this")  # the same files, another history
    assert "experiment" not in cli("validate").out


@pytest.mark.parametrize("how", [(), ("--dry-run",), ("--no-commit",)], ids=" ".join)
def test_what_starting_answers(trading, ok, how):
    agrees("flag-experiment-start", ok(*START, *METRICS, *how, "-o", "json"))


def test_what_the_other_verbs_answer(begun, ok):
    agrees("flag-experiment-list", ok("flag", "experiment", "list", "-e", "production", "-o", "json"))
    report = ("flag", "experiment", "report", "ticket_test", "-e", "production", "-o", "json")
    agrees("flag-experiment-report", ok(*report, *EVENTS))
    found = json.loads(ok(*report, "--fixed"))
    assert found["method"] == "fixed horizon" and len(found["results"]) == 2
    agrees("flag-analytics", ok("flag", "analytics", "order_ticket", "-o", "json"))
    with next(begun.glob("events/*.jsonl")).open("a") as file:
        file.write("garbage\n")
    agrees("flag-ingest", ok("flag", "ingest", *EVENTS, "-o", "json"))
    agrees(
        "flag-experiment-stop",
        ok("flag", "experiment", "stop", "ticket_test", "-e", "production", "-o", "json"),
    )
