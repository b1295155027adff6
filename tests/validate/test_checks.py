"""Each check on a project: what it finds, where, and in which environments."""

import pytest

from gmconfig.finding import Place, Severity
from gmconfig.storage.snapshot import Proposed


def told(findings) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(str(f.place), f.message, f.environments) for f in findings]


def test_an_error_stands_in_the_layer_that_set_the_value(written):
    written.write("config/settings.yaml", "server:\n  port: 80\n")
    written.write("config/environments/staging.yaml", "server:\n  port: 70000\n")
    written.write(
        "schemas/settings.schema.json",
        '{"properties": {"server": {"properties": {"port": {"maximum": 65535}}}}}',
    )
    (finding,) = written.findings("schema")
    assert told([finding]) == [
        (
            "config/environments/staging.yaml:2:9",
            "70000 is greater than the maximum of 65535",
            ("staging", "testing"),
        )
    ]
    assert (finding.document, finding.path, finding.width) == ("settings", "server.port", 5)
    assert written.report().lines[("config/environments/staging.yaml", 2)] == "  port: 70000"


def test_an_overlay_can_mend_what_the_base_breaks(written):
    written.write("config/settings.yaml", "a: 1\n").write(
        "schemas/settings.schema.json", '{"required": ["b"]}'
    )
    for name in ("production", "staging"):
        written.write(f"config/environments/{name}.yaml", "b: 1\n")
    assert written.findings("schema") == []


def test_a_placeholder_has_the_type_of_the_schema_and_a_secret_is_not_checked(written):
    written.write("config/settings.yaml", "port: ${PORT:80}\npassword: ${SECRET:db}\n")
    written.write("secrets/common.yaml", "db: {type: password}\n")
    written.write(
        "schemas/settings.schema.json",
        '{"properties": {"port": {"type": "integer"}, "password": {"minLength": 99}}}',
    )
    report = written.report()
    assert report.findings == ()
    assert report.unchecked == 1


def test_references_that_lead_nowhere(written):
    written.write(
        "config/settings.yaml",
        "a: ${HOST}\nb: ${SECRET:db}\nc: ${CONFIG:nope}\nd: ${CONFIG:d}\ne: ${X:1}\nf: ${\n",
    )
    written.write("secrets/staging.yaml", "db: {type: password}\n")
    found = {(f.path, f.message, f.environments) for f in written.findings("reference")}
    every = ("production", "staging", "testing")
    assert ("a", '"${HOST}" has neither a value nor a default', every) in found
    assert ("b", 'secret "db" does not exist in production', ("production",)) in found
    written.write("secrets/staging.yaml", "{}\n")
    [nowhere] = [one for one in written.findings("reference") if one.path == "b"]
    assert (nowhere.message, nowhere.environments) == ('secret "db" does not exist', every)
    written.write("secrets/common.yaml", "<<<<<<< HEAD\ndb: {}\n=======\nda: {}\n>>>>>>> other\n")
    assert [one.path for one in written.findings("reference") if one.path == "b"] == [], "it may be in there"
    assert ["git could not merge this" in one.message for one in written.findings("yaml")] == [True]
    assert nowhere.hint == "gmconfig secret create db"
    assert {path for path, _, _ in found} == {"a", "b", "c", "d", "f"}


def test_variables_of_an_environment_are_values_and_the_process_environment_is_none(written, monkeypatch):
    monkeypatch.setenv("HOST", "here")
    written.write("gmconfig.yaml", "environments: {production: {variables: {HOST: there}}, staging: {}}\n")
    written.write("config/settings.yaml", "a: ${HOST}\n")
    assert [f.environments for f in written.findings("reference")] == [("staging",)]


def test_placeholders_that_belong_to_someone_else_are_left_alone(written):
    written.write("gmconfig.yaml", "placeholders: keep\n").write("config/settings.yaml", "a: ${HOST}\n")
    written.write("schemas/settings.schema.json", '{"properties": {"a": {"type": "integer"}}}')
    assert written.findings() == []


def test_entries_of_an_overlay_that_change_nothing(written):
    written.write("config/settings.yaml", "a: {b: 1, c: 2}\nd: [1]\n")
    written.write("config/environments/production.yaml", "a: {b: 1, c: 3}\nd: [1]\ngone: null\n")
    assert [(f.rule, f.path, f.severity) for f in written.findings("reference")] == [
        ("same-as-below", "a.b", Severity.INFO),
        ("same-as-below", "d", Severity.INFO),
        ("null-removes-nothing", "gone", Severity.WARNING),
    ]


def test_entries_of_an_overlay_that_only_look_alike(written):
    written.write("gmconfig.yaml", "environments: {production: }\nmerge: {m.tags: append}\n")
    written.write("config/settings.yaml", "l: [1, 0]\nm: {tags: [a]}\nn: {x: null}\n")
    written.write("config/environments/production.yaml", "l: [1.0, false]\nm: {tags: [a]}\nn: {x: null}\n")
    assert written.findings("reference") == []


