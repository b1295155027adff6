"""The verbs of `gmconfig flag`, as a user calls them."""

import json

import pytest

FLAGD = {
    "flags": {
        "banner": {
            "state": "ENABLED",
            "variants": {"on": True, "off": False},
            "defaultVariant": "off",
            "targeting": {"if": [{"==": [{"var": "plan"}, "pro"]}, "on"]},
            "metadata": {"owner": "web"},
        },
        "old": {"state": "DISABLED", "variants": {"on": True, "off": False}, "defaultVariant": "on"},
    }
}


@pytest.fixture
def flags(trading, ok):
    ok("flag", "create", "new_algorithm", "--owner", "engineering", "--percentage", "25", "--for", "alice")
    return trading


def test_a_flags_life(flags, ok, cli, git):
    assert "new_algorithm  rollout 25 %  engineering\n" in ok("flag", "list", "-e", "production")

    out = ok("flag", "rollout", "new_algorithm", "50", "-e", "production", "-m", "looks good")
    assert "flags/flags.yaml:" in out and "(none) → " in out
    assert git("log", "-1", "--format=%s") == (
        "flag new_algorithm: rollout.percentage 50 in production: looks good"
    )
    ok("flag", "disable", "new_algorithm", "-e", "production")
    assert "disabled" in ok("flag", "list", "-e", "production")
    assert "decided by state" in ok("flag", "eval", "new_algorithm", "--user", "alice", "-e", "production")
    ok("flag", "enable", "new_algorithm", "-e", "production")
    assert json.loads(ok("flag", "show", "new_algorithm", "-e", "production", "-o", "json"))[
        "definition"
    ] == {
        "owner": "engineering",
        "state": "rollout",
        "users": ["alice"],
        "rollout": {"percentage": 50},
    }
    ok("flag", "set", "new_algorithm", "rules", "[{if: {plan: pro}, serve: true}]")
    assert "rules[0]" in ok("flag", "eval", "new_algorithm", "--user", "eve", "--context", "plan=pro")
    told = ok("flag", "diff", "HEAD~1", "HEAD~5", "--sample", "10")
    assert told == "new_algorithm  removed  3 of 10 users move enabled → (none)\n"
    ok("flag", "delete", "new_algorithm", "-m", "everybody has it")
    assert cli("flag", "show", "new_algorithm").code == 3
    assert git("status", "--porcelain") == ""


def test_a_dry_run_changes_nothing(flags, ok, git):
    assert "dry run" in ok("flag", "rollout", "new_algorithm", "30", "--dry-run")
    answer = json.loads(ok("flag", "disable", "new_algorithm", "--dry-run", "-o", "json"))
    assert answer["changes"][0]["after"] == "disabled"
    assert git("rev-list", "--count", "HEAD") == "2"


def test_eval_tells_value_variant_reason_and_rule(flags, ok, cli, tmp_path):
    found = json.loads(ok("flag", "eval", "new_algorithm", "--user", "alice", "-o", "json"))
    assert found | {"flagMetadata": {}} == {
        "flag": "new_algorithm",
        "value": True,
        "variant": "enabled",
        "reason": "TARGETING_MATCH",
        "rule": "users",
        "errorCode": None,
        "errorMessage": None,
        "flagMetadata": {},
    }
    lines = ok(
        "flag", "eval", "new_algorithm", "--batch", stdin='{"targetingKey": "alice"}\n\n{"plan": "pro"}\n'
    ).splitlines()
    assert [json.loads(line)["rule"] for line in lines] == ["users", "no targetingKey"]
    broken = cli("flag", "eval", "new_algorithm", "--batch", stdin="{}\n{bad\n")
    assert (broken.code, "line 2 of stdin is not JSON: expecting" in broken.err) == (2, True)
    assert "--string" not in cli("flag", "eval", "new_algorithm", "--context", "a=[").err
    missing = cli("flag", "eval", "new_algoritm", "--user", "alice")
    assert missing.code == 3 and "no flag named" in missing.err
    wrong = cli(
        "flag", "eval", "new_algorithm", "--user", "alice", "--type", "string", "--default", "x", "-o", "json"
    )
    assert wrong.code == 3 and json.loads(wrong.out)["errorCode"] == "TYPE_MISMATCH"
    assert cli("flag", "eval", "new_algorithm", "--context", "plan").code == 2
    (tmp_path / "c.json").write_text('{"plan": "pro"}')
    (tmp_path / "f.json").write_text(json.dumps(FLAGD))
    asked = ("flag", "eval", "banner", "--file", str(tmp_path / "f.json"))
    assert ok(*asked, "--context", f"@{tmp_path / 'c.json'}").startswith("true   on\n")
    assert ok(*asked).startswith("false   off\n")


