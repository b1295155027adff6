"""What a hot command may load: naming the reader loads no parser, and reading loads no editor."""

import subprocess
import sys

import pytest

HEAVY = ["ruamel.yaml", "_ruamel_yaml", "dataclasses", "pathlib", "json", "subprocess", "gmconfig.finding"]


def loaded(code):
    report = f"import sys\n{code}\nprint(*sorted(sys.modules))"
    return subprocess.run(
        [sys.executable, "-c", report], check=True, capture_output=True, text=True
    ).stdout.split()


def test_naming_the_reader_loads_no_parser():
    assert not set(HEAVY) & set(loaded("from gmconfig.storage.yaml import load, load_all, Tagged"))


@pytest.mark.parametrize("code", ["load(b'a: [1, x]')", "load_all(b'a: &a 1\\nb: *a\\n---\\n')"])
def test_reading_loads_no_nodes_and_no_editor(code):
    modules = loaded(f"from gmconfig.storage.yaml import load, load_all\n{code}")
    assert "_ruamel_yaml" in modules
    unwanted = {
        "gmconfig.finding",
        "gmconfig.storage.yaml.composer",
        "gmconfig.storage.yaml.edit",
        "dataclasses",
        "subprocess",
    }
    assert not unwanted & set(modules)


def test_the_c_parser_is_there():
    import ruamel.yaml

    assert ruamel.yaml.__with_libyaml__


def test_a_c_parser_that_is_not_there_is_told_with_what_installs_it():
    """ruamel.yaml 0.19.0 brings none, whichever extra is asked for."""
    tell = """
import sys

sys.modules["_ruamel_yaml"] = None
from gmconfig.api.doctor.machine_check import examine
from gmconfig.errors import GmconfigError

try:
    from gmconfig.storage.yaml import load
    load(b"a: &a [1]")
except GmconfigError as error:
    print(error.message, error.hint)
print([(one.state, one.hint) for one in examine(None) if one.name == "yaml"])
"""
    said = subprocess.run([sys.executable, "-c", tell], check=True, capture_output=True, text=True).stdout
    install = "pip install 'ruamel.yaml[oldlibyaml]>=0.19.1'"
    assert said.splitlines()[0].startswith("the C parser of ruamel.yaml is missing")
    assert said.splitlines()[0].endswith(install)
    assert said.splitlines()[1] == str([("error", install)])
