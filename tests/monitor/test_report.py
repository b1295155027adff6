"""The report: true in every form; as a page, complete in itself and readable by everybody."""

import html
import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gmconfig import ConfigManager, ConfigMonitor
from gmconfig.cli.app import run as main
from gmconfig.errors import UsageError
from gmconfig.finding import Severity
from gmconfig.monitor.compliance.status import ComplianceStatus
from gmconfig.monitor.health import Health
from gmconfig.monitor.report import chart, figure
from gmconfig.monitor.report.page import page
from gmconfig.monitor.report.report import MonitoringReport, slot_of, slots
from tests.deploy.fleet import Fleet
from tests.waiting import LIMIT

HOSTILE = '<script>alert("x")</script> & "quoted" \u202e'


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """With a failed check, drift, changes by somebody who means harm, and two deployments."""
    patch = pytest.MonkeyPatch()
    home = tmp_path_factory.mktemp("home")
    patch.setenv("HOME", str(home))
    (home / ".gitconfig").write_text("[user]\nname = Test\nemail = t@example.org\n")
    fleet = Fleet(tmp_path_factory.mktemp("fleet"), {"web": {}, "worker": {}})
    fleet.apply()
    fleet.change(20)
    fleet.apply()
    fleet.write("config/environments/production.yaml", {"debug": True})
    fleet.commit(HOSTILE)
    file = fleet.live / "web/settings.yaml"
    file.write_text(file.read_text().replace("pool: 20", "pool: 21"))
    patch.undo()
    return fleet


@pytest.fixture(scope="module")
def report(fleet: Fleet) -> MonitoringReport:
    return ConfigMonitor(ConfigManager(root=fleet.root)).create_monitoring_report(hours_back=24)


def test_it_says_what_happened(report: MonitoringReport):
    said = report.as_json()
    assert said["changes"]["commits"] == 3
    assert sum(one["count"] for one in said["changes"]["over_time"]) == 3
    assert [one["id"] for one in said["deployments"]] == ["production-2", "production-1"]
    assert said["drift"] == {"web": 1}
    assert said["compliance"]["score"] == 0
    assert [one["score"] for one in said["compliance"]["trend"]] == [100, 100, 0]
    assert {one["name"]: one["state"] for one in said["health"]}["target web"] == "error"
    json.dumps(said)


def test_what_the_look_itself_raised_is_drawn(report: MonitoringReport):
    began = min(datetime.fromisoformat(str(one.started_at)) for one in report.alerts)
    drawn = figure.raised(replace(report, made=began - timedelta(seconds=1)))
    assert "no alerts" not in drawn and f"{len(report.alerts):,}" in drawn


def test_the_page_needs_nothing_and_runs_nothing(report: MonitoringReport):
    text = page(report)
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert html.escape(HOSTILE) in text
    found = re.findall(r'(?:src|href|action)="([^"]*)"', text)
    assert {one for one in found if not one.startswith("#")} == {"data:,"}
    assert "url(" not in text and "@import" not in text
    tree = etree.HTML(text)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {one[1:] for one in found if one.startswith("#")} <= set(ids)


def test_every_chart_has_a_name_its_numbers_and_its_command(report: MonitoringReport):
    tree = etree.HTML(page(report))
    charts = tree.xpath("//*[local-name()='svg']")
    assert len(charts) >= 7
    for one in charts:
        title, text = (tree.xpath(f"//*[@id='{name}']/text()") for name in one.get("aria-labelledby").split())
        assert one.get("role") == "img" and title and text
    for drawn in tree.xpath("//figure"):
        assert drawn.xpath("./code/text()")[0].startswith("gmconfig ")
    for tile in tree.xpath("//a[@class='tile']"):
        assert tile.xpath("./code/text()")[0].startswith("gmconfig ")