def test_import_and_compile_are_inverse_and_checked(trading, ok, cli, git):
    git("rm", "-qr", "flags")
    git("commit", "-qm", "begin without flags")
    (trading.parent / "f.json").write_text(json.dumps(FLAGD))

    ok("flag", "import", "../f.json", "--into", "flags/shop.yaml", "--bucketing", "flagd-v2")
    assert json.loads(ok("flag", "compile")) == FLAGD
    ok("flag", "compile", "../out.json", "-e", "production")
    assert json.loads((trading.parent / "out.json").read_text()) == FLAGD
    assert cli("flag", "compile", "../out.json", "--check").code == 0
    ok("flag", "disable", "banner")
    assert cli("flag", "compile", "../out.json", "--check").code == 1
    assert cli("flag", "compile", "../none.json", "--check").code == 1
    assert cli("flag", "compile", "--check").code == 2
    assert cli("flag", "import", "../f.json", "--into", "flags/shop.yaml").code == 4
    assert cli("flag", "import", "../f.json", "--into", "../flags/x.yaml").code == 2
    assert git("status", "--porcelain") == ""


def test_lint_and_validate_say_the_same(flags, ok, cli):
    assert cli("flag", "lint").code == 0
    (flags / "flags/flags.yaml").write_text("flags:\n  a: {requires: b}\n")

    for verb in (("flag", "lint"), ("validate",), ("validate", "flags/flags.yaml")):
        answer = cli(*verb)
        assert answer.code == 1
        assert "flags/flags.yaml:2:17" in answer.out and 'no flag named "b"' in answer.out
    assert json.loads(cli("flag", "lint", "-o", "json").out)["findings"][0]["check"] == "flag"
    (flags / "flags/flags.yaml").write_text("flags:\n  a: {}\n")
    assert cli("validate", "flags/flags.yaml").code == 0


def test_simulate_counts_people(flags, ok, tmp_path):
    (tmp_path / "users").write_text('alice\n{"targetingKey": "bob", "plan": "pro"}\n{}\n')
    found = json.loads(
        ok("flag", "simulate", "new_algorithm", "--sample", str(tmp_path / "users"), "-o", "json")
    )
    assert found["users"] == 3 and found["rules"]["users"] == found["rules"]["no targetingKey"] == 1

    assert "of 2,000 users would get another variant" in ok(
        "flag", "simulate", "new_algorithm", "--percentage", "50", "--sample", "2000"
    )


def test_variants_of_other_types(trading, ok, cli):
    ok(
        *("flag", "create", "colour", "--type", "string", "--variant", "red=#f00", "--variant", "blue=#00f"),
        *("--serve", "blue", "--default", "red", "--percentage", "100"),
    )
    assert ok("flag", "eval", "colour", "--user", "ada").startswith('"#00f"   blue')
    refused = cli("flag", "create", "odd", "--type", "string", "--variant", "red=1")
    assert refused.code == 1 and "expected a value of type string" in refused.err
    assert cli("flag", "create", "colour").code == 4
