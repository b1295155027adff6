"""Compliance rules, built in and one's own, and waivers."""

import pytest

from gmconfig.errors import NotFound
from gmconfig.finding import Severity
from gmconfig.validate.policy.builtin import BUILT_IN
from gmconfig.validate.policy.functions import CHECKS, complaints, function
from gmconfig.validate.policy.rule import ComplianceRule

FAULTS = {
    "tls-on": "ssl_enabled: false",
    "tls-verified": "verify_ssl: false",
    "tls-not-insecure": "insecure_skip_verify: true",
    "tls-version": "tls_min_version: '1.0'",
    "debug-off": "debug: true",
    "no-default-password": "password: changeme",
    "backups-on": "backup_enabled: false",
    "authentication-on": "auth: {enabled: false}",
    "no-open-cors": "cors_origins: ['*']",
}
GOOD = """
ssl_enabled: true
verify_ssl: true
insecure_skip_verify: false
tls_min_version: '1.2'
debug: false
password: ${SECRET:db}
backup_enabled: true
auth: {enabled: true}
cors_origins: [https://example.org]
"""


def rules(findings) -> list[str]:
    return [finding.rule for finding in findings]


@pytest.mark.parametrize("rule", [rule.id for rule in BUILT_IN])
def test_every_built_in_rule_fires_in_production(written, rule: str):
    written.write("config/settings.yaml", "name: x\n")
    written.write("config/environments/production.yaml", f"deep: {{{FAULTS[rule]}}}\n")
    (finding,) = written.findings("policy")
    assert (finding.rule, finding.environments) == (rule, ("production",))
    assert finding.path.startswith("deep.")


def test_what_is_right_passes_and_what_nobody_set_is_not_asked_for(written):
    written.write("config/settings.yaml", GOOD).write("config/other.yaml", "name: x\n")
    written.write("secrets/common.yaml", "db: {}\n")
    assert written.findings("policy") == []


def test_development_may_debug_and_an_heir_of_production_may_not(written):
    written.write(
        "gmconfig.yaml", "environments: {production: {}, eu: {extends: production}, development: {}}\n"
    )
    written.write("config/settings.yaml", "debug: true\n")
    (finding,) = written.findings("policy")
    assert finding.environments == ("production", "eu")


def test_a_default_password_is_in_no_output(written):
    written.write("config/settings.yaml", "admin:\n  password: letmein\n")
    report = written.report()
    assert rules(report.findings) == ["no-default-password"]
    assert "letmein" not in str(report)


def test_rules_of_ones_own(written):
    written.write("config/settings.yaml", "pool: 500\nhosts: [{port: 1}, {port: 99}]\n")
    written.write(
        "policies/own.yaml",
        """
        rules:
          - {id: pool, config_path: pool, require: {maximum: 100}, severity: warning, hint: ask the team}
          - {id: ports, config_path: "hosts[*].port", check: validate_min, parameters: {min: 10}}
          - {id: owner, config_path: owner, required: true, environments: [production], documents: [settings]}
          - {id: elsewhere, config_path: pool, require: false, documents: [billing]}
        """,
    )
    found = {f.rule: (f.severity, f.message, f.path, f.environments) for f in written.findings("policy")}
    every = ("production", "staging", "testing")
    assert found == {
        "pool": (Severity.WARNING, "pool: 500 is greater than the maximum of 100", "pool", every),
        "ports": (Severity.ERROR, "hosts[0].port is less than 10", "hosts[0].port", every),
        "owner": (Severity.ERROR, "owner is missing", "owner", ("production",)),
    }


def test_a_built_in_rule_can_be_switched_off_or_replaced(written):
    written.write("config/settings.yaml", "debug: true\nssl_enabled: false\n")
    written.write(
        "policies/a.yaml", "disable: [debug-off]\nrules: [{id: tls-on, config_path: x, require: true}]\n"
    )
    assert written.findings("policy") == []


