"""Identities: from one seed, an SSH key or a passphrase; found in the designed order, kept privately."""

from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.errors import AccessDenied, BrokenConfiguration, GmconfigError, NotFound, Refused, UsageError
from gmconfig.secret import canonical
from gmconfig.secret.access.founding import found, founder
from gmconfig.secret.access.policy import Member
from gmconfig.secret.keyring import bech32, identity, passphrase, signature, sources, ssh
from gmconfig.secret.keyring.sources import Sources
from gmconfig.secret.seal import commitment, scope_private_key

KEYS = json.loads(Path(__file__).with_name("vectors-keys.json").read_text())
PHRASE = "correct horse battery staple"


def member(one: identity.Identity, name: str = "alice", **more) -> dict[str, Member]:
    return {name: Member(name, one.recipient, one.verifier, **more)}


def ssh_key(folder: Path, kind: str = "ed25519", secret: str = "", name: str | None = None) -> Path:
    path = folder / (name or f"id_{kind}")
    path.parent.mkdir(parents=True, exist_ok=True)
    size = ["-b", "2048"] if kind == "rsa" else []
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, *size, "-N", secret, "-C", "me@host", "-f", path], check=True
    )
    return path


def test_the_keys_of_a_seed_are_frozen():
    one = identity.SeedIdentity(bytes.fromhex(KEYS["seed"]), "test")
    assert (one.text(), one.recipient, one.verifier) == (KEYS["identity"], KEYS["age"], KEYS["verify"])


def test_the_commitment_and_public_key_of_a_scope_are_frozen():
    names = (bytes.fromhex(KEYS["scope_key"]), KEYS["scope"], KEYS["generation"])
    assert commitment(*names).hex() == KEYS["commitment"]
    assert scope_private_key(*names).public_key().public_bytes_raw().hex() == KEYS["scope_public"]


@given(st.binary(max_size=70))
def test_bech32_reads_what_it_wrote_and_no_changed_letter(content):
    text = bech32.encode("gmconfig-identity-", content)
    assert (
        bech32.decode("gmconfig-identity-", text)
        == content
        == bech32.decode("gmconfig-identity-", text.upper())
    )
    for at in range(len("gmconfig-identity-1"), len(text)):
        assert (
            bech32.decode(
                "gmconfig-identity-", text[:at] + ("q" if text[at] != "q" else "p") + text[at + 1 :]
            )
            is None
        )


def test_bech32_agrees_with_age():
    one = pyrage.x25519.Identity.generate()
    raw = bech32.decode("age-secret-key-", str(one))
    assert bech32.encode("age-secret-key-", raw).upper() == str(one)


def test_an_identity_reads_back_from_its_text_with_its_root():
    one = identity.generate()
    root = "ab" * 32
    assert identity.parse(one.text(), "x").seed == one.seed
    assert identity.parse(one.text(root), "x").root == root
    assert identity.parse(sources.file_text(one), "x").seed == one.seed


@pytest.mark.parametrize("text", ["", "x", "GMCONFIG-IDENTITY-1", "AGE-SECRET-KEY-1QQ", "a\nb"])
def test_a_broken_identity_is_refused_without_quoting_it(text):
    with pytest.raises(BrokenConfiguration, match="GMCONFIG_IDENTITY does not hold an identity"):
        identity.parse(text, "GMCONFIG_IDENTITY")


def test_an_identity_does_not_show_its_seed():
    one = identity.generate()
    assert one.seed.hex() not in repr(one) and repr(one.seed) not in repr(one) and one.text() not in repr(one)
    assert one.text() not in repr(Sources({"GMCONFIG_IDENTITY": one.text()}))


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_an_ssh_key_opens_and_signs(tmp_path, kind):
    one = ssh.load(ssh_key(tmp_path, kind), None)
    assert one.unwrap(identity.wrap(b"key", one.recipient)) == b"key"
    assert signature.is_signed_by(one.verifier, b"event", one.sign(b"event"))
    assert not signature.is_signed_by(one.verifier, b"other", one.sign(b"event"))


def test_an_ssh_signature_is_one_that_ssh_keygen_accepts(tmp_path):
    from base64 import b64encode

    one = ssh.load(ssh_key(tmp_path), None)
    blob = one.verifier.split()[1]
    from base64 import b64decode

    def string(part: bytes) -> bytes:
        return len(part).to_bytes(4, "big") + part

    proof = string(b"ssh-ed25519") + string(one.sign(b"event"))
    sshsig = (
        b"SSHSIG"
        + (1).to_bytes(4, "big")
        + b"".join(map(string, (b64decode(blob), signature.SSH_NAMESPACE, b"", b"sha512", proof)))
    )
    text = b64encode(sshsig).decode()
    lines = "\n".join(text[at : at + 70] for at in range(0, len(text), 70))
    (tmp_path / "sig").write_text(f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n")
    (tmp_path / "allowed").write_text(f"me {one.verifier}\n")
    command = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        tmp_path / "allowed",
        "-I",
        "me",
        "-n",
        "event@gmconfig",
        "-s",
        tmp_path / "sig",
    ]
    assert (
        subprocess.run(
            command, input=signature.DOMAIN + b"event", capture_output=True, check=False
        ).returncode
        == 0
    )


