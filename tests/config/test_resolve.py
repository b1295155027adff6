"""Resolved documents: values, where they come from, what cannot be known."""

import json

import pytest

from gmconfig.config.evaluate import DEEPEST
from gmconfig.config.lookup import closed_lookup, open_lookup
from gmconfig.config.placeholder import Unknown
from gmconfig.config.resolve import resolve
from gmconfig.errors import (
    AccessDenied,
    BrokenConfiguration,
    GmconfigError,
    NotFound,
    UnknownPath,
    Unresolved,
    UsageError,
)
from gmconfig.path import KeyPath, walk
from gmconfig.secret.token import Sealed, Secret

TOKEN = "gm1.default.abc.xyz"
FILES = {
    "gmconfig.yaml": "environments:\n  production: {extends: all, variables: {PORT: 80}}\n"
    "  all: {variables: {PORT: 1, R: 1.50}}\nmerge: {hosts: {by: name}}\n",
    "config/settings.yaml": "db:\n  host: ${HOST:localhost}\n  port: ${PORT}\n  url: x://${CONFIG:db.host}:${CONFIG:db.port}\n"
    "hosts:\n  - {name: a, v: 1}\n  - {name: b, v: 1}\n",
    "config/environments/production.yaml": "hosts:\n- name: b\n  v: 2\n",
}


class Vault:
    """Opens every token to its own text in capitals."""

    def open(self, sealed: Sealed) -> object:
        if "closed" in sealed:
            raise AccessDenied("no key")
        return sealed.upper()

    def named(self, name: str, environment: str | None) -> Sealed:
        if name != "db_password":
            raise NotFound(name)
        return Sealed("gm1.named", None)


def resolved(project, *args, **kwargs):
    return resolve(project, project.worktree(), *args, **kwargs)


def value(project, document="settings", environment=None, *, environ=None, vault=None, **kwargs):
    found = resolved(project, document, environment, **kwargs)
    if environ is None:
        return found.value(closed_lookup(project, environment, vault))
    return found.value(open_lookup(project, environment, vault, environ=environ))


def test_open_takes_the_process_environment_and_closed_does_not(project, monkeypatch):
    found = project(FILES)
    monkeypatch.setenv("HOST", "from-process")
    assert value(found, "settings", "production")["db"] == {
        "host": "localhost",
        "port": 80,
        "url": "x://localhost:80",
    }
    opened = resolved(found, "settings", "production").value(open_lookup(found, "production"))
    assert opened["db"] == {"host": "from-process", "port": 80, "url": "x://from-process:80"}


def test_variables_are_inherited_and_a_targets_win(project):
    found = project(FILES)
    assert value(found, "settings", "all")["db"]["port"] == 1
    lookup = closed_lookup(found, "production", variables={"PORT": 8443})
    assert resolved(found, "settings", "production").value(lookup)["db"]["port"] == 8443


def test_unresolved_placeholder_names_the_place(project):
    found = resolved(project(FILES), "settings")
    with pytest.raises(Unresolved, match=r'"\$\{PORT\}" has neither a value nor a default') as caught:
        found.value(closed_lookup(found.project, None))
    assert str(caught.value.place) == "config/settings.yaml:3:9"
    assert "PORT" in caught.value.hint


def test_checked_reports_everything_and_goes_on(project):
    found = resolved(project(FILES), "settings")
    tree, failures = found.checked(closed_lookup(found.project, None))
    assert [keys for keys, _ in failures] == [("db", "port")] or len(failures) == 2
    assert tree["db"]["host"] == "localhost"
    assert isinstance(tree["db"]["port"], Unknown)


@pytest.mark.parametrize(
    "text",
    [
        "a: ${CONFIG:a}\n",
        "a: ${CONFIG:b}\nb: x${CONFIG:a}\n",
        "a: {b: '${CONFIG:a}'}\n",
        "a: ['${CONFIG:a[0]}']\n",
    ],
)
def test_circles_are_errors(project, text):
    with pytest.raises(Unresolved, match="circle"):
        value(project({"config/settings.yaml": text}))


