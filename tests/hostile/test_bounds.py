"""A file that spells more values than fit into memory: a clear error, whatever it is read as; a long text is none.

The bounds are lowered here, which spares a minute: what is a million to the program is a thousand to these tests.
"""

from pathlib import Path

import pytest

from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.storage import bounds, yaml
from gmconfig.storage.yaml import composer, events, reader, roundtrip
from gmconfig.target.formats import FORMATS
from gmconfig.validate.source import documents_of
from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]

MANY = 1_000
TOO_MANY = {
    "keys": b"".join(b"k%d: value\n" % n for n in range(MANY)),
    "items": b"- 1\n" * MANY,
    "dashes": b"- - - 1\n" * 300,
    "flow": b"[" + b"1," * MANY + b"1]\n",
    "empty keys": b"{" + b",".join(b"k%d" % n for n in range(MANY)) + b"}\n",
    "questions": b"".join(b"? k%d\n" % n for n in range(MANY)),
    "aliases": b"- &a 1\n" + b"- *a\n" * MANY,
    "documents": b"--- x\n" * MANY,
    "json": b'{"a": [' + b"{}," * MANY + b"1]}",
    "wide json": ('{"a": [' + "[]," * MANY + "1]}").encode("utf-16"),
}
FEW = {
    "a long text": b"a: |\n" + b"  {[,:?- -\n" * MANY,
    "a long quoted text": b'{"a": "' + b"[{,:\\n" * MANY + b'"}\n',
    "a long comment": b"a: 1\n" + b"# a: [{\n" * MANY,
}


@pytest.fixture(autouse=True)
def lowered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_VALUES", MANY)
    monkeypatch.setattr(bounds, "MOST_FOR_SLOW", 4 * MANY)
    for module in (bounds, reader, composer):
        monkeypatch.setattr(module, "SMALL", MANY // 2)
    for module in (events, roundtrip):
        monkeypatch.setattr(module, "MOST_FOR_SLOW", 4 * MANY)


@pytest.mark.parametrize("kind", TOO_MANY)
def test_too_many_values_are_told(kind: str):
    raw, name = TOO_MANY[kind], "x.json" if "json" in kind else "x.yaml"
    ways = [lambda: documents_of(raw, name)]
    if kind != "wide json":
        ways += [lambda: yaml.load_all(raw, name), lambda: yaml.compose(raw, name)]
    for read in ways:
        with pytest.raises(BrokenConfiguration, match="it holds more than") as told:
            read()
        assert told.value.place
    assert kind == "wide json" or yaml.load_everyday(raw) is None


@pytest.mark.parametrize("kind", FEW)
def test_a_long_text_is_one_value(kind: str):
    found = yaml.load(FEW[kind], "x.yaml")
    assert yaml.compose(FEW[kind], "x.yaml").documents
    if kind == "a long quoted text":
        assert documents_of(FEW[kind], "x.json") == [found]


def test_what_only_a_slow_parser_would_read_is_refused_when_it_is_long():
    rare, long = b"%YAML 1.3\n---\n", b"a: |\n" + b"  text\n" * MANY
    assert yaml.load(rare + b"a: 1\n", "x.yaml") == {"a": 1}
    with pytest.raises(BrokenConfiguration):
        yaml.load(rare + long, "x.yaml")
    tables = b"".join(b"[a%d.b]\n" % n for n in range(MANY))
    with pytest.raises(BrokenConfiguration, match="larger than"):
        documents_of(tables, "x.toml")
    with pytest.raises(GmconfigError):
        FORMATS["toml"].read(tables)


def test_a_command_says_so(cli, trading: Path):
    (trading / "config/billing.yaml").write_bytes(TOO_MANY["keys"])
    for line in ("config get billing", "config set billing k1 2", "validate", "secret list"):
        answer = cli(*line.split())
        assert answer.code in (0, 1, 3), answer
        assert ("it holds more than" in answer.out + answer.err) == (answer.code != 0), answer
    assert (trading / "config/billing.yaml").read_bytes() == TOO_MANY["keys"]
