"""The forms on targets: what is written reads back, and what a form cannot hold is said."""

import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.config.environ import variables_of
from gmconfig.config.equal import same
from gmconfig.errors import BrokenConfiguration
from gmconfig.secret import plaintext
from gmconfig.target.formats import FORMATS, About, file_name
from gmconfig.target.rendering import leaves

_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_keys = st.text(st.sampled_from("abcxyz_.-=: é\\#\"'"), min_size=1, max_size=6)
_scalars = st.one_of(
    st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False), _texts
)
_trees = st.dictionaries(
    _keys,
    st.recursive(
        _scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=3)),
    ),
    max_size=4,
)
ABOUT = About("settings")


@pytest.mark.parametrize("name", ["yaml", "json", "toml", "configmap", "secret", "flagd"])
@given(tree=_trees)
def test_documents_read_back_with_their_types(name: str, tree: dict[str, object]):
    form = FORMATS[name]
    assert same(form.read(form.render(tree, ABOUT)), tree)


@given(tree=_trees)
def test_dotenv_reads_back_as_the_variables_that_a_shell_would_see(tree: dict[str, object]):
    try:
        wanted = variables_of(tree)
        raw = FORMATS["dotenv"].render(tree, ABOUT)
    except BrokenConfiguration:
        return  # two values of one name
    assert FORMATS["dotenv"].read(raw) == wanted


@given(tree=_trees)
def test_properties_read_back(tree: dict[str, object]):
    form = FORMATS["properties"]
    try:
        raw = form.render(tree, ABOUT)
    except BrokenConfiguration:
        return
    again = form.read(raw)
    assert isinstance(again, dict)
    assert set(again) == set(form.paths(tree))


def test_properties_of_other_writers_are_read():
    raw = (
        b"# a comment\n! another\na=1\nb : two\nc three\n long\\\n  er = x\\ty\\u00e9\nempty=\n\nk\\=ey=v=w\n"
    )
    assert FORMATS["properties"].read(raw) == {
        "a": "1", "b": "two", "c": "three", "longer": "x\tyé", "empty": "", "k=ey": "v=w",
    }  # fmt: skip


def test_dotenv_is_read_by_a_shell(tmp_path):
    tree = {"database": {"host": "db 1", "quote": "it's $HOME `x`", "lines": "a\nb"}, "list": [1, "zwei"]}
    file = tmp_path / "settings.env"
    file.write_bytes(FORMATS["dotenv"].render(tree, ABOUT))
    script = f'set -a; . {file}; python3 -c "import os,json; print(json.dumps(dict(os.environ)))"'
    seen = json.loads(subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True).stdout)
    assert {name: seen[name] for name in variables_of(tree)} == variables_of(tree)


def test_formatting_and_order_are_no_difference():
    left = FORMATS["yaml"].read(b"a: 1\nb: {c: x}\n")
    assert same(left, FORMATS["yaml"].read(b"# why\n'b':\n    c: \"x\"\na:    1\n"))
    assert same(FORMATS["json"].read(b'{"a": 1, "b": 2}'), FORMATS["json"].read(b'{"b":2,\n"a":1}'))
    assert FORMATS["dotenv"].read(b"A=1\nB='x y'\n") == FORMATS["dotenv"].read(
        b'# c\nexport B="x y"\nA="1"\n'
    )


def test_a_secrets_encoded_data_is_read_like_its_plain_data():
    import base64

    plain = FORMATS["secret"].render({"a": 1}, ABOUT)
    encoded = base64.b64encode(b"a: 1\n").decode()
    manifest = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\ndata:\n  settings.yaml: {encoded}\n"
    assert FORMATS["secret"].read(plain) == FORMATS["secret"].read(manifest.encode()) == {"a": 1}


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("raw", [b"\xff\xfe", b"{", b"[[[", b"\x00"])
def test_a_broken_live_file_is_said_to_be_broken_without_its_content(name: str, raw: bytes):
    try:
        FORMATS[name].read(raw)
    except BrokenConfiguration as error:
        assert error.message == f"it is not {name} any more"
        assert error.place is None


@pytest.mark.parametrize(("name", "form", "expected"), [
    ("settings", "yaml", "settings.yaml"), ("settings", "dotenv", "settings.env"),
    ("settings", "secret", "settings.secret.yaml"), ("flags", "yaml", "flags.flagd.json"),
])  # fmt: skip
def test_file_names(name: str, form: str, expected: str):
    assert file_name(name, form) == expected


def test_a_manifest_is_named_as_kubernetes_wants_it():
    from gmconfig.target.formats.manifest import metadata

    assert metadata(About("my_Settings")) == {"name": "my-settings"}
    assert metadata(About("a", "web.config", "prod")) == {"name": "web.config", "namespace": "prod"}
    with pytest.raises(BrokenConfiguration, match="cannot name a manifest"):
        metadata(About("a", "Not OK"))


@given(_trees)
def test_a_faithful_form_gives_plain_data_back_as_it_was(tree: object):
    for form in FORMATS.values():
        if form.is_faithful and leaves.is_plain(tree):
            assert plaintext.encode(form.parse(form.render(tree, About("settings")))) == plaintext.encode(
                tree
            )