def test_long_chains_and_explosions_are_refused(project):
    chain = "".join(f"a{i}: ${{CONFIG:a{i + 1}}}\n" for i in range(DEEPEST + 5)) + f"a{DEEPEST + 5}: x\n"
    with pytest.raises(Unresolved, match="deep"):
        value(project({"config/settings.yaml": chain}))
    doubling = "a0: xxxxxxxx\n" + "".join(
        f"a{i}: '${{CONFIG:a{i - 1}}}${{CONFIG:a{i - 1}}}'\n" for i in range(1, 40)
    )
    with pytest.raises(BrokenConfiguration):
        value(project({"config/settings.yaml": doubling}))
    lists = "a0: [1,2,3,4,5,6,7,8]\n" + "".join(
        f"a{i}: [{', '.join([f'${{CONFIG:a{i - 1}}}'] * 8)}]\n" for i in range(1, 9)
    )
    with pytest.raises(BrokenConfiguration, match="expand"):
        value(project({"config/settings.yaml": lists.replace("${", "'${").replace("}", "}'")}))


def test_references_give_whole_values_of_any_document(project):
    found = project(
        {
            "config/settings.yaml": "m: ${CONFIG:billing:plans}\nv: ${CONFIG:billing:plans.basic}\n"
            "t: ${CONFIG:text}\ntext: '1.0'\n",
            "config/billing.yaml": "plans: {basic: 5, own: '${CONFIG:plans.basic}'}\n",
        }
    )
    assert value(found) == {"m": {"basic": 5, "own": 5}, "v": 5, "t": "1.0", "text": "1.0"}


def test_references_to_nothing_are_unresolved(project):
    with pytest.raises(Unresolved, match="does not exist") as caught:
        value(project({"config/settings.yaml": "databse: 1\na: ${CONFIG:database}\n"}))
    assert caught.value.hint == 'did you mean "databse"?'


def test_the_schema_gives_the_type(project):
    schema = {
        "definitions": {"port": {"type": "string"}},
        "properties": {
            "port": {"$ref": "#/definitions/port"},
            "ratio": {"allOf": [{"type": "number"}]},
            "list": {"type": "array", "items": {"type": ["string", "null"]}},
            "map": {"additionalProperties": {"type": "string"}},
        },
    }
    found = project(
        {
            "config/settings.yaml": "port: ${P:80}\nratio: ${R:1.10}\nlist: ['${P:1}']\n"
            "map: {x: '${P:true}'}\nfree: ${P:80}\n",
            "schemas/settings.schema.json": json.dumps(schema),
        }
    )
    assert value(found) == {"port": "80", "ratio": 1.1, "list": ["1"], "map": {"x": "true"}, "free": 80}


def test_sealed_values_and_named_secrets(project):
    found = project({"config/settings.yaml": f"a: {TOKEN}\nb: u:${{SECRET:db_password}}\nc: ${{CONFIG:a}}\n"})
    assert value(found, vault=Vault()) == {
        "a": Secret(TOKEN.upper()),
        "b": Secret("u:GM1.NAMED"),
        "c": Secret(TOKEN.upper()),
    }
    unopened = value(found)
    assert unopened["a"] == Unknown("sealed", TOKEN)
    assert isinstance(unopened["b"], Unknown)


def test_missing_secret_and_missing_key(project):
    found = project({"config/settings.yaml": "a: ${SECRET:nope}\nb: gm1.closed.a.b\n"})
    _, failures = resolved(found, "settings").checked(open_lookup(found, None, Vault()))
    assert [error.message for _, error in failures] == ['secret "nope" does not exist in common', "no key"]
    elsewhere = closed_lookup(found, None, Vault())
    assert resolved(found, "settings").checked(elsewhere)[0]["b"] == Unknown("sealed", "gm1.closed.a.b")


