"""`jsonschema` is loaded without the grammar of IRIs, which takes a second and which nobody here asks."""

import importlib.util
import subprocess
import sys

import pytest

_BREAKS_A_FORMAT = """
import sys
from gmconfig.validate.schema.compiled import Schema
from gmconfig.validate.schema.resources import Resources
draft = "https://json-schema.org/draft/2020-12/schema"
schema = Schema("s", {"$schema": draft, "format": "iri"}, Resources((), dict))
assert [problem.keyword for problem in schema.problems("no iri")] == ["format"]
"""


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_explaining_does_not_load_the_grammar():
    print_grammar = "print([name for name in sys.modules if name.startswith(('rfc3987_syntax', 'lark'))])"
    assert run(_BREAKS_A_FORMAT + print_grammar) == "[]\n"


@pytest.mark.skipif(not importlib.util.find_spec("rfc3987_syntax"), reason="no jsonschema[format-nongpl]")
def test_others_who_use_the_grammar_still_get_it():
    ask = "import jsonschema\nprint(jsonschema.FormatChecker().conforms('no iri', 'iri'))\n"
    assert run(_BREAKS_A_FORMAT + ask + "print('rfc3987_syntax' in sys.modules)") == "False\nTrue\n"