def test_files_that_no_layer_uses(written):
    written.write("config/settings.yaml", "a: 1\n").write("config/environments/prodution.yaml", "a: 1\n")
    written.write("schemas/setings.schema.json", "{}").write("elsewhere/x.yaml", "a: 1\n")
    assert [(f.place, f.rule, f.hint) for f in written.findings("reference")] == [
        (
            Place("config/environments/prodution.yaml"),
            "unused-file",
            'did you mean the environment "production"?',
        ),
        (Place("schemas/setings.schema.json"), "unused-schema", 'did you mean "settings"?'),
    ]


def test_parity_by_declared_rules(written):
    written.write(
        "gmconfig.yaml",
        "parity: [{environments: [staging, production], paths: [alerts], except: [alerts.x]}]\n",
    )
    written.write("config/settings.yaml", "alerts: {a: 1}\n")
    written.write("config/environments/staging.yaml", "alerts: {pager: me, x: 1}\nother: 1\n")
    assert told(written.findings("parity")) == [
        (
            "config/environments/staging.yaml:1:10",
            "alerts.pager is set in staging, and missing in production",
            ("production",),
        )
    ]


def test_parity_of_what_a_rule_names_within_a_map_that_is_missing_whole(written):
    written.write(
        "gmconfig.yaml",
        "parity: [{environments: [staging, production], paths: [db.host, 'x.*', old.a], except: [x.b, old]}]\n",
    )
    written.write("config/settings.yaml", "a: 1\n").write(
        "config/environments/production.yaml", "y: [1]\nx: 1\n"
    )
    written.write(
        "config/environments/staging.yaml", "db: {host: q, port: 1}\nx: {a: {c: 1}, b: 1}\nold: {a: 1}\n"
    )
    said = [f.message.partition(" is set")[0] for f in written.findings("parity")]
    assert said == ["db.host", "x.a"]


def test_values_that_yaml_readers_disagree_about(written):
    written.write(
        "config/settings.yaml",
        'a: yes\nb: "no"\nversion: 1.10\nc: 010\nd: plain\ne: - 1\n'.replace("e: - 1\n", ""),
    )
    assert [(f.rule, f.place.line, f.severity) for f in written.findings("yaml")] == [
        ("trap-boolean", 1, Severity.WARNING), ("trap-version", 3, Severity.WARNING),
        ("trap-octal", 4, Severity.WARNING),
    ]  # fmt: skip
    written.write("config/settings.yaml", 'host: "{{ host }}"\nport: {{ port }}\n')
    [template] = written.findings("yaml")
    assert (str(template.place), template.rule) == ("config/settings.yaml:2:8", "trap-key")


@pytest.mark.parametrize("text", ["a: [", "a: 1\na: 2\n", "a: &x [*x]", "\x00"])
def test_a_layer_that_cannot_be_read_is_a_finding_and_other_documents_are_checked(written, text: str):
    written.write("config/settings.yaml", text).write("config/billing.yaml", "a: yes\n")
    report = written.report()
    assert [f.place.file for f in report.findings] == ["config/billing.yaml", "config/settings.yaml"]
    assert report.documents == ("billing", "settings")


def test_plaintext_where_the_policy_wants_a_secret_is_shown_to_nobody(written):
    written.write("access.yaml", "must_be_sealed: [{document: settings, paths: [database.password]}]\n")
    written.write("config/settings.yaml", "database:\n  password: hunter2\n  other: yes\n")
    written.write(
        "schemas/settings.schema.json",
        '{"properties": {"database": {"properties": {"password": {"minLength": 9}}}}}',
    )
    report = written.report()
    assert [(f.check, f.rule) for f in report.findings if f.fails] == [
        ("schema", "minLength"),
        ("secret", "plaintext"),
    ]
    assert "hunter2" not in str(report)


def test_plaintext_is_found_where_the_policy_names_an_item_of_a_list(written):
    paths = "paths: ['db[name=x].pw', 'l[name=x].pw', 'm[-1]', 'n[0].k']"
    written.write("access.yaml", f"must_be_sealed: [{{document: settings, {paths}}}]\n")
    written.write("gmconfig.yaml", "merge: {db: {by: name}, n: {by: name}}\n")
    item = "[{name: w, pw: hun1}, {name: x, pw: hunter2}]"
    written.write(
        "config/settings.yaml", f"db: {item}\nl: {item}\nm: [a, hunter2]\nn: [{{name: w, k: hunter2}}]\n"
    )
    written.write(
        "schemas/settings.schema.json",
        '{"properties": {"l": {"items": {"properties": {"pw": {"maxLength": 5}}}}}}',
    )
    report = written.report()
    said = [f.path for f in report.findings if f.rule == "plaintext"]
    assert sorted(said) == ["db[1].pw", "l[1].pw", "m[1]", "n[0].k"]
    assert "hunter2" not in str(report)