def test_tokens_know_where_they_are_written(project):
    found = project(
        {
            **FILES,
            "config/environments/production.yaml": f"hosts:\n- name: b\n  pw: &x {TOKEN}\n"
            f"  again: *x\nlist: [a, {TOKEN}]\n",
        }
    )
    tree = resolved(found, "settings", "production").merged
    first, again, second = tree["hosts"][1]["pw"], tree["hosts"][1]["again"], tree["list"][1]
    assert str(first.context) == "settings: hosts[name=b].pw in production"
    assert again.context == first.context
    assert second.context.path == ("list", 1)
    assert (first.file, first.keys) == ("config/environments/production.yaml", ("hosts", 0, "pw"))


def test_placeholders_can_be_left_to_the_application(project):
    found = project(
        {
            "gmconfig.yaml": "placeholders: resolve\ndocuments:\n"
            "  '{document}': {files: 'config/{document}.yaml', placeholders: keep}\n",
            "config/settings.yaml": "a: ${X} $${Y}\nb: '{{ z }}'\nc: 1\n",
        }
    )
    assert value(found) == {"a": "${X} $${Y}", "b": "{{ z }}", "c": 1}
    tree, failures = resolved(found, "settings").checked(closed_lookup(found, None))
    assert tree == {"a": Unknown("kept", "${X} $${Y}"), "b": Unknown("kept", "{{ z }}"), "c": 1}
    assert failures == []


def test_what_stands_behind_a_tag_is_left_alone(project):
    found = value(project({"config/settings.yaml": "a: !Sub '${AWS::Region}-x'\n"}))
    assert (str(found["a"]), found["a"].tag) == ("${AWS::Region}-x", "!Sub")


def test_every_layer_that_has_a_say_the_winner_first(project):
    found = resolved(project(FILES), "settings", "production")
    says = found.says(("hosts", 1, "v"))
    assert [(str(say.place), say.value, say.wins) for say in says] == [
        ("config/environments/production.yaml:3:6", 2, True),
        ("config/settings.yaml:7:18", 1, False),
    ]
    assert str(found.place(("hosts", 0, "v"))) == "config/settings.yaml:6:18"
    assert str(found.place(("hosts", 0, "absent"))) == "config/settings.yaml:6:5"


def test_a_removed_path_is_still_explained(project):
    found = resolved(
        project({**FILES, "config/environments/production.yaml": "db:\n"}), "settings", "production"
    )
    assert [(say.keys, say.value, say.wins) for say in found.says(("db", "host"))] == [
        (("db",), None, True),
        (("db", "host"), "${HOST:localhost}", False),
    ]


def test_the_winner_of_an_item_is_the_layer_that_gave_it_however_lists_merge(project):
    found = project(
        {
            "gmconfig.yaml": "environments: {p: {}, q: {extends: p}}\n"
            "merge: {added: append, once: unique, named: {by: name}, odd: {by: name}}\n",
            "config/settings.yaml": "added: [a, b]\nonce: [a, [b]]\nodd: [{v: 1}]\nfixed: [a, b]\n"
            "named: [{name: a, l: [1]}, {name: b, l: [1]}]\n",
            "config/environments/p.yaml": "added: [c, a]\nonce: [c, [b]]\nodd: [{v: 2}, {v: 2}]\nfixed: [c]\n"
            "named: [{name: n}, {name: a, $remove: true}, {name: b, l: [2]}]\n",
            "config/environments/q.yaml": "added: [d]\nonce: [d, a]\nodd: [{name: a}, {name: a, v: 3}]\n",
        }
    )
    here = resolved(found, "settings", "q")
    leaves = dict(walk(here.merged))
    winners = {keys: [say.value for say in here.says(keys) if say.wins] for keys in leaves}
    assert winners == {keys: [value] for keys, value in leaves.items()}
    others = [(say.keys, say.value) for say in here.says(("fixed", 0))]
    assert others == [(("fixed", 0), "c"), (("fixed", 0), "a")]


