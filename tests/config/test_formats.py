"""Resolved documents as text that other programs read back alike."""

import json
import os
import subprocess
import tomllib

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gmconfig.config.environ import overridden, variable_name, variables_of
from gmconfig.config.formats import FORMATS, shell_quoted
from gmconfig.errors import BrokenConfiguration, UsageError

TREE = {
    "db": {"host": "h", "port": 80, "on": True, "none": None},
    "list": [1, {"a": "é"}],
    "e": {},
    "s": "it's $HOME `x`\n",
}


def test_values_to_names():
    assert variables_of(TREE) == {
        "DB_HOST": "h",
        "DB_PORT": "80",
        "DB_ON": "true",
        "DB_NONE": "",
        "LIST": '[1, {"a": "é"}]',
        "E": "{}",
        "S": "it's $HOME `x`\n",
    }
    assert variable_name(("1st", "http-port")) == "_1ST_HTTP_PORT"


@pytest.mark.parametrize("tree", [{"a": {"b": 1}, "a_b": 2}, {"a-b": 1, "a.b": 2}, {"A": 1, "a": 2}])
def test_collisions_are_errors(tree):
    with pytest.raises(BrokenConfiguration, match="would both be"):
        variables_of(tree)


def test_null_bytes_are_refused():
    with pytest.raises(BrokenConfiguration, match="null byte"):
        variables_of({"a": "x\0y"})


def read_by_shell(text: str, names: list[str], tmp_path) -> list[str]:
    (tmp_path / "env").write_bytes(text.encode())
    script = "set -a; . ./env; " + "".join(f'printf "%s\\0" "${name}"; ' for name in names)
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, capture_output=True, check=True, env={"PATH": os.environ["PATH"]}
    )
    assert done.stderr == b""
    return done.stdout.decode().split("\0")[:-1]


HOSTILE = [
    "",
    "a b",
    "'",
    '"',
    "$(touch x)",
    "`id`",
    "${HOME}",
    "\\",
    "\\n",
    "a\nb\n",
    "#c",
    "=",
    "~",
    "*",
    "é√",
    "-n",
    "!",
    "\r",
    "\t",
]


@pytest.mark.parametrize("name", ["dotenv", "shell"])
def test_a_shell_reads_back_the_same_values(name, tmp_path):
    tree = {f"v{index}": value for index, value in enumerate([*HOSTILE, "".join(HOSTILE)])}
    found = read_by_shell(FORMATS[name](tree), [f"V{index}" for index in range(len(tree))], tmp_path)
    assert found == list(tree.values())


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=30
    )
)
@settings(max_examples=15)
def test_a_shell_reads_back_any_text(tmp_path_factory, values):
    tree = {f"v{index}": value for index, value in enumerate(values)}
    folder = tmp_path_factory.mktemp("shell")
    assert (
        read_by_shell(FORMATS["dotenv"](tree), [f"V{index}" for index in range(len(values))], folder)
        == values
    )


def test_plain_words_stay_unquoted():
    assert (shell_quoted("db-7.internal:5432"), shell_quoted("a b"), shell_quoted("")) == (
        "db-7.internal:5432",
        "'a b'",
        "''",
    )


def test_json_yaml_and_toml_read_back():
    tree = {key: value for key, value in TREE.items() if key != "db"}
    assert json.loads(FORMATS["json"](TREE)) == TREE
    assert yaml.safe_load(FORMATS["yaml"](TREE)) == TREE
    assert tomllib.loads(FORMATS["toml"](tree)) == tree


def test_what_a_format_cannot_say_is_an_error():
    with pytest.raises(BrokenConfiguration, match='TOML has no null: "db.none"'):
        FORMATS["toml"](TREE)
    with pytest.raises(BrokenConfiguration):
        FORMATS["toml"]([1])
    with pytest.raises(BrokenConfiguration):
        FORMATS["json"]({"a": float("inf")})


def test_properties():
    tree = {"a b": " lead=x", "u": "é😀", "n": "1\n2", "l": [1, {"x": None}]}
    assert FORMATS["properties"](tree).splitlines() == [
        r"a\ b=\ lead=x",
        r"u=\u00e9\ud83d\ude00",
        r"n=1\n2",
        "l.0=1",
        "l.1.x=",
    ]


def test_overrides_find_keys_by_their_look():
    tree = {"http-port": 1, "Db": {"hosts": ["a", "b"]}}
    environ = {
        "GMCONFIG__HTTP_PORT": "2",
        "GMCONFIG__DB__HOSTS__1": "c",
        "GMCONFIG_ENVIRONMENT": "x",
        "OTHER": "y",
    }
    new, said = overridden(tree, environ)
    assert new == {"http-port": 2, "Db": {"hosts": ["a", "c"]}}
    assert said == {("http-port",): "GMCONFIG__HTTP_PORT", ("Db", "hosts", 1): "GMCONFIG__DB__HOSTS__1"}
    assert tree["Db"]["hosts"] == ["a", "b"]


def test_an_override_that_would_print_differently_as_a_number_stays_text_unless_a_number_is_meant():
    environ = {
        "GMCONFIG__VERSION": "1.10",
        "GMCONFIG__PORT": "0x1F",
        "GMCONFIG__ZIP": "00123",
        "GMCONFIG__MAX": "1e3",
    }
    new, _ = overridden(
        {"version": "1.9", "port": 80}, environ, lambda keys: ["integer"] if keys == ("max",) else None
    )
    assert new == {"version": "1.10", "port": 31, "zip": "00123", "max": 1000.0}


@pytest.mark.parametrize("name", ["GMCONFIG__", "GMCONFIG__A____B", "GMCONFIG__L__9", "GMCONFIG__L__X"])
def test_overrides_that_mean_nothing_are_refused(name):
    with pytest.raises(UsageError):
        overridden({"l": [1]}, {name: "1"})