def test_a_scope_that_calls_a_sealed_item_by_a_name_that_its_key_does_not_know(written):
    written.write(
        "access.yaml", "scopes: {pay: [{document: settings, paths: ['db[name=x].pw', 'l[name=x].pw']}]}\n"
    )
    written.write("gmconfig.yaml", "merge: {db: {by: name}}\n")
    item = "[{name: w, pw: gm1.default.k1.x}, {name: x, pw: gm1.default.k1.x}]"
    written.write("config/settings.yaml", f"db: {item}\nl: {item}\n")
    assert [(f.path, str(f.place)) for f in written.findings("secret") if f.rule == "scope"] == [
        ("l[1].pw", "config/settings.yaml:2:52")
    ]


def test_targets_that_cannot_be_deployed_to(written):
    targets = (
        "targets:\n  web: {path: /a}\n  db: {environment: production}\n"
        "  far: {environment: production, kind: ssh, path: /a}\n"
        "  both: {environment: production, path: a,\n    file: b}\n"
        "  open: {environment: production, kind: branch, secrets: plain}\n"
        "  shut: {environment: production, kind: branch, secrets: sops}\n"
        "  fine: {environment: production, kind: theirs}\n"
    )
    written.write("config/settings.yaml", "a: 1\n").write("gmconfig.yaml", targets)
    assert [(str(one.place), one.message) for one in written.findings("target")] == [
        ("gmconfig.yaml:2:3", 'target "web" has no environment'),
        ("gmconfig.yaml:3:3", 'target "db" has no path'),
        ("gmconfig.yaml:4:3", 'target "far" names no host or no path'),
        ("gmconfig.yaml:6:5", 'target "both" has both a path and a file'),
        ("gmconfig.yaml:7:49", 'target "open" would put plain secrets on a branch'),
        ("gmconfig.yaml:8:49", 'target "shut" says nobody who could open its sops files'),
    ]


def test_a_damaged_token_is_a_finding(written):
    written.write("config/environments/staging.yaml", "a: {'b.c': gm1.default.x1.not-a-token}\n")
    [found] = written.findings("secret")
    assert (found.rule, found.path) == ("damaged-token", 'a."b.c"')
    assert str(found.hint).endswith("gmconfig config set settings 'a.\"b.c\"' --secret -e staging")


def test_an_access_policy_and_secrets_that_cannot_be_read_are_findings(written):
    written.write("config/settings.yaml", "a: yes\n").write("access.yaml", "members: [1]\n")
    written.write("secrets/common.yaml", "a: 1\n")
    found = [(one.rule, str(one.place)) for one in written.findings("secret")]
    assert found == [("broken-policy", "access.yaml:1:10"), ("broken-file", "secrets/common.yaml:1:1")]


def test_only_what_the_given_files_can_affect(written):
    written.write("config/settings.yaml", "a: yes\n").write("config/billing.yaml", "a: yes\n")
    written.write("config/environments/staging.yaml", "b: yes\n")
    whole, base, overlay = (
        written.report(files=files)
        for files in (None, ["config/billing.yaml"], ["config/environments/staging.yaml"])
    )
    assert whole.documents == ("billing", "settings")
    assert base.documents == ("billing",)
    assert (overlay.documents, overlay.environments) == (("settings",), ("staging", "testing"))
    assert written.report(files=["config"]).documents == ("billing", "settings")
    assert written.report(files=["schemas/settings.schema.json"]).documents == ("settings",)


def test_index_commit_and_proposed_change_are_checked_alike(written, git):
    bad, good = "a: yes\n", "a: true\n"
    written.write("config/settings.yaml", good)
    git("add", "-A")
    git("commit", "-qm", "good")
    written.write("config/settings.yaml", bad)
    git("add", "-A")
    written.write("config/settings.yaml", good)
    project = written.project
    from gmconfig.project.project import INDEX

    proposed = Proposed(project.worktree(), {"config/settings.yaml": bad.encode()})
    found = [
        len(written.findings(snapshot=snapshot))
        for snapshot in (None, project.snapshot("HEAD"), project.snapshot(INDEX), proposed)
    ]
    assert found == [0, 0, 1, 1]


def test_a_broken_gmconfig_in_the_index_is_a_finding(written, git):
    project = written.project
    proposed = Proposed(project.worktree(), {"gmconfig.yaml": b"environments: ["})
    assert [f.place.file for f in written.findings(snapshot=proposed)] == ["gmconfig.yaml"]