def test_a_variable_has_a_say_on_what_it_gives_and_on_nothing_beside_it(project):
    environ = {"GMCONFIG__DB": "{host: x, url: null, new: [1]}", "GMCONFIG__DB__NEW__0": "2"}
    found = resolved(project(FILES), "settings", environ=environ)
    says = {keys[1:]: found.says(keys)[0].variable for keys, _ in walk(found.merged) if keys[0] == "db"}
    assert says == {("host",): "GMCONFIG__DB", ("port",): None, ("new", 0): "GMCONFIG__DB__NEW__0"}
    assert found.place(("db", "host")) is None
    assert str(found.place(("db", "port"))) == "config/settings.yaml:3:9"


def test_overrides_have_the_last_word(project):
    environ = {
        "GMCONFIG__DB__HOST": "${X}",
        "GMCONFIG__HOSTS__0__V": "9",
        "GMCONFIG__NEW__KEY": "[1]",
        "HOST": "no",
    }
    found = resolved(project(FILES), "settings", "production", environ=environ)
    tree = found.value(closed_lookup(found.project, "production"))
    assert tree["db"]["host"] == "${X}"
    assert tree["hosts"][0] == {"name": "a", "v": 9}
    assert tree["new"] == {"key": [1]}
    assert found.says(("db", "host"))[0].variable == "GMCONFIG__DB__HOST"
    assert found.place(("db", "host")) is None


def test_broken_overrides_do_not_repeat_the_value(project):
    with pytest.raises(UsageError) as caught:
        resolved(project(FILES), "settings", environ={"GMCONFIG__A": "[hunter2"})
    assert "hunter2" not in str(caught.value) + str(caught.value.hint)


def test_unknown_paths_are_told_the_nearest(project):
    found = resolved(project(FILES), "settings", "production")
    with pytest.raises(UnknownPath, match='"databse.host" is not in document "settings"'):
        found.keys(KeyPath.parse("databse.host"))
    with pytest.raises(UnknownPath) as caught:
        found.keys(KeyPath.parse("db.hst"))
    assert caught.value.hint == 'did you mean "db.host"?'
    with pytest.raises(UnknownPath) as caught:
        found.keys(KeyPath.parse("db.nothing.like.it"))
    assert caught.value.hint == "gmconfig config get settings db -e production"


def test_a_reference_to_another_document_that_lacks_its_colon_is_told_so(project):
    found = project(
        {"config/settings.yaml": "db: {host: x}\n", "config/more.yaml": "a: ${CONFIG:settings.db.host}\n"}
    )
    with pytest.raises(Unresolved) as caught:
        value(found, "more")
    assert caught.value.hint == 'did you mean "${CONFIG:settings:db.host}"?'


def test_several_yaml_documents_are_read_one_by_one_and_never_merged(project):
    found = project({"config/settings.yaml": "a: 1\n---\na: 2\n"})
    with pytest.raises(BrokenConfiguration, match="2 YAML documents"):
        value(found)
    assert resolved(found, "settings", yaml_document=2).merged == {"a": 2}
    with pytest.raises(UnknownPath):
        resolved(found, "settings", yaml_document=3)


def test_an_empty_layer_is_no_layer_at_all(project):
    found = project({"config/settings.yaml": "a: 1\n", "config/environments/production.yaml": "# nothing\n"})
    assert value(found, "settings", "production") == {"a": 1}


def test_cached_layers_give_the_same_and_notice_changes(project, git):
    found = project({**FILES, "config/environments/production.yaml": f"pw: {TOKEN}\n"})
    git("init", "-q", cwd=found.root)
    found = type(found).find(found.root)
    answers = [resolved(found, "settings", "production", remembered=True).merged for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert all(answer["pw"].context.environment == "production" for answer in answers)
    with open(f"{found.root}/config/settings.yaml", "w") as file:
        file.write("a: 1\n")
    assert resolved(found, "settings", remembered=True).merged == {"a": 1}


@pytest.mark.parametrize("raw", [b"a: [", b"a: 1\na: 2\n", b"\xff\xfea", b"&a [*a]", b"[" * 10000])
def test_broken_files_are_clean_errors(project, raw):
    found = project({"config/settings.yaml": ""})
    with open(f"{found.root}/config/settings.yaml", "wb") as file:
        file.write(raw)
    with pytest.raises(GmconfigError):
        value(found)
