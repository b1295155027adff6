"""gmconfig.yaml: what it may hold, and what a mistake in it is told."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.errors import BrokenConfiguration
from gmconfig.project.consistency import check
from gmconfig.project.known_keys import SHAPE
from gmconfig.project.names import is_name
from gmconfig.project.settings import Settings

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/gmconfig.schema.json").read_text())
NAME = SCHEMA["definitions"]["name"]["pattern"].replace("$", r"\Z")  # as ECMA 262 means it
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

EVERYTHING = {
    "documents": {
        "values": "values-{environment}.yaml",
        "{document}": ["config/{document}.yaml", "hiera/{environment}/{document}.yaml"],
        "chart": {"files": ["chart.yaml"], "placeholders": "keep"},
    },
    "default_document": "values",
    "environments": {
        "production": {"extends": "base", "variables": {"PORT": 80, "A": "x", "B": True}, "protected": True},
        "base": None,
    },
    "default_environment": "production",
    "layers": [
        "hosts/{host}.yaml",
        {"file": "zones/{zone}/{document}.yaml"},
        {"file": "x.yaml", "document": "values"},
    ],
    "merge": {"hosts": "append", "tags.**": "unique", "apps[*].env": {"by": "metadata.name"}},
    "placeholders": "resolve",
    "parity": [
        {"environments": ["production", "base"], "paths": ["**"], "except": ["debug"], "severity": "error"}
    ],
    "targets": {
        "web": {"kind": "directory", "environment": "production", "path": "/etc/app", "keep": 5, "wave": 2,
                "mode": "0640", "reload": ["systemctl", "reload", "app"], "labels": {"region": "eu"},
                "hosts": {"web-1": "deploy@10.0.0.1"}, "documents": ["settings", "flags"],
                "format": "dotenv", "secrets": "omit", "variables": {"A": 1}, "placeholders": "keep",
                "health": [{"http": "http://a/", "status": 200, "timeout": "5s", "retries": 3}],
                "before": [["true"]], "ignore": [{"path": "metrics.**", "owner": "ops", "until": "2027-01-01"}],
                "budget": {"delete_percent": 30}, "options": {"anything": 1}, "endpoints": ["http://a:2379"],
                "layout": "keys", "kustomize": True, "timeout": "500ms"},
    },
    "freezes": [{"from": "2026-12-24", "until": None, "reason": "holidays"},
                {"environments": ["production"], "weekly": "fri 16:00 - mon 08:00",
                 "timezone": "Europe/Berlin"}],
    "backups": {"to": "s3://backups/config", "retention_days": 30,
                "keep": {"last": 3, "daily": 14, "within": "12h", "tags": ["audit"]}},
    "alerts": {
        "handlers": {"mail": {"command": ["mail", "ops"], "severity": "error", "kinds": ["drift"]},
                     "chat": {"webhook_from": "CHAT_URL", "form": "slack", "timeout": "5s"},
                     "pager": {"webhook": "https://pager/x", "form": "alertmanager"}},
        "thresholds": {"compliance_score": 90, "disk_free_percent": 5.5},
    },
    "automation": {"rules": {
        "put-back": {"on": ["drift.*"], "if": {"==": [{"var": "environment"}, "production"]},
                     "do": {"correct-drift": {"targets": "web", "only": ["**"], "prune": False}},
                     "cooldown": "10m", "maximum": {"runs": 3, "per": "1h"}, "dry_run": True, "enabled": False},
        "nightly": {"schedule": "30 2 * * *", "timezone": "Europe/Zurich", "within": "2h", "do": "backup"},
        "told": {"on": "alert.*", "do": {"command": {"run": ["mail"], "timeout": "5s"}}},
        "short": {"on": "alert.*", "do": {"command": ["mail", "ops"]}},
        "loud": {"on": "alert.*", "do": {"notify": {"message": "x", "severity": "error"}}},
        "rotate-due": {"do": {"rotate-due": {"environment": "production", "push": True}}},
        "checked": {"schedule": "@daily", "do": {"validate": {"environment": "production"}}},
        "kept": {"schedule": "@daily", "do": {"backup": {"name": "x", "retention_days": 7}}},
        "backup-nightly": None}},
    "flags": {"events_dir": "/var/events", "more": 1},
    "remote": "upstream",
    "ref_prefix": "refs/gm/config",
}  # fmt: skip


@given(
    st.text(st.sampled_from("aZ09_-./ é\n"), max_size=6)
    | st.sampled_from(["a.local", "b.lock", "x" * 100, "x" * 101])
)
def test_the_schema_allows_the_names_that_gmconfig_does(name):
    assert (re.search(NAME, name) is not None) == is_name(name)


def test_schema_is_a_schema():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_every_key_is_described():
    assert set(SCHEMA["properties"]) == set(SHAPE.fields)
    assert all("description" in entry for entry in SCHEMA["properties"].values())


def test_every_documented_key_is_accepted_by_both():
    assert check(EVERYTHING) == []
    VALIDATOR.validate(EVERYTHING)


@pytest.mark.parametrize("tree", [None, {}, {"environments": None, "merge": None, "layers": None}])
def test_nothing_is_required(tree: object):
    assert check(tree) == []
    VALIDATOR.validate(tree)


def test_defaults():
    settings = Settings({})
    assert list(settings.environments) == ["production", "staging", "development", "testing"]
    assert (settings.default_document, settings.default_environment) == ("settings", None)
    assert (settings.remote, settings.ref_prefix, settings.placeholders) == (
        "origin",
        "refs/gmconfig",
        "resolve",
    )


def _shape_accepts(tree: object) -> bool:
    problems: list[object] = []
    if tree is not None:
        SHAPE(tree, (), problems)
    return not problems


_names = st.sampled_from(
    ["settings", "a.b", "../x", "-x", "common", "flags", "x.local", "a..b", "", "{document}"]
)
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), _names, st.sampled_from(["keep", "append", "refs/a", "error"])
)
_trees = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            _names | st.sampled_from(["extends", "by", "files", "variables", "file", "environments"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*SHAPE.fields, "documnets"]), _trees, max_size=3))
def test_own_check_and_schema_agree_on_anything(tree: dict[str, object]):
    assert _shape_accepts(tree) == VALIDATOR.is_valid(tree)


@given(st.data())
def test_own_check_and_schema_agree_on_one_wrong_value(data: st.DataObject):
    tree = json.loads(json.dumps(EVERYTHING))
    node: object = tree
    while isinstance(node, dict | list) and node:
        parent, key = (
            node,
            data.draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node)))),
        )
        node = parent[key]
        if data.draw(st.booleans()):
            break
    parent[key] = data.draw(_trees)
    assert _shape_accepts(tree) == VALIDATOR.is_valid(tree)


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("enviroments:\n  a: {}\n", (1, 1), 'unknown key "enviroments"', 'did you mean "environments"?'),
        ("a: 1\n", (1, 1), 'unknown key "a"', "known keys:"),
        ("environments:\n  a:\n    extend: b\n", (3, 5), 'unknown key "extend"', 'did you mean "extends"?'),
        ("environments:\n  a: {protected: 1}\n", (2, 18), "expected true or false, found the number 1", None),
        ("environments:\n  common: {}\n", (2, 3), '"common" is reserved', None),
        ("environments:\n  ../x: {}\n", (2, 3), '"../x" cannot name an environment', None),
        ("environments:\n  -x: {}\n", (2, 3), '"-x" cannot name an environment', None),
        ("documents: {flags: f.yaml}\n", (1, 13), '"flags" is reserved', None),
        ("documents: {a: ../x.yaml}\n", (1, 16), "does not stay in the project's folder", None),
        ("documents: {a: '{b.yaml'}\n", (1, 16), "is not a pattern", None),
        ("documents: {'{document}': x.yaml}\n", (1, 27), "does not say which document", "{document}"),
        (
            "environments:\n  a: {extends: b}\n  b: {extends: a}\n",
            (2, 16),
            "a extends b extends a: a circle",
            None,
        ),
        (
            "environments:\n  a: {extends: bb}\n  b:\n",
            (2, 16),
            'no environment named "bb"',
            'did you mean "b"?',
        ),
        ("default_environment: prodution\n", (1, 22), 'no environment named "prodution"', '"production"'),
        ("targets:\n  staging: {kind: ssh}\n", (2, 3), "names an environment and a target", None),
        ("targets:\n  web: {pth: /srv}\n", (2, 9), 'unknown key "pth"', 'did you mean "path"?'),
        ("targets:\n  web: {mode: 640}\n", (2, 15), "permissions in quotes", None),
        ("targets:\n  web: {timeout: 5}\n", (2, 18), "a time span such as", None),
        ("targets:\n  web: {environment: prod}\n", (2, 22), 'no environment named "prod"', "production"),
        ("freezes:\n  - {form: 2026-12-24}\n", (2, 6), 'unknown key "form"', 'did you mean "from"?'),
        ("freezes:\n  - from: soon\n", (2, 5), '"soon" is not a time', '"from" and "until"'),
        ("freezes:\n  - from:\n", (2, 5), "neither a beginning nor an end", None),
        (
            "freezes:\n  - {until: 2026-12-24, environments: prod}\n",
            (2, 39),
            'no environment named "prod"',
            "production",
        ),
        ("merge:\n  'a[': append\n", (2, 3), "is not a path", None),
        (
            "merge: {a: apend}\n",
            (1, 12),
            'expected append or unique, found "apend"',
            'did you mean "append"?',
        ),
        ("merge: {'a[x=1]': append}\n", (1, 9), "selects one item", "[*]"),
        ("placeholders: leave\n", (1, 15), "expected resolve or keep", None),
        ("- a\n", (1, 1), "expected a map, found a list", None),
        ("remote: --upload-pack=x\n", (1, 9), "expected a remote's name", None),
    ],
)
def test_mistakes_are_named_with_place_and_hint(project, text, place, message, hint):
    with pytest.raises(BrokenConfiguration) as caught:
        project({"gmconfig.yaml": text})
    assert message in caught.value.message
    assert (caught.value.place.line, caught.value.place.column) == place
    assert caught.value.place.file == "gmconfig.yaml"
    assert hint is None or hint in (caught.value.hint or "")