def test_further_layers_are_tried_with_each_value_they_have(written):
    written.write("gmconfig.yaml", "environments: {production: {}}\nlayers: ['hosts/{host}.yaml']\n")
    written.write("config/settings.yaml", "port: 1\n").write("hosts/web-1.yaml", "port: x\n")
    written.write("schemas/settings.schema.json", '{"properties": {"port": {"type": "integer"}}}')
    assert [str(f.place) for f in written.findings("schema")] == ["hosts/web-1.yaml:1:7"]


def test_real_configuration_has_no_false_alarms(written, git, conformance_data, tmp_path):
    git(
        "clone",
        "-q",
        str(conformance_data / "govuk-app-config" / "history.bundle"),
        str(tmp_path / "real"),
        cwd=tmp_path,
    )
    written.root = tmp_path / "real"
    written.write(
        "gmconfig.yaml",
        "documents: {settings: 'values-{environment}.yaml'}\nplaceholders: keep\n"
        "environments: {integration: {}, staging: {}, production: {}}\n",
    )
    assert written.findings() == []


def test_a_project_without_environments_is_checked_as_its_base_layers_say(written):
    written.write("gmconfig.yaml", "environments: {}\n").write(
        "config/settings.yaml", "a: ${NOPE}\nb: ${X:1}\n"
    )
    written.write("schemas/settings.schema.json", '{"properties": {"b": {"type": "string", "minLength": 9}}}')
    assert [(f.check, f.path) for f in written.findings()] == [("reference", "a"), ("schema", "b")]


def test_flags_are_one_of_the_documents_that_were_looked_at(written):
    written.write("flags/a.yaml", "flags: {a: {owner: desk}}\n").write(
        "flags/b.yaml", "flags: {b: {owner: x}}\n"
    )
    alone = written.report()
    assert (alone.documents, alone.files) == (("flags",), 2)
    assert alone.environments == tuple(written.project.environments)

    written.write("config/settings.yaml", "a: 1\n")
    assert (written.report().documents, written.report().files) == (("flags", "settings"), 3)
    assert written.report(files=["config/settings.yaml"]).documents == ("settings",)
    assert written.report(files=["flags/a.yaml"]).documents == ("flags",)
    assert written.report(environments=["staging"]).environments == ("staging",)


def told_of(written, file: str) -> set[str]:
    """What fails when one file is asked about, as `validate FILE` does; nothing fails that the whole does not say."""
    found = {f.message for f in written.report(files=[file], referrers=True).findings if f.fails}
    assert found <= {f.message for f in written.findings()}
    return found


def test_a_file_that_is_asked_about_tells_what_it_breaks_elsewhere(written):
    escaped = '"\\x24{CONFIG:billing:port}"'
    written.write("config/billing.yaml", "host: a\n").write(
        "config/settings.yaml", "a: ${CONFIG:billing:port}\n"
    )
    written.write("config/third.yaml", f"a: {escaped}\n").write(
        "config/fourth.yaml", 'a: "\\t${CONFIG:settings:b}"\n'
    )
    missing = '"${CONFIG:billing:port}": "port" does not exist'
    assert told_of(written, "config/billing.yaml") == {missing, '"${CONFIG:settings:b}": "b" does not exist'}
    assert told_of(written, "config/fourth.yaml") == {'"${CONFIG:settings:b}": "b" does not exist'}
    for file in ("billing", "settings", "third", "fourth"):
        written.write(f"config/{file}.yaml", "port: 1\n")
    written.write("schemas/billing.schema.json", '{"$ref": "gone.json"}')
    broken = 'broken schema: "schemas/gone.json" does not exist ($ref)'
    assert told_of(written, "schemas/gone.json") == {broken}
    written.write("schemas/billing.schema.json", "{}").write(
        "flags/a.yaml", "flags: {x: {environments: {qa: {}}}}\n"
    )
    assert told_of(written, "gmconfig.yaml") == {'no environment named "qa"'}


def test_what_reaches_everything_does_so_although_a_file_could_be_two_layers(written):
    written.write(
        "gmconfig.yaml",
        "environments: {p: {}, amb: {}}\n"
        "documents: {amb: ['x/amb.yaml', 'x/{environment}.yaml'], billing: 'config/{document}.yaml'}\n",
    )
    written.write("x/amb.yaml", "a: 1\n").write("config/billing.yaml", "port: a\n")
    written.write("policies/a.yaml", "rules: [{id: a, config_path: port, require: {type: integer}}]\n")
    ambiguous = '"x/amb.yaml" matches "x/amb.yaml" and "x/{environment}.yaml"'
    assert told_of(written, "policies/a.yaml") == {'port: "a" (a string) is not an integer'}
    assert told_of(written, "gmconfig.yaml") == {'port: "a" (a string) is not an integer', ambiguous}
