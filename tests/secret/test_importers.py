"""Files of other tools that were tampered with, cut off, or made to hurt."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gmconfig.errors import AccessDenied, GmconfigError
from gmconfig.secret.importer.keyring import KeyRing
from gmconfig.secret.importer.registry import IMPORTERS
from gmconfig.secret.importer.sops_cipher import plain_bytes
from tests.peers import Sops

PLAIN = """\
database:
  user: trader # who
  password: hunter2-hunter2
  tls: true
  key: |
    line one
    line two
"""


@pytest.fixture(scope="module")
def sops(tmp_path_factory) -> Sops:
    return Sops(tmp_path_factory.mktemp("sops"))


def opened(sops: Sops, file):
    return IMPORTERS["sops"](file.read_bytes(), file.name, KeyRing({"SOPS_AGE_KEY_FILE": str(sops.key)}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("user: trader", "user: mallory"),
        ("data:", "data:A"),
        ("type:str", "type:int"),
        ("tls: true", "tls: false"),
        ("AES256_GCM", "AES128_GCM"),
    ],
)
def test_a_file_that_was_tampered_with_is_refused(sops, old, new):
    file = sops.encrypt("x.yaml", PLAIN, "    encrypted_regex: ^(password|key)$\n")
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(GmconfigError) as refused:
        opened(sops, file)
    assert "hunter2" not in str(refused.value)


def test_swapped_values_and_a_missing_mac_are_refused(sops):
    file = sops.encrypt("x.yaml", "a: first-value\nb: second-value\n")
    lines = file.read_text().splitlines()
    swapped = [lines[1].replace("b:", "a:"), lines[0].replace("a:", "b:"), *lines[2:]]
    file.write_text("\n".join(swapped) + "\n")
    with pytest.raises(AccessDenied):
        opened(sops, file)
    file.write_text("\n".join(line for line in lines if "mac:" not in line) + "\n")
    with pytest.raises(AccessDenied):
        opened(sops, file)


@pytest.mark.parametrize("peer", ["sops", "ansible-vault", "eyaml", "dotenv"])
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"{",
        b"[" * 5000,
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: [" + b"*b, " * 100 + b"*b]\n",
        b"sops: {mac: 1}\n",
        b"sops: {age: [{enc: x}], mac: x}\na: 1\n",
        b'{"sops": {"age": 3}}',
        b"$ANSIBLE_VAULT;1.1;AES256\n" + b"61" * 40,
        b"$ANSIBLE_VAULT;9.9;AES256\n61",
        b"$ANSIBLE_VAULT;1.1;AES256\nzz\n",
        b"a: !vault |\n  $ANSIBLE_VAULT\n",
        b"a: ENC[PKCS7,MIIB]\n",
        b"a: ENC[PKCS7,=====]\n",
        b"a: ENC[GPG,abcd]\n",
        b"sops_mac=x\nbroken\n",
        b"A='never closed\n",
        b"not an assignment at all\n",
    ],
)
def test_hostile_files_are_refused_in_one_line(tmp_path, peer, raw):
    import pyrage

    key = tmp_path / "key"
    key.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    try:
        IMPORTERS[peer](raw, "x.yaml", KeyRing({}, [str(key)]))
    except GmconfigError as error:
        assert error.exit_code in (3, 4)
        assert "\n" not in str(error)


@pytest.mark.parametrize("peer", IMPORTERS)
@given(raw=st.binary(max_size=80))
@settings(max_examples=30)
def test_whatever_bytes_come_nothing_else_is_raised(peer, raw):
    with contextlib.suppress(GmconfigError):
        IMPORTERS[peer](raw, "x.yaml", KeyRing({"ANSIBLE_VAULT_PASSWORD_FILE": __file__}))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_without_exponents(number):
    text = plain_bytes(number).decode()
    assert "e" not in text
    assert float(text) == number


def test_nothing_shows_a_value(tmp_path):
    (tmp_path / ".env").write_text("A=unmistakable\n")
    imported = IMPORTERS["dotenv"]((tmp_path / ".env").read_bytes(), ".env", KeyRing({}))
    assert "unmistakable" not in repr((imported, imported.leaves, KeyRing({"SOPS_AGE_KEY": "unmistakable"})))