def test_an_ssh_key_with_a_passphrase_is_asked_for(tmp_path):
    path = ssh_key(tmp_path, secret="phrase")
    assert ssh.load(path, lambda _: "phrase").verifier == ssh.public_half(path)
    with pytest.raises(NotFound, match="needs its passphrase"):
        ssh.load(path, None)
    with pytest.raises(AccessDenied, match="does not fit"):
        ssh.load(path, lambda _: "other")


def test_the_public_half_of_a_locked_ssh_key_is_known_without_its_pub_file(tmp_path):
    path = ssh_key(tmp_path, secret="phrase")
    known = ssh.public_half(path)
    path.with_name("id_ed25519.pub").unlink()
    assert ssh.public_half(path) == known


def test_a_passphrase_opens_the_seed_and_another_does_not():
    one = identity.generate()
    sealed = passphrase.protect(one, PHRASE, passphrase.FEWEST_ITERATIONS)
    assert passphrase.unlock(sealed, PHRASE, "x").seed == one.seed
    with pytest.raises(AccessDenied):
        passphrase.unlock(sealed, PHRASE + "!", "x")


def test_a_short_passphrase_is_refused():
    with pytest.raises(UsageError, match="at least 12"):
        passphrase.protect(identity.generate(), "short")


@pytest.mark.parametrize("iterations", [1, 599_999, 10_000_001, True, "600000"])
def test_iterations_outside_the_limits_are_refused(iterations):
    tree = passphrase.protect(identity.generate(), PHRASE, passphrase.FEWEST_ITERATIONS).tree()
    with pytest.raises(ValueError, match="iterations"):
        passphrase.SealedSeed.from_tree({**tree, "iterations": iterations})


def test_the_default_is_the_documented_cost():
    assert (passphrase.ITERATIONS, passphrase.FEWEST_ITERATIONS, passphrase.MOST_ITERATIONS) == (
        1_200_000,
        600_000,
        10_000_000,
    )


def test_sources_are_tried_in_their_order(isolated, tmp_path):
    makers = [identity.generate() for _ in range(5)]
    members = {f"m{n}": Member(f"m{n}", one.recipient, one.verifier) for n, one in enumerate(makers)}
    for n, name in ((0, "first"), (2, "third")):
        (tmp_path / name).write_text(sources.file_text(makers[n]))
    (tmp_path / "fourth.sh").write_text(f"#!/bin/sh\necho {makers[3].text()}\n")
    (tmp_path / "fourth.sh").chmod(0o700)
    sources.keep(Sources({"HOME": str(isolated)}), makers[4])
    environment = {
        "GMCONFIG_IDENTITY": makers[1].text(),
        "GMCONFIG_IDENTITY_FILE": str(tmp_path / "third"),
        "GMCONFIG_IDENTITY_COMMAND": str(tmp_path / "fourth.sh"),
        "HOME": str(isolated),
    }
    used = [sources.find(Sources(environment, str(tmp_path / "first")), members).member]
    for name in ("GMCONFIG_IDENTITY", "GMCONFIG_IDENTITY_FILE", "GMCONFIG_IDENTITY_COMMAND", None):
        used.append(sources.find(Sources(environment), members).member)
        environment.pop(name, None) if name else None
    assert used == ["m0", "m1", "m2", "m3", "m4"]


def test_an_ssh_key_is_used_only_if_it_is_a_member(isolated):
    path = ssh_key(isolated / ".ssh", secret="phrase")
    here = Sources({"HOME": str(isolated)}, ask=lambda _: "phrase")
    one = ssh.load(path, here.ask)
    assert sources.find(here, member(one)).member == "alice"

    def ask(question: str) -> str:
        raise AssertionError("asked for the passphrase of a key that is not a member")

    with pytest.raises(NotFound, match="no identity was found"):
        sources.find(Sources({"HOME": str(isolated)}, ask=ask), member(identity.generate()))


