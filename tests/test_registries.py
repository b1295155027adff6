"""Every entry of a registry has an example here that holds: a new one without fails, and so does a wrong one."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gmconfig.api.automation.rule_actions import ACTIONS
from gmconfig.api.secret.exporting import EXPORTERS
from gmconfig.config.formats import FORMATS as DOCUMENT_FORMATS
from gmconfig.errors import UsageError
from gmconfig.finding import Finding, Place, Severity
from gmconfig.flag.condition import TESTS, Conditions
from gmconfig.flag.flagd.flag_set import OPERATORS as OF_FLAGD
from gmconfig.flag.flagd.version import OPERATORS as SIGNS
from gmconfig.flag.flagd.version import sem_ver
from gmconfig.flag.logic.compiler import Compiler
from gmconfig.flag.logic.operators import OPERATORS
from gmconfig.flag.logic.special import SPECIAL
from gmconfig.monitor.alert import Alert, Kind
from gmconfig.monitor.forms import FORMS
from gmconfig.project.automation_keys import RULE
from gmconfig.secret.importer.registry import IMPORTERS
from gmconfig.secret.named.generator import SecretType, generate, is_generated
from gmconfig.target.formats import FORMATS as TARGET_FORMATS
from gmconfig.target.formats import About
from gmconfig.target.registry import KINDS
from gmconfig.validate.automation_rules import READY, rule_problems
from gmconfig.validate.checks.registry import CHECKS
from gmconfig.validate.policy.builtin import BUILT_IN
from gmconfig.validate.policy.functions import CHECKS as POLICY_CHECKS
from gmconfig.validate.policy.functions import complaints
from gmconfig.validate.report.formats import FORMATS as REPORT_FORMATS
from gmconfig.validate.report.report import Report
from gmconfig.validate.schema.formats import FORMATS as SCHEMA_FORMATS
from tests.target.places import PLACES

README = (Path(__file__).resolve().parent.parent / "README.md").read_text()
TREE = {"database": {"hosts": ["a", "b"]}, "on": True}
DOCUMENTS = {
    "yaml": 'database:\n  hosts:\n    - a\n    - b\n"on": true\n',
    "json": '{\n  "database": {\n    "hosts": [\n      "a",\n      "b"\n    ]\n  },\n  "on": true\n}\n',
    "toml": 'on = true\n\n[database]\nhosts = [\n    "a",\n    "b",\n]\n',
    "dotenv": 'DATABASE_HOSTS=\'["a", "b"]\'\nON=true\n',
    "properties": "database.hosts.0=a\ndatabase.hosts.1=b\non=true\n",
    "shell": 'export DATABASE_HOSTS=\'["a", "b"]\'\nexport ON=true\n',
}
ON_TARGETS = {
    **{name: DOCUMENTS[name] for name in ("yaml", "json", "toml", "dotenv", "properties")},
    "flagd": DOCUMENTS["json"],
    "configmap": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  settings.yaml: |\n",
    "secret": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: settings\ntype: Opaque\nstringData:\n",
}
FOUND = Finding("schema", "type", Severity.ERROR, "a text", Place("config/a.yaml", 3, 7))
REPORTS = {
    "text": "config/a.yaml:3:7",
    "json": '"line": 3',
    "github": "file=config/a.yaml,line=3,col=7",
    "gitlab": '"begin": 3',
    "sarif": '"startLine": 3',
    "junit": "config/a.yaml",
}
TEXTS = {  # JSON Schema's format: what has it, and what has not
    "date": ("2024-02-29", "2023-02-29"),
    "time": ("23:59:60Z", "24:00:00Z"),
    "date-time": ("2026-11-23T10:00:00+01:00", "2026-11-23 10:00"),
    "duration": ("P1DT2H", "P1D2H"),
    "email": ("ann@example.com", "ann@"),
    "idn-email": ("änn@exämple.com", "änn"),
    "hostname": ("db-1.example.com", "-db.example.com"),
    "idn-hostname": ("exämple.com", "〮.com"),
    "ipv4": ("10.0.0.1", "10.0.0.01"),
    "ipv6": ("fe80::1", "fe80::1%eth0"),
    "uri": ("https://example.com/a?b#c", "//example.com"),
    "uri-reference": ("../a", "a b"),
    "iri": ("https://exämple.com", "exämple"),
    "iri-reference": ("ä/b", "ä b"),
    "uri-template": ("/users/{id}", "/users/{id"),
    "json-pointer": ("/a/0/~1b", "a/0"),
    "relative-json-pointer": ("1/a", "/a"),
    "uuid": ("2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08aa9811eab4aa73b441d16380"),
    "regex": ("^[a-z]+$", "^(a"),
}
ALLOWED = {  # a policy's check: the rule's parameters, what passes, and what does not
    "validate_ssl_enabled": ({}, True, False),
    "validate_enabled": ({}, "on", "off"),
    "validate_disabled": ({}, False, True),
    "validate_debug_disabled": ({}, [], ["sql"]),
    "validate_backup_enabled": ({}, 1, 0),
    "validate_no_default_password": ({"also": ["gmconfig"]}, "x8K!", "GMconfig"),
    "validate_no_wildcard": ({}, "https://example.com", "*"),
    "validate_tls_version": ({}, "1.2", "TLSv1.1"),
    "validate_min": ({"min": 10}, 10, 9),
}
CONDITIONS = {  # a test of a flag's rule: its limit, whom it lets in, and whom it does not
    "equals": ("de", "de", "at"),
    "not_equals": ("de", "at", "de"),
    "in": (["de", "at"], "at", "fr"),
    "not_in": (["de", "at"], "fr", "at"),
    "starts_with": ("ann", "anna", "joanna"),
    "ends_with": ("@example.com", "ann@example.com", "ann@example.org"),
    "contains": ("nn", "anna", "ana"),
    "above": (18, 19, 18),
    "at_least": (18, 18, 17),
    "below": (18, 17, 18),
    "at_most": (18, 18, 19),
    "version": (">=2.1.0", "2.10.0", "2.0.9"),
    "present": (True, "anything", None),
}
LOGIC = {  # JsonLogic: a rule, and what it gives for `DATA`
    "==": ({"==": [1, "1"]}, True),
    "!=": ({"!=": [1, "1"]}, False),
    "===": ({"===": [1, "1"]}, False),
    "!==": ({"!==": [1, "1"]}, True),
    "<": ({"<": [1, {"var": "age"}, 40]}, True),
    ">": ({">": [{"var": "age"}, 40]}, False),
    "<=": ({"<=": [{"var": "age"}, 30]}, True),
    ">=": ({">=": [{"var": "age"}, 31]}, False),
    "!": ({"!": [{"var": "groups"}]}, False),
    "!!": ({"!!": [[]]}, False),
    "+": ({"+": [1, "2", 3]}, 6),
    "*": ({"*": [2, 3, 4]}, 24),
    "-": ({"-": [{"var": "age"}, 1]}, 29),
    "/": ({"/": [{"var": "age"}, 4]}, 7.5),
    "%": ({"%": [{"var": "age"}, 7]}, 2),
    "in": ({"in": ["qa", {"var": "groups"}]}, True),
    "min": ({"min": [3, 1, 2]}, 1),
    "max": ({"max": [3, 1, 2]}, 3),
    "cat": ({"cat": ["age ", {"var": "age"}]}, "age 30"),
    "log": ({"log": "seen"}, "seen"),
    "var": ({"var": ["city", "nowhere"]}, "nowhere"),
    "substr": ({"substr": ["gmconfig", 2, -3]}, "con"),
    "merge": ({"merge": [[1], 2, [3]]}, [1, 2, 3]),
    "missing": ({"missing": ["age", "city"]}, ["city"]),
    "missing_some": ({"missing_some": [1, ["age", "city"]]}, []),
    "if": ({"if": [{">=": [{"var": "age"}, 18]}, "adult", "minor"]}, "adult"),
    "?:": ({"?:": [False, "yes", "no"]}, "no"),
    "and": ({"and": [True, {"var": "age"}]}, 30),
    "or": ({"or": [0, {"var": "age"}]}, 30),
    "filter": ({"filter": [[1, 2, 3], {">": [{"var": ""}, 1]}]}, [2, 3]),
    "map": ({"map": [[1, 2], {"*": [{"var": ""}, 2]}]}, [2, 4]),
    "reduce": ({"reduce": [[1, 2], {"+": [{"var": "current"}, {"var": "accumulator"}]}, 10]}, 13),
    "all": ({"all": [[1, 2], {">": [{"var": ""}, 1]}]}, False),
    "some": ({"some": [[1, 2], {">": [{"var": ""}, 1]}]}, True),
    "none": ({"none": [[1, 2], {">": [{"var": ""}, 2]}]}, True),
    "starts_with": ({"starts_with": ["gmconfig", "gm"]}, True),
    "ends_with": ({"ends_with": ["gmconfig", "gm"]}, False),
    "sem_ver": ({"sem_ver": ["1.2.0", "^", "1.9.0"]}, True),
}
DATA = {"age": 30, "groups": ["qa"]}
COMPARED = {  # a sign of versions: where it holds, and where it does not
    "=": (("1.2.0", "1.2"), ("1.2.0", "1.2.1")),
    "!=": (("1.2.0", "1.3.0"), ("1.2.0", "1.2.0+build")),
    "<": (("1.0.0-rc.1", "1.0.0"), ("1.0.0", "1.0.0")),
    "<=": (("1.0.0", "1.0.0"), ("1.0.1", "1.0.0")),
    ">": (("1.10.0", "1.9.0"), ("1.0.0", "1.0.0")),
    ">=": (("1.0.0", "1.0.0"), ("1.0.0-rc.1", "1.0.0")),
    "^": (("1.9.0", "1.2.0"), ("2.0.0", "1.2.0")),
    "~": (("1.2.9", "1.2.0"), ("1.3.0", "1.2.0")),
}
MESSAGES = {  # what a handler is sent: where the message stands in it
    "webhook": lambda body: body["alerts"][0]["annotations"]["summary"],
    "alertmanager": lambda body: body[0]["annotations"]["summary"],
    "slack": lambda body: body["text"].splitlines()[0].removeprefix("*error* "),
}
RULES = {  # an action of automation rules, in a rule that makes sense
    "backup": {"on": "deployment.before", "do": {"backup": {"name": "before", "retention_days": 30}}},
    "correct-drift": {"on": "drift.detected", "do": {"correct-drift": {"only": ["database.*"]}}},
    "rotate-due": {"schedule": "0 9 * * MON-FRI", "do": {"rotate-due": {"push": True}}},
    "validate": {"on": "config.fetched", "do": "validate"},
    "notify": {"on": "deployment.failed", "do": {"notify": {"severity": "critical"}}, "cooldown": "10m"},
    "command": {"schedule": "@daily", "do": {"command": {"run": ["bin/report"], "timeout": "5m"}}},
}
TARGETS = {  # a kind of target: its place in the behaviour suite
    "directory": "folder",
    "ssh": "ssh-folder",
    "branch": "branch",
    "etcd": "etcd-document",
}
GENERATED = {  # a type of secret: what a new value looks like; None comes from somewhere else
    SecretType.PASSWORD: r"[\w.~-]{32}",
    SecretType.API_KEY: r"[A-Za-z2-9]{40}",
    SecretType.TOKEN: r"[\w-]{43}",
    SecretType.CERTIFICATE: None,
    SecretType.PRIVATE_KEY: r"-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n",
    SecretType.CONNECTION_STRING: None,
    SecretType.ENCRYPTION_KEY: r"[\w+/]{43}=",
    SecretType.SSH_KEY: r"-----BEGIN OPENSSH PRIVATE KEY-----\n[^-]+-----END OPENSSH PRIVATE KEY-----\n",
    SecretType.OTHER: r"[\w-]{43}",
}
REGISTRIES = {
    "formats of config show": (DOCUMENT_FORMATS, DOCUMENTS),
    "formats on targets": (TARGET_FORMATS, ON_TARGETS),
    "formats of validate": (REPORT_FORMATS, REPORTS),
    "formats of JSON Schema": (SCHEMA_FORMATS, TEXTS),
    "checks of policies": (POLICY_CHECKS, ALLOWED),
    "tests of flags": (TESTS, CONDITIONS),
    "operators of flags": ({**OPERATORS, **SPECIAL, **OF_FLAGD}, LOGIC),
    "signs of versions": (SIGNS, COMPARED),
    "forms of alerts": (FORMS, MESSAGES),
    "actions of rules": (ACTIONS, RULES),
    "types of secrets": (SecretType, GENERATED),
    "kinds of targets": (KINDS, TARGETS),
}
TYPED = {  # what users type, beside the formats: each name stands in the README
    "checks of validate": CHECKS,
    "checks of policies": POLICY_CHECKS,
    "built-in rules": [rule.id for rule in BUILT_IN],
    "tests of flags": TESTS,
    "forms of alerts": FORMS,
    "actions of rules": ACTIONS,
    "ready rules": READY,
    "types of secrets": list(map(str, SecretType)),
    "kinds of targets": KINDS,
    "formats on targets": TARGET_FORMATS,
    "importers": IMPORTERS,
    "exporters": EXPORTERS,
}


@pytest.mark.parametrize("name", REGISTRIES)
def test_every_entry_has_an_example(name: str):
    entries, examples = REGISTRIES[name]
    assert set(entries) == set(examples)


@pytest.mark.parametrize("name", TYPED)
def test_what_users_type_stands_in_the_readme(name: str):
    missing = [
        word for word in TYPED[name] if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", README)
    ]
    assert missing == []


def test_every_kind_of_target_goes_through_the_behaviour_suite():
    assert set(TARGETS.values()) <= set(PLACES)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_formats_of_config_show(name: str):
    assert DOCUMENT_FORMATS[name](TREE) == DOCUMENTS[name]


@pytest.mark.parametrize("name", ON_TARGETS)
def test_formats_on_targets(name: str):
    assert TARGET_FORMATS[name].render(TREE, About("settings")).decode().startswith(ON_TARGETS[name])


@pytest.mark.parametrize("name", REPORTS)
def test_formats_of_validate(name: str):
    assert REPORTS[name] in REPORT_FORMATS[name](Report((FOUND,)))


@pytest.mark.parametrize("name", TEXTS)
def test_formats_of_json_schema(name: str):
    assert [SCHEMA_FORMATS[name](text) for text in TEXTS[name]] == [True, False]


@pytest.mark.parametrize("name", ALLOWED)
def test_checks_of_policies(name: str):
    parameters, good, bad = ALLOWED[name]
    assert complaints(POLICY_CHECKS[name], good, parameters, "production") == []
    assert complaints(POLICY_CHECKS[name], bad, parameters, "production") != []


@pytest.mark.parametrize("name", CONDITIONS)
def test_tests_of_flags(name: str):
    limit, inside, outside = CONDITIONS[name]
    rule = Compiler(OF_FLAGD).compile(Conditions({}).compile({"word": {name: limit}}, ()))
    assert bool(rule({"word": inside})) is True
    assert bool(rule({"word": outside} if outside is not None else {})) is False


@pytest.mark.parametrize("name", LOGIC)
def test_operators_of_flags(name: str):
    rule, result = LOGIC[name]
    assert list(rule) == [name]
    assert Compiler(OF_FLAGD).compile(rule)(DATA) == result


@pytest.mark.parametrize("sign", COMPARED)
def test_signs_of_versions(sign: str):
    assert [sem_ver({}, left, sign, right) for left, right in COMPARED[sign]] == [True, False]


@pytest.mark.parametrize("name", MESSAGES)
def test_forms_of_alerts(name: str):
    alert = Alert("3f2a", "drift", "web", Kind.DRIFT, Severity.ERROR, "web has drifted")
    assert MESSAGES[name](FORMS[name](alert, datetime.now(UTC))) == "web has drifted"


@pytest.mark.parametrize("rule", [*RULES.values(), *READY.values()])
def test_actions_of_rules(rule: dict):
    problems: list = []
    RULE(rule, (), problems)
    assert [*problems, *rule_problems("mine", rule)] == []


@pytest.mark.parametrize("kind", GENERATED)
def test_types_of_secrets(kind: SecretType):
    if GENERATED[kind] is not None:
        assert is_generated(kind) and re.fullmatch(GENERATED[kind], generate(kind))
        return
    with pytest.raises(UsageError):
        generate(kind)
