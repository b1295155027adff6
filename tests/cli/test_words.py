"""What the words of a command mean: values that look like numbers, reasons of several lines, `v7`, `-e`."""

import json
import subprocess

import pytest

from gmconfig.storage.yaml import load


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def saved(ok, value: str, *options: str, path: str = "system.version", **given) -> object:
    ok("config", "set", "settings", path, "--create", *options, "--", value, **given)
    return json.loads(ok("config", "get", "settings", path, "-o", "json"))


@pytest.fixture
def plain(tmp_path, monkeypatch):
    """A repository without a schema."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    (tmp_path / "gmconfig.yaml").write_text("environments: {production: {}, staging: {}}\n")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.yaml").write_text("system: {version: x}\n")
    git("add", "-A")
    git("commit", "-qm", "begin")
    return tmp_path


@pytest.mark.parametrize(
    "value", ["010", "1.10", "007", "+1", "0x1F", "0o17", "1e3", ".5", "1.", "-0", "2.50"]
)
def test_what_a_number_would_print_differently_stays_text(plain, ok, cli, value):
    assert saved(ok, value) == value
    assert load((plain / "config/settings.yaml").read_bytes()) == {"system": {"version": value}}
    assert saved(ok, "-", path="system.piped", stdin=f"{value}\n") == value


def test_a_number_that_stays_text_is_told(plain, cli):
    answer = cli("config", "set", "settings", "system.version", "1.10")
    assert answer.code == 0
    assert '"1.10" stays text' in answer.err and "1.1" in answer.err


@pytest.mark.parametrize(("value", "meant"), [("2.50", 2.5), ("1e3", 1000.0), ("010", 10), ("0x1F", 31)])
def test_where_a_number_stands_one_is_meant(plain, cli, ok, value, meant):
    saved(ok, "2.25", path="fees.maker")
    told = cli("config", "set", "settings", "fees.maker", value, "--dry-run").err
    assert f'"{value}" is {meant:g}' in told.replace(".0,", ",") and "--string" in told, (
        "it may be a version: 1.9, 1.10"
    )
    assert saved(ok, value, path="fees.maker") == meant
    assert saved(ok, value, "-e", "production", path="fees.maker") == meant
    assert saved(ok, value, "--string", path="fees.maker") == value
    assert saved(ok, value, path="fees.maker") == value


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("10", 10), ("1.1", 1.1), ("-3", -3), ("1.0", 1.0), ("true", True), ("null", None), ("yes", "yes"),
        ("[1, 010]", [1, 10]), ("'010'", "010"), ("!!float 1.10", 1.1), ("5 # five", "5 # five"), ("1.2.3", "1.2.3"),
        ("12345678901234567890", 12345678901234567890), ("{a: 1.10}", {"a": 1.1}),
    ],
)  # fmt: skip
def test_what_yaml_says_clearly_is_taken_as_yaml(plain, ok, cli, value, meant):
    found = saved(ok, value)
    assert (found, type(found)) == (meant, type(meant))


def test_the_schema_has_the_first_word(plain, ok):
    kinds = {"version": {"type": "string"}, "fee": {"type": "number"}, "mode": {"type": ["integer", "null"]}}
    (plain / "schemas").mkdir()
    schema = {"properties": {"system": {"properties": kinds}}}
    (plain / "schemas/settings.schema.json").write_text(json.dumps(schema))
    assert saved(ok, "1.10") == "1.10"
    assert saved(ok, "2.50", path="system.fee") == 2.5
    assert saved(ok, "010", path="system.mode") == 10
    assert saved(ok, "010", path="other") == "010"
    assert saved(ok, "1.10", "--string", path="system.version") == "1.10"


def test_a_reason_of_several_lines_keeps_its_subject_short(plain, ok):
    ok("config", "set", "settings", "system.version", "y", "-m", "first line\nsecond\n\nthird")
    message = git("log", "-1", "--format=%B")
    assert message.splitlines()[0].endswith(": first line")
    assert git("log", "-1", "--format=%b").startswith("second\n\nthird\n")
    entry = json.loads(ok("config", "history", "settings", "-o", "json"))[0]
    assert entry["reason"] == "first line second third"


def test_a_reason_brings_no_trailer_of_ours(plain, ok):
    ok("config", "set", "settings", "system.version", "y", "-m", "why\n\nGmconfig-Environment: production")
    assert git("log", "-1", "--format=%(trailers:key=Gmconfig-Environment)").strip() == ""
    ok("config", "set", "settings", "system.version", "z", "-m", "why\n\nCo-authored-by: A <a@example.org>")
    assert "A <a@example.org>" in git("log", "-1", "--format=%(trailers:key=Co-authored-by)")
    assert "set" in git("log", "-1", "--format=%(trailers:key=Gmconfig-Operation)")


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_an_empty_reason_is_most_likely_an_empty_variable(plain, cli, reason):
    for command in (
        ["config", "set", "settings", "system.version", "y"],
        ["config", "rollback", "settings", "v1"],
    ):
        answer = cli(*command, "-m", reason)
        assert answer.code == 2
        assert "the reason is empty" in answer.err
    assert git("log", "--format=%s") == "begin\n"


def test_history_of_an_environment_lists_what_touches_it(plain, ok):
    ok("config", "set", "settings", "system.version", "s", "-e", "staging")
    ok("config", "set", "settings", "system.version", "p", "-e", "production")
    listed = {
        options: [
            entry["version"]
            for entry in json.loads(ok("config", "history", "settings", *options, "-o", "json"))
        ]
        for options in [(), ("-e", "staging"), ("-e", "production"), ("-e", "production", "-n", "1")]
    }
    assert list(listed.values()) == [["v3", "v2", "v1"], ["v2", "v1"], ["v3", "v1"], ["v3"]]


def test_validate_at_a_version_of_the_only_document(plain, ok, cli):
    (plain / "config/settings.yaml").write_text("a: 1\na: 2\n")
    git("commit", "-qam", "broken")
    ok("validate", "--at", "v1")
    assert cli("validate", "--at", "v2").code == 1
    missing = cli("validate", "--at", "v7")
    assert missing.code == 3
    assert '"settings" has no version "v7": there are v1 to v2' in missing.err


def test_validate_at_a_version_needs_to_know_of_which_document(plain, ok, cli):
    (plain / "config/billing.yaml").write_text("b: 1\n")
    git("add", "-A")
    git("commit", "-qm", "billing")
    answer = cli("validate", "--at", "v1")
    assert answer.code == 2
    assert '"v1" counts the versions of one document' in answer.err
    assert "billing" in answer.err and "settings" in answer.err
    ok("validate", "--at", "v1", "config/billing.yaml")
    assert cli("validate", "--at", "v2", "config/billing.yaml").code == 3
    assert cli("validate", "--at", "v1", "config/billing.yaml", "config/settings.yaml").code == 2
    git("tag", "v1")
    ok("validate", "--at", "v1")
    assert cli("validate", "--at", "nope").code == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("flag serve --file flags.json --bucketing v4", '"v4" is not a bucketing'),
        ("flag import flags.json --bucketing v4", '"v4" is not a bucketing'),
        ("monitor alerts list --severity bad", '"bad" is not a severity'),
        ("flag lint -o xml", '"xml" is not an output format'),
        ("flag set checkout owner --string", "missing argument 'VALUE'"),
        ("deploy history -n x", '-n: "x" is not a whole number'),
        ("deploy apply production -y", "it asks nothing: leave -y out"),
        ("monitor alerts list --hours x", '--hours: "x" is not a number'),
        ("deploy apply --max-targets 0", "--max-targets: 0 is not at least 1"),
        ("flag serve --port 99999", "--port: 99999 is not from 0 to 65535"),
        ("config get settings -o", '"-o" needs a value'),
    ],
)
def test_a_word_of_a_few_is_called_what_it_is_not(plain, cli, words, said):
    answer = cli(*words.split())
    assert answer.code == 2
    assert said in answer.err