def test_a_passphrase_in_the_environment_finds_its_member(tmp_path):
    one = identity.generate()
    members = member(one, sealed_seed=passphrase.protect(one, PHRASE, passphrase.FEWEST_ITERATIONS))
    (tmp_path / "phrase").write_text(PHRASE + "\n")
    for environment in (
        {"GMCONFIG_PASSPHRASE": PHRASE},
        {"GMCONFIG_PASSPHRASE_FILE": str(tmp_path / "phrase")},
    ):
        assert sources.find(Sources(environment), members).member == "alice"
    with pytest.raises(AccessDenied, match="fits no member"):
        sources.find(Sources({"GMCONFIG_PASSPHRASE": PHRASE + "x"}), members)


def test_the_kept_identity_is_private_and_never_overwritten(isolated):
    here = Sources({"HOME": str(isolated)})
    sources.keep(here)
    assert stat.S_IMODE(here.own_file.stat().st_mode) == 0o600
    with pytest.raises(Refused, match="never overwritten"):
        sources.keep(here)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"HOME": ""},
        {"GMCONFIG_IDENTITY_FILE": "/nowhere"},
        {"GMCONFIG_IDENTITY_COMMAND": "/nowhere"},
        {"GMCONFIG_IDENTITY_COMMAND": "sh -c 'echo x; exit 1'"},
        {"GMCONFIG_IDENTITY_COMMAND": "'"},
    ],
)
def test_without_home_or_identity_the_error_says_what_to_do(environment):
    with pytest.raises(GmconfigError) as caught:
        sources.find(Sources(environment), {})
    assert caught.value.hint and caught.value.exit_code == 3


def test_describe_names_the_source_and_the_member_but_no_secret(isolated):
    one = identity.generate()
    text = sources.describe(Sources({"GMCONFIG_IDENTITY": one.text()}), member(one))
    assert text == 'GMCONFIG_IDENTITY: member "alice"'
    assert "no identity" in sources.describe(Sources({"HOME": str(isolated)}), {})
    assert "no member" in sources.describe(Sources({"GMCONFIG_IDENTITY": one.text()}), {})


def test_a_given_identity_founds_without_writing_outside_the_repository(isolated):
    one = identity.generate()
    used, _ = founder(Sources({"HOME": str(isolated), "GMCONFIG_IDENTITY": one.text()}))
    assert used.verifier == one.verifier
    founder(Sources({"HOME": str(isolated), "GMCONFIG_PASSPHRASE": PHRASE}))
    assert not (isolated / ".config").exists()


def test_the_founder_without_an_identity_gets_a_kept_one(isolated):
    here = Sources({"HOME": str(isolated)})
    used, _ = founder(here)
    assert founder(here)[0].verifier == used.verifier == sources.own(here).verifier


@pytest.mark.parametrize("kind", ["seed", "passphrase", "ssh"])
def test_every_kind_of_member_can_found_seal_and_open(world, tmp_path, kind):
    from tests.secret.conftest import NOW

    home = {
        "seed": {"GMCONFIG_IDENTITY": identity.generate().text()},
        "passphrase": {"GMCONFIG_PASSPHRASE": PHRASE},
        "ssh": {},
    }[kind]
    here = Sources(home, str(ssh_key(tmp_path)) if kind == "ssh" else None)
    who, sealed_seed = founder(here)
    founding = found("bo", who, sealed_seed=sealed_seed, now=NOW)
    world.root = tmp_path / "other"
    world.root.mkdir()
    world.write(founding.files)
    vault = world.vault(here, founding.root)
    from gmconfig.secret.file.draft import Draft
    from gmconfig.secret.token import Context, Sealed

    context = Context("settings", None, ("a",))
    draft = Draft(vault, "set", now=NOW)
    token = draft.seal(context, "one")
    world.write(draft.files())
    assert world.vault(here, founding.root).open(Sealed(token, context)) == "one"


@pytest.mark.parametrize(
    "key", ["", "ed25519:", "ed25519:AAAA", "ssh-rsa AAAA", "ssh-dss AAAA", "ed25519:" + "A" * 43 + "B"]
)
def test_what_is_no_public_key_is_told(key):
    assert not signature.is_public_key(key)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_canonical_json_has_one_form(tree):
    raw = canonical.dumps(tree)
    assert canonical.loads(raw, "it") == tree == json.loads(raw)


def test_canonical_json_orders_keys_as_the_rfc_does():
    tree = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7}
    assert list(json.loads(canonical.dumps(tree)).values()) == [2, 4, 6, 7, 1, 5, 3]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b"1.0",
        b"NaN",
        b"\xff",
        b"9007199254740993",
        b'"\\u0041"',
        b"[" * 99999,
    ],
)
def test_any_other_form_is_refused(raw):
    with pytest.raises(BrokenConfiguration):
        canonical.loads(raw, "it")
