"""The frozen format: vectors, canonical parsing, and that no changed character opens."""

from __future__ import annotations

import base64
import contextlib
import copy
import hmac
import json
import pickle
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.errors import GmconfigError
from gmconfig.path import Selector
from gmconfig.secret import fernet, plaintext, seal
from gmconfig.secret.log.place import path_from_tree, path_tree
from gmconfig.secret.token import Context, Sealed, Secret, is_token, parse

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text())
KEY = bytes(range(32))
HERE = Context("settings", "production", ("a", "b"))

names = st.text(max_size=8)
paths = st.lists(
    st.one_of(
        names,
        st.integers(0, 99),
        st.builds(Selector, st.lists(names, min_size=1, max_size=2).map(tuple), names),
    ),
    max_size=4,
).map(tuple)
variables = st.dictionaries(names, names, max_size=2).map(lambda found: tuple(sorted(found.items())))
contexts = st.builds(
    Context, st.none() | names, st.none() | names, paths, variables=variables, yaml_document=st.integers(1, 3)
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("!binary"), inner, max_size=3)
    ),
)


def context_of(vector) -> Context:
    place = vector["context"]
    return Context(
        place["document"],
        place["environment"],
        path_from_tree(place["path"]),
        variables=tuple(sorted(place["variables"].items())),
        yaml_document=place["yaml"],
    )


def case(vector) -> str:
    return vector["name"]


def opened_text(text: str, scope_key: bytes, context: Context) -> object:
    return seal.open_token(parse(text), scope_key, context)


@pytest.mark.parametrize("vector", VECTORS, ids=case)
def test_frozen_tokens_open(vector):
    opened = opened_text(vector["token"], bytes.fromhex(vector["scope_key"]), context_of(vector))
    assert (type(opened), opened) == (type(vector["value"]), vector["value"])


@pytest.mark.parametrize("vector", VECTORS, ids=case)
def test_the_plaintext_is_frozen(vector):
    assert plaintext.encode(vector["value"]).decode() == vector["plaintext"]


@pytest.mark.parametrize("vector", VECTORS[:-1], ids=case)
def test_the_derivation_is_hkdf_expand_over_the_frozen_info(vector):
    info = seal.context_info("gm1/value", vector["scope"], vector["generation"], context_of(vector))
    assert info.hex() == vector["info"]
    key = HKDFExpand(SHA256(), 32, info).derive(bytes.fromhex(vector["scope_key"]))
    assert key.hex() == vector["value_key"]
    derived = seal.value_key(KEY, vector["scope"], vector["generation"], context_of(vector))
    assert derived == key


@pytest.mark.parametrize("vector", VECTORS, ids=case)
def test_what_is_inside_is_a_fernet_token_like_any_other(vector):
    fernet = Fernet(base64.urlsafe_b64encode(bytes.fromhex(vector["value_key"])))
    inside = vector["token"].rpartition(".")[2]
    assert fernet.decrypt(inside).decode() == vector["plaintext"]
    made = fernet._encrypt_from_parts(
        vector["plaintext"].encode(), vector["time"], bytes.fromhex(vector["iv"])
    )
    assert made.decode() == inside


@given(values, contexts)
def test_what_was_sealed_opens(value, context):
    token = seal.seal_value(value, KEY, "default", "k1", context)
    opened = opened_text(token, KEY, context)
    assert opened == value
    assert plaintext.encode(opened) == plaintext.encode(value)
    assert str(parse(token)) == token


@given(values, contexts)
def test_what_was_sealed_without_reading_opens(value, context):
    public = seal.scope_private_key(KEY, "default", "k1").public_key().public_bytes_raw()
    token = seal.seal_for_readers(value, public, "default", "k1", context)
    assert plaintext.encode(opened_text(token, KEY, context)) == plaintext.encode(value)
    assert str(parse(token)) == token


@given(contexts, contexts)
def test_two_places_never_share_an_encoding(one, other):
    same = seal.context_info("gm1/value", "s", "g", one) == seal.context_info("gm1/value", "s", "g", other)
    assert same == (one == other)


@given(contexts)
def test_places_survive_the_log(context):
    assert path_from_tree(json.loads(json.dumps(path_tree(context.path)))) == context.path


