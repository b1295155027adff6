"""The README keeps its promises: its transcripts are run, its reference is what --help prints."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from gmconfig.storage.yaml import load
from tests import transcript
from tests.reference import reference
from tests.trading import founded

README = Path(__file__).resolve().parent.parent / "README.md"
_REFERENCE = re.compile(r"(<!-- reference: begin -->\n).*?(<!-- reference: end -->)", re.DOTALL)


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    return request.config.getoption("--update")


def test_every_transcript_is_what_a_reader_gets(tmp_path, update):
    text = README.read_text()
    steps = transcript.steps(text)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    outputs = transcript.run([step.command for step in steps], checkout)
    if update:
        README.write_text(transcript.updated(text, [o.replace(str(tmp_path), "~") for o in outputs]))
        return
    wrong = [
        f"$ {step.command}\n{output}"
        for step, output in zip(steps, outputs, strict=True)
        if not transcript.agrees(step.expected, output, tmp_path)
    ]
    assert not wrong, "\n".join(wrong)
    assert len(steps) > 10


def test_the_reference_is_what_help_prints(update):
    text = README.read_text()
    expected = _REFERENCE.sub(lambda found: found.group(1) + reference() + found.group(2), text)
    if update:
        README.write_text(expected)
    assert README.read_text() == expected, "pytest tests/test_readme.py --update rewrites it"


def test_the_python_samples_run(tmp_path, monkeypatch):
    samples = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    assert samples
    monkeypatch.chdir(founded(tmp_path / "repo"))
    for sample in samples:
        exec(compile(sample, "README.md", "exec"), {})


def test_the_yaml_samples_are_valid():
    samples = [
        load(text.encode()) for text in re.findall(r"^```yaml\n(.*?)^```$", README.read_text(), re.M | re.S)
    ]
    assert len(samples) > 5
    for sample in samples:
        kind = "policy" if "rules" in sample else "flags" if "bucketing" in sample else "gmconfig"
        contents = json.loads((README.parent / "schemas" / f"{kind}.schema.json").read_text())
        assert list(Draft7Validator(contents).iter_errors(sample)) == []


def test_the_second_command_is_the_one_that_ci_runs():
    ci = (README.parent / ".ci" / "run").read_text()
    assert "pip\" install -q '.[test]'" in ci
    assert ".venv/bin/pip install -q '.[test]' && .venv/bin/pytest -n 2" in README.read_text()