def test_every_command_on_the_page_works_as_printed(
    fleet: Fleet, report: MonitoringReport, monkeypatch, capsys
):
    """In one process; a number that has no command of its own would be found here, and a placeholder too."""
    monkeypatch.chdir(fleet.root)
    told = {one for one in etree.HTML(page(report)).xpath("//code/text()") if one.startswith("gmconfig ")}
    commands = {one.removesuffix(" --html report.html") for one in told} - {
        "gmconfig monitor watch",
        "gmconfig backup create",
    }
    assert {"gmconfig drift list", "gmconfig monitor report --hours 24"} < commands
    for command in sorted(commands):
        assert main(command.split()[1:]) in (0, 1), (command, capsys.readouterr().err)


def test_the_page_says_first_what_needs_somebody(report: MonitoringReport):
    [said] = etree.HTML(page(report)).xpath("//p[starts-with(@class, 'verdict')]/text()")
    assert said == "Needs attention: environment production, target web."
    calm = replace(report, health=tuple(replace(one, state="ok") for one in report.health))
    assert "All is as it should be." in page(calm)
    severities = etree.HTML(page(report)).xpath("//table[@aria-label='Alerts']//td[1]/span/text()")
    assert severities == sorted(severities, key=list(Severity).index)


def test_of_three_hundred_targets_only_the_sick_are_shown_at_once(report: MonitoringReport):
    many = [Health(f"target host-{number}", "ok", "as it was deployed") for number in range(300)]
    large = replace(report, health=(*many, Health("target sick", "error", "is sick")))
    tree = etree.HTML(page(large))
    assert tree.xpath("//section[@id='health']/div//td[1]/span/text()") == ["target sick"]
    assert tree.xpath("//section[@id='health']/details/summary/text()") == ["300 more are well"]


def test_what_is_not_there_is_said_in_words(report: MonitoringReport):
    nothing = replace(
        report,
        alerts=(),
        compliance=ComplianceStatus(()),
        changed=(),
        deployments=(),
        drift={},
        reads=(),
        seconds={},
    )
    text = page(replace(nothing, hours=87_600))
    for words in ("no alerts", "no rule applies", "no commits", "nothing was deployed", "nothing has drifted",
                  "looking back 3,650 days"):  # fmt: skip
        assert words in text


@pytest.mark.parametrize("theme", [0, 1])
def test_every_text_stands_out_from_what_is_behind_it(theme: int):
    """WCAG AA: 4.5 to 1, in both themes, on the page and on cards."""
    style = files("gmconfig.monitor.report").joinpath("page.css").read_text()
    colours = dict(re.findall(r"--(\w+): (#\w{6})", style.split("@media")[theme]))
    for name in ("text", "dim", "accent", "good", "warn", "bad"):
        for behind in ("back", "card"):
            bright, dark = sorted((_light(colours[name]), _light(colours[behind])), reverse=True)
            assert (bright + 0.05) / (dark + 0.05) >= 4.5, (name, behind)


