"""Files whose names, and whose contents, are commands to whatever shows a report: a terminal, a forge, a browser."""

import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]

NAMES = (
    b"a\xff",
    b"b\nnew",
    b"c\x1b]0;x\x07",
    b"::error::x",
    b"]]>",
    b"-rf",
    b"--help",
    b"e\xe2\x80\xae",
    b"q\"'`$(id)",
    b"\xe2\x80\xa8ls",
    b"[a](http:evil)",
    b"![a](javascript:x)",
    b"@everybody",
    b"...",
    b"caf\xc3\xa9",
    b"cafe\xcc\x81",
    b"%0A::error::",
    b"<script>",
    b"a|b",
    b"##vso[task.setvariable variable=x]y",
    b"##[error]x",
    b"##teamcity[buildProblem]",
)
FORMS = ("text", "json", "sarif", "junit", "github", "gitlab")


@pytest.fixture
def named(trading: Path, git) -> Path:
    """The example with broken files of every such name."""
    for name in NAMES:
        for file, raw in (
            (b"config/%b.yaml" % name, b"a: [1\n\tq\n"),
            (b"flags/%b.yaml" % name, b"flags:\n  ? [a]\n  : '[x](http://evil) @all ::error::'\n"),
            (b"schemas/%b.schema.json" % name, b"{"),
        ):
            Path(os.fsdecode(file)).write_bytes(raw)
    git("add", "-A"), git("commit", "-qm", "names")
    return trading


def read_as(form: str, text: str) -> object:
    if form in ("json", "sarif", "gitlab"):
        return json.loads(text)
    return ElementTree.fromstring(text) if form == "junit" else None


def obeyed(text: str) -> set[str]:
    """Give what a terminal would obey, and what Azure Pipelines and TeamCity would, wherever it stands."""
    return {*re.findall(r"##\w*\[", text)} | {
        char for char in text if (char < " " and char != "\n") or char in "\x7f\x85\x9b\u202e\u2028"
    }


def test_a_report_of_names_that_are_commands(cli, named: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    reports = [word for form in FORMS for word in ("--report", f"{form}={tmp_path / form}")]
    answer = cli("validate", "-o", "github", *reports)
    assert answer.code == 1, answer
    for form in FORMS:
        text = (tmp_path / form).read_text("utf-8")
        assert not obeyed(text) or form == "github", form  # which another forge does not read
        read_as(form, text)
    for line in (tmp_path / "text").read_text().splitlines():
        assert not line.lstrip().startswith("::")
    summary = (tmp_path / "summary").read_text("utf-8")
    assert not obeyed(summary)
    assert not re.search(r"(?<!\\)\]\(|(?<!\\)!\[|<script|@everybody|@all", summary), summary
    sarif = json.loads((tmp_path / "sarif").read_text())
    messages = [result["message"]["text"] for result in sarif["runs"][0]["results"]]
    assert not any("](" in message for message in messages)


@pytest.mark.parametrize(
    "line", ["flag lint", "config list", "doctor", "secret scan", "backup list", "flag list"]
)
def test_names_that_are_commands_in_what_others_print(cli, named: Path, line: str):
    for form in ("text", "json"):
        answer = cli(*line.split(), "-o", form)
        assert not obeyed(answer.out + answer.err), answer
        if form == "json" and answer.out:
            json.loads(answer.out)


def test_a_freeze_is_no_markup_in_a_comment(cli, trading: Path):
    assert (
        cli("deploy", "freeze", "production", "-m", "[approve](http://evil) ![x](y) @all <b> `c`").code == 0
    )
    (trading / "config/settings.yaml").write_text("database: {pool: 7}\n")
    text = cli("deploy", "plan", "production", "-o", "md").out
    assert r"\[approve\](http://evil) \!\[x\](y) @<!-- -->all &lt;b> \`c\`" in text, text