def test_rules_given_by_a_program(written):
    written.write("config/settings.yaml", "system: {ssl_enabled: false, name: x}\n")
    given = [
        ComplianceRule("mine", config_path="system.name", validation_func=lambda value: value == "y"),
        ComplianceRule("said", config_path="system.name", validation_func=lambda value: [f"{value} is odd"]),
        ComplianceRule(
            id="custom_rule", name="Custom Rule", description="", category="security",
            severity=Severity.ERROR,
            config_path="system.ssl_enabled", validation_func="validate_ssl_enabled",
            parameters={"required_for_prod": True},
        ),
    ]  # fmt: skip
    found = {
        f.rule: (f.message, f.environments)
        for f in written.findings("policy", rules=given)
        if f.rule != "tls-on"
    }
    every = ("production", "staging", "testing")
    assert found == {
        "mine": ("system.name is not allowed", every),
        "said": ("system.name: x is odd", every),
        "custom_rule": ("system.ssl_enabled: TLS is off", every),
    }


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("rules: [{id: a}]", "policies/a.yaml:1:9", '"config_path" is missing'),
        ("rules: [{id: a, config_path: 'a..b', require: true}]", "policies/a.yaml:1:30", "is not a path"),
        (
            "rules: [{id: a, config_path: a, check: validate_sl}]",
            "policies/a.yaml:1:40",
            'no check is named "validate_sl"',
        ),
        (
            "waivers: [{rule: a, path: b, reason: c, expires: soon}]",
            "policies/a.yaml:1:50",
            'not of the format "date"',
        ),
        ("waivers: [{rule: a}]", "policies/a.yaml:1:11", "is missing"),
        (
            "rules: [{id: a, config_path: a, require: {type: strin}}]",
            "policies/a.yaml:1:49",
            "broken schema",
        ),
        ("rule: []", "policies/a.yaml:1:1", '"rule" is not allowed here'),
        ("rules: [", "policies/a.yaml:1:9", ""),
        ("- a", "policies/a.yaml:1:1", "is not a map"),
    ],
)
def test_a_broken_policy_is_a_finding_at_its_place(written, text: str, place: str, said: str):
    written.write("config/settings.yaml", "a: 1\n").write("policies/a.yaml", text)
    findings = [f for f in written.findings() if f.place.file == "policies/a.yaml"]
    assert said in findings[0].message
    assert str(findings[0].place) == place or text == "rules: ["


WAIVED = """
waivers:
  - {rule: debug-off, path: "**.debug", environments: [production], reason: an incident, expires: %s}
"""


def test_a_waiver_excuses_until_its_day(written):
    written.write("config/settings.yaml", "system: {debug: true}\n").write(
        "policies/w.yaml", WAIVED % "2026-12-31"
    )
    report = written.report(today="2026-12-31")
    assert report.ok
    assert report.findings[0].waived == "until 2026-12-31: an incident"
    assert report.until == "2027-01-01"


def test_a_waiver_excuses_in_its_environments_alone(written):
    rule = "{id: two, config_path: size, require: {maximum: 1}}"
    waiver = "{rule: two, path: size, environments: [production], reason: an incident, expires: 2026-12-31}"
    written.write("config/settings.yaml", "size: 2\n").write(
        "policies/w.yaml", f"rules: [{rule}]\nwaivers: [{waiver}]\n"
    )
    found = {f.environments: bool(f.waived) for f in written.report().findings}
    assert found == {("production",): True, ("staging", "testing"): False}


def test_an_expired_waiver_and_one_that_means_nothing_are_findings(written):
    written.write("config/settings.yaml", "system: {debug: true}\n").write(
        "policies/w.yaml", WAIVED % "2026-12-31"
    )
    assert rules(written.findings(today="2027-01-01")) == ["debug-off", "waiver-expired"]
    written.write("config/settings.yaml", "system: {debug: false}\n")
    assert rules(written.findings()) == ["waiver-unmatched"]
    assert written.findings(files=["config/settings.yaml"]) == []


def test_checks_take_as_many_arguments_as_they_want():
    assert complaints(lambda value: value, True, {}, None) == []
    assert complaints(lambda _value, parameters, environment: f"{parameters} {environment}", 1, {}, "e") == [
        "{} e"
    ]
    assert complaints(lambda *args: str(len(args)), 1, {}, None) == ["3"]
    with pytest.raises(NotFound) as error:
        function("validate_ssl_enable")
    assert error.value.hint == 'did you mean "validate_ssl_enabled"?'


@pytest.mark.parametrize("name", CHECKS)
def test_every_registered_check_says_what_it_wants(name: str):
    assert CHECKS[name].__doc__