def _light(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@given(st.lists(st.integers(0, 10**6) | st.floats(0, 1e6), max_size=60), st.text(max_size=20))
def test_charts_are_well_formed_whatever_they_show(values: list[float], name: str):
    name = "".join(char for char in name if char.isprintable())
    shares = [min(100.0, float(one)) for one in values]
    rows = [(name, float(one), name, "good") for one in values]
    for drawn in (
        chart.bars(name, name, values, (name, name)),
        chart.line(name, name, [*shares, None], (name, name)),
        chart.rows(name, name, rows),
    ):
        tree = etree.fromstring(drawn)
        for one in tree.iter("rect", "circle", "line"):
            for key in ("x", "y", "width", "height", "cx", "cy"):
                assert -0.1 <= float(one.get(key, 0)) <= max(chart.WIDTH, len(values) * 32) + 0.1


@given(st.lists(st.floats(0, 47.9), max_size=20), st.sampled_from([1.0, 24.0, 48.0, 168.0, 5000.0]))
def test_everything_within_the_hours_is_in_a_slot_and_nothing_else(ages: list[float], hours: float):
    made = datetime(2026, 11, 22, 12, tzinfo=UTC)
    times = [(made - timedelta(hours=age)).isoformat() for age in ages]
    found = slots([*times, "no time", (made + timedelta(hours=1)).isoformat()], made, hours, slot_of(hours))
    reach = slot_of(hours) * len(found)
    assert sum(one.count for one in found) == sum(timedelta(hours=age) < reach for age in ages)
    assert len(found) <= 49 and reach >= timedelta(hours=hours)


def test_the_verb_writes_it_and_tells_it(tmp_path: Path):
    fleet = Fleet(tmp_path, {})
    done = fleet.run("monitor", "report", "--html", str(tmp_path / "report.html"), "--hours", "168")
    assert (done.returncode, done.stdout) == (0, "")
    assert "looking back 7 days" in (tmp_path / "report.html").read_text()
    text = fleet.run("monitor", "report").stdout
    assert "changes      1 commit       gmconfig monitor report --hours 24 -o json" in text
    assert fleet.run("monitor", "report", "--hours", "-1").returncode == 2
    with pytest.raises(UsageError):
        ConfigMonitor(ConfigManager(root=fleet.root)).create_monitoring_report(0)


def test_watch_prints_events_as_they_happen(tmp_path: Path):
    fleet = Fleet(tmp_path, {})
    done = fleet.run("monitor", "watch", "--count", "1", "--interval", "0.1", "-o", "json")
    assert json.loads(done.stdout)["kind"] == "alert"
    assert fleet.run("monitor", "watch", "--interval", "0").returncode == 2


# In a real browser

BROWSER = "chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars", "--enable-logging=stderr",
         "--v=0", "--enable-blink-features=ComputedAccessibilityInfo"]  # fmt: skip
PROBE = """
<iframe id="page" style="width:360px;height:2000px" srcdoc="%s"></iframe><pre id="found"></pre><script>
onload = () => { const inside = document.getElementById("page").contentDocument;
  const names = [...inside.querySelectorAll("svg")].map(one => one.computedName);
  document.getElementById("found").textContent = JSON.stringify({names, wide: inside.documentElement.scrollWidth,
    back: inside.defaultView.getComputedStyle(inside.body).backgroundColor,
    letters: [...inside.querySelectorAll("svg")].map(one => 12 * one.getBoundingClientRect().width / 300),
    charts: [...inside.querySelectorAll("svg")].map(one => one.getBoundingClientRect().width)}); };
</script>"""


def _browse(tmp_path: Path, file: Path, *flags: str) -> str:
    """Open a file once; give the page as it is then. Anything on the console is a complaint."""
    command = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path}/profile", *flags, file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT)
    assert "CONSOLE" not in done.stderr
    return done.stdout


@pytest.mark.skipif(not shutil.which(BROWSER), reason=f"{BROWSER} is not installed")
def test_a_real_browser_draws_it_without_a_complaint(tmp_path: Path, report: MonitoringReport):
    """No error on the console (a refused request would be one), both themes, every chart by its name on a phone."""
    probe = tmp_path / "probe.html"
    probe.write_text(PROBE % html.escape(page(report)))
    backs, shots = [], []
    for theme in ([], ["--force-dark-mode"]):
        shots.append(tmp_path / f"{len(shots)}.png")
        shot = f"--screenshot={shots[-1]}"
        drawn = _browse(tmp_path, probe, *theme, "--dump-dom", shot, "--virtual-time-budget=2000")
        found = json.loads(html.unescape(re.search(r'<pre id="found">(.*?)</pre>', drawn, re.S)[1]))  # type: ignore[index]
        assert found["wide"] <= 360
        assert all(found["names"]) and len(found["names"]) >= 9
        assert min(found["charts"]) > 250
        assert min(found["letters"]) >= 11
        backs.append(found["back"])
    assert backs == ["rgb(255, 255, 255)", "rgb(17, 21, 26)"]
    light, dark = (one.read_bytes() for one in shots)
    assert min(len(light), len(dark)) > 10_000 and light != dark