@pytest.mark.parametrize("seal_one", ["own", "public"])
@given(data=st.data())
def test_every_changed_character_is_refused(seal_one, data):
    vector = VECTORS[0] if seal_one == "own" else VECTORS[-1]
    token = vector["token"]
    at = data.draw(st.integers(0, len(token) - 1))
    char = data.draw(st.characters(exclude_characters=token[at]))
    changed = data.draw(
        st.sampled_from(
            [
                token[:at] + char + token[at + 1 :],
                token[:at] + token[at + 1 :],
                token[:at] + char + token[at:],
            ]
        )
    )
    if changed == token:
        return
    with pytest.raises(GmconfigError):
        opened_text(changed, KEY, context_of(vector))


def test_every_bit_of_the_last_character_counts():
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for vector in VECTORS:
        bare = vector["token"].rstrip("=")
        pad = vector["token"][len(bare) :]
        for letter in letters.replace(bare[-1], ""):
            with pytest.raises(GmconfigError):
                opened_text(bare[:-1] + letter + pad, KEY, context_of(vector))


@given(st.text())
def test_no_text_makes_the_parser_stumble(text):
    for candidate in (text, "gm1." + text, "gm1s.a.b." + text):
        with contextlib.suppress(GmconfigError):
            assert str(parse(candidate)) == candidate


@given(st.binary())
def test_no_plaintext_makes_the_decoder_stumble(raw):
    with contextlib.suppress(GmconfigError):
        plaintext.decode(raw)


@pytest.mark.parametrize(
    "text", ['{"!nonsense":1}', '{"!binary":7}', '{"!map":[]}', "NaN", "[" * 100_000, '{"!binary":"A"}', ""]
)
def test_a_malformed_value_is_an_error_that_does_not_quote_it(text):
    with pytest.raises(GmconfigError, match="holds something that is not a value") as caught:
        plaintext.decode(text.encode())
    assert caught.value.__cause__ is None


def test_infinities_and_not_a_number_survive():
    assert plaintext.decode(plaintext.encode(float("-inf"))) == float("-inf")
    assert str(plaintext.decode(plaintext.encode(float("nan")))) == "nan"


def test_an_unknown_tag_survives():
    from gmconfig.storage.yaml import load

    value = load(b"a: !vault x\n")["a"]
    opened = plaintext.decode(plaintext.encode(value))
    assert (opened, opened.tag) == (value, value.tag)


@pytest.mark.parametrize("value", [object(), {1: 2}, "\ud800", {"a": {1, 2}}])
def test_what_yaml_does_not_have_is_not_sealed(value):
    with pytest.raises(GmconfigError):
        seal.seal_value(value, KEY, "default", "k1", HERE)


def test_a_damaged_token_still_counts_as_sealed():
    assert is_token("gm1.x") and is_token("gm1s.") and not is_token("gm2.x") and not is_token(7)


def test_a_token_is_a_plain_scalar_in_block_and_flow():
    from gmconfig.storage.yaml import load

    for vector in VECTORS:
        token = vector["token"]
        assert load(f"a: {token}\nb: [{token}, {{c: {token}}}]\n".encode()) == {
            "a": token,
            "b": [token, {"c": token}],
        }


def test_a_sealed_value_travels_with_its_place():
    sealed = Sealed("gm1.a.b.c", HERE, "config/settings.yaml", ("a", "b"))
    for copied in (copy.deepcopy(sealed), pickle.loads(pickle.dumps(sealed))):
        assert (copied, copied.context, copied.file, copied.keys) == (sealed, HERE, sealed.file, sealed.keys)


CANARY = "canary-7Vq3"


def test_a_secret_shows_itself_only_when_asked():
    secret = Secret(CANARY)
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r:>9}",
        f"{secret:>5}",
        "%s %r".__mod__((secret, secret)),
        str([secret]),
        str({"a": secret}),
    ]
    assert not any(CANARY in text for text in shown)
    assert secret.reveal() == CANARY


def test_a_secret_is_in_no_pickle_json_hash_or_state():
    secret = Secret(CANARY)
    for leak in (pickle.dumps, json.dumps, hash, vars):
        with pytest.raises(TypeError) as caught:
            leak(secret)
        assert CANARY not in str(caught.value)
    assert copy.deepcopy(secret) is secret and copy.copy(secret) is secret


