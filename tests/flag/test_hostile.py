"""Flag files that mean harm: a finding with its place, or an answer at once; never a hang."""

import json
import time

import pytest

from gmconfig.errors import BrokenConfiguration
from gmconfig.flag.flagd.flag_set import FlagSet
from tests.flag.test_evaluator import flag

MANY = 300_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("flags: {a: {rules: [{if: {x: {matches: (a+)+$}}, serve: true}]}}", 'no test named "matches"'),
        (
            "flags: {a: {requires: b}, b: {requires: c}, c: {requires: [x, a]}, x: {}}",
            "a circle: a requires b",
        ),
        ("flags: {a: {requires: a}}", "a circle: a requires a"),
        ("segments: {s: {segment: s}}\nflags: {a: {rules: [{if: s, serve: true}]}}", "a circle of segments"),
        ("flags: " + "[" * 5000, ""),
        ("a: &a [x, x]\nb: &b [*a, *a]\nflags: {" + "x: *b, " * 9 + "}", ""),
        ("flags: {a: {<<: *nothing}}", ""),
        ("flags: {a: {state: enabled}, a: {state: disabled}}", "a"),
        ("flags:\n\ta: {}", ""),
        ("flags: {a: {variants: {x: 1}, default: \x00}}", ""),
    ],
)
def test_a_malformed_file_is_a_finding_with_its_place(flags, text, said):
    flags.write(text + "\n")

    found = flags.said()

    assert any(line.startswith("flags/flags.yaml:") and said in line for line in found), found
    with pytest.raises(BrokenConfiguration):
        flags.set()


def test_an_operator_that_does_not_exist_is_found_and_decides_nothing(flags):
    flags.write("flags: {a: {targeting: {if: [{regex: [{var: x}, (a+)+$]}, enabled]}, default: true}}\n")

    assert 'flags/flags.yaml:1:38 error unknown-operator: no operator named "regex"' in flags.said()[0]
    assert flags.set().evaluate("a", "ada", {"x": "a" * 100 + "!"}).error_code == "PARSE_ERROR"


def test_many_users_are_read_once_and_found_at_once(flags):
    listed = "".join(f"      - user-{number}\n" for number in range(MANY))
    flags.write(f"flags:\n  a:\n    rollout: {{percentage: 0}}\n    state: rollout\n    users:\n{listed}")
    begun = time.process_time()

    assert flags.said() == []
    found = flags.set()
    asked = [found.evaluate("a", f"user-{number}").value for number in range(MANY - 500, MANY + 500)]

    assert asked == [True] * 500 + [False] * 500
    assert time.process_time() - begun < 60  # looking through the list for each would take minutes


@pytest.mark.parametrize("operator", ["starts_with", "ends_with", "in", "sem_ver", "==", "cat", "substr"])
def test_long_texts_from_outside_are_answered_at_once(operator):
    arguments = [{"var": "text"}, "=" if operator == "sem_ver" else "a" * 1000, "1.0.0"]
    flags = FlagSet({"flags": {"f": flag({"if": [{operator: arguments}, "enabled"]})}})
    begun = time.process_time()

    for text in ("a" * 900_000 + "b", "1." * 400_000, "-" * 900_000):
        assert flags.evaluate("f", "ada", {"text": text}).error_code in (None, "GENERAL")

    assert time.process_time() - begun < 20


def test_a_flagd_file_that_means_harm_is_refused(tmp_path):
    from gmconfig.flag.source import FlagdFile

    file = tmp_path / "flags.json"
    for content in ("[" * 200_000, '{"flags": ' + '{"a":' * 50_000, "\x00", "{}", json.dumps({"flags": [1]})):
        file.write_text(content)
        with pytest.raises(BrokenConfiguration):
            FlagdFile(str(file)).load().compiled.flag_set()