def test_secrets_compare_by_value_and_type():
    assert Secret("1") == Secret("1") != Secret(1)
    assert Secret("1") != "1"


def test_the_token_module_loads_nothing_heavy():
    code = "import sys; import gmconfig.secret.token; print(*sys.modules)"
    bare = set(
        subprocess.check_output(
            [sys.executable, "-S", "-c", "import sys; print(*sys.modules)"], text=True
        ).split()
    )
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    heavy = {
        "json",
        "dataclasses",
        "cryptography",
        "pathlib",
        "hashlib",
        "hmac",
        "base64",
        "pyrage",
        "subprocess",
    }
    assert not (set(loaded) - bare) & heavy - _of_the_environment()


def _of_the_environment() -> set[str]:
    """What site itself loads here (an editable install's finder), which is not ours."""
    return set(
        subprocess.check_output([sys.executable, "-c", "import sys; print(*sys.modules)"], text=True).split()
    )


@given(st.binary(max_size=80), st.binary(min_size=32, max_size=32))
def test_opening_agrees_with_the_library(plain, key):
    library = Fernet(base64.urlsafe_b64encode(key))
    raw = base64.urlsafe_b64decode(library.encrypt(plain))
    assert fernet.opened(key, raw) == plain
    for changed in (raw[:-1] + bytes([raw[-1] ^ 1]), raw[:9] + bytes([raw[9] ^ 1]) + raw[10:], raw[:-1]):
        with pytest.raises(ValueError):  # why is nobody's business
            fernet.opened(key, changed)


# https://github.com/fernet/spec; the file says where its copy is from
FERNET = json.loads((Path(__file__).parent / "fernet-vectors.json").read_text())
SPEC = FERNET["verify"][0]["token"]
SPEC_KEY = base64.urlsafe_b64decode(FERNET["verify"][0]["secret"])
WITHOUT_A_CLOCK = ("far-future TS (unacceptable clock skew)", "expired TTL")
"""What the specification refuses for its time alone: a secret in a repository has no end of life."""


def opened_as_ours(vector: dict) -> bytes:
    """Open a vector's token where it would stand in a repository."""
    token = parse(f"gm1.default.k1.{vector['token']}")
    return fernet.opened(base64.urlsafe_b64decode(vector["secret"]), token.raw)


@pytest.mark.parametrize("vector", [*FERNET["verify"], *FERNET["generate"]], ids=lambda v: v["now"])
def test_the_specification_s_tokens_open(vector):
    assert opened_as_ours(vector) == vector["src"].encode()


def test_the_specification_s_token_is_made_of_its_parts():
    vector = FERNET["generate"][0]
    at = int(datetime.fromisoformat(vector["now"]).timestamp())
    library = Fernet(vector["secret"])
    made = library._encrypt_from_parts(vector["src"].encode(), at, bytes(vector["iv"]))
    assert made.decode() == vector["token"]


@pytest.mark.parametrize("vector", FERNET["invalid"], ids=lambda v: v["desc"])
def test_the_specification_s_invalid_tokens_are_refused(vector):
    if vector["desc"] in WITHOUT_A_CLOCK:
        assert opened_as_ours(vector) == Fernet(vector["secret"]).decrypt(vector["token"])
        return
    with pytest.raises((ValueError, GmconfigError)):
        opened_as_ours(vector)


@pytest.mark.parametrize("at", [9, 25], ids=["incorrect iv", "payload padding"])
def test_a_token_that_is_signed_but_padded_wrongly_is_refused(at):
    raw = base64.urlsafe_b64decode(SPEC)[:-32]
    changed = raw[:at] + bytes([raw[at] ^ 0xFF]) * 16 + raw[at + 16 :]
    with pytest.raises(ValueError, match="padding"):
        fernet.opened(SPEC_KEY, changed + hmac.digest(SPEC_KEY[:16], changed, "sha256"))


def test_a_value_is_bound_to_its_variables_in_any_order():
    host, site = ("host", "h1"), ("site", "s1")
    keys = [
        seal.value_key(KEY, "default", "abc", Context("settings", None, ("a",), variables=given))
        for given in ((host, site), (site, host), (host,), ())
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
