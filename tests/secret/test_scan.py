"""What a scan finds in a text, and what it leaves alone."""

import base64
import json
import secrets
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gmconfig.finding import Place
from gmconfig.secret.scan import suspicion
from gmconfig.secret.scan.exact import Searcher
from gmconfig.secret.scan.formats import FORMATS
from gmconfig.secret.scan.hit import Hit, apart, lines_of, spot_of
from gmconfig.secret.scan.needles import needles_of
from gmconfig.secret.scan.suspicion import suspects
from gmconfig.storage import yaml
from gmconfig.validate.spotted import keys_at

VALUE = 'p4ss "wörd"/+&x'
SAMPLES = {
    "a private key": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----",
    "an age identity": "AGE-SECRET-KEY-1" + "Q" * 58,
    "a gmconfig identity": "GMCONFIG-IDENTITY-1" + "Q" * 58,
    "an AWS access key": "AKIA" + "Z5XW" * 4,
    "a GitHub token": "ghp_" + "a1B2" * 9,
    "a GitLab token": "glpat-" + "a1B2c" * 4,
    "a Slack token": "xoxb-" + "1234567890-abcdef",
    "a Slack webhook": "https://hooks.slack.com/services/T00/B00/" + "x1" * 12,
    "a Google API key": "AIza" + "aB3_-" * 7,
    "a Google OAuth secret": "GOCSPX-" + "aB3_" * 7,
    "a Stripe key": "sk_live_" + "a1B2" * 6,
    "an npm token": "npm_" + "a1B2" * 9,
    "a PyPI token": "pypi-AgE" + "a1B2" * 15,
    "a SendGrid key": "SG." + "a1" * 11 + "." + "b2" * 21 + "c",
    "a DigitalOcean token": "dop_v1_" + "ab12" * 16,
    "a HashiCorp Vault token": "hvs." + "a1B2" * 6,
    "an Azure storage key": "AccountKey=" + "a" * 86 + "==",
    "a Shopify token": "shpat_" + "ab12" * 8,
    "an OpenAI key": "sk-proj-" + "a1B2" * 8,
    "an Anthropic key": "sk-ant-" + "a1B2" * 8,
    "a Docker token": "dckr_pat_" + "a1B2" * 6,
    "a JSON web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.abcdefghijklmnop",
}


def rules(text: str | bytes, file: str = "config/settings.yaml") -> list[str]:
    return [hit.rule for hit in suspects(text.encode() if isinstance(text, str) else text, file)]


def found(text: bytes, value: object = VALUE) -> list[str]:
    return [hit.message for hit in Searcher(needles_of("it", value)).find(text)]


@pytest.mark.parametrize("name", FORMATS)
def test_every_known_format_is_found_and_not_shown(name):
    (hit,) = suspects(f"see: {SAMPLES[name]}\n".encode(), "notes.txt")
    assert (hit.rule, hit.message) == ("known-format", f"{name} stands here in plain")


@pytest.mark.parametrize(
    "line",
    [
        "db_password: hunter2!",
        "password: correct-horse-battery",
        "apiToken: 'a1b2c3d4e5'",
        "{user: bo, password: hunter2!}",
        '{"user": "bo", "client_secret": "a1b2c3d4"}',
        "DB_PASSWORD=hunter2!",
        "export JWT_SECRET_KEY=a1b2c3d4",
        "secret_key_base: a1b2c3d4e5f6",
        "tls:\n  private_key: |\n    a1b2c3d4e5f6\n",
        "- name: SESSION_SECRET\n  value: a1b2c3d4e5",
        "aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYk",
    ],
)
def test_a_literal_behind_a_telling_name_is_found(line):
    assert rules(line) == ["secret-name"]


@pytest.mark.parametrize(
    "line",
    [
        "password: ${SECRET:db_password}",
        "password: gm1.default.k3.gAAAAABabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN0123456789",
        "password: ENC[AES256_GCM,data:abc,iv:def,tag:x,type:str]",
        "password: '{{ vault_password }}'",
        "password: <your password>",
        "password: changeme",
        "password: !vault |",
        "password: *shared",
        "password_file: /run/secrets/db",
        "secretName: account-api-session-secret",
        "secretKeyRef:\n  name: signon-token\n  key: bearer_token",
        "token_ttl: 3600",
        "max_tokens: 4096",
        "token: bearer_token",
        "public_key: a1b2c3d4e5f6",
        "api_key: API_KEY_FROM_ENV",
        "createSecret: false",
        "password: [a, b]",
        "description: the password of the database",
        "password:\n  minimum_length: 12",
        "image: app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "integrity: sha512-Abc1Def2Ghi3Jkl4Mno5Pqr6Stu7Vwx8Yza9Bcd0Efg1Hij2Klm3Nop4Qrs5Tu==",
        "id: 768d0100-1296-4047-ad74-e307c4836a10",
        "url: postgresql://${USER}:${PASSWORD}@db:5432/x",
        "url: https://example.org/a/B1/c2?x=y",
        "class: AbstractSingletonProxyFactoryBean2Impl",
        "AWS_ACCESS_KEY_ID: AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_what_only_refers_to_a_secret_is_left_alone(line):
    assert rules(line) == []


def test_code_is_judged_by_its_quoted_literals_only():
    code = 'token = get_token()\ndef f(password: str, secret=None): ...\nAPI_KEY = "a1b2c3d4e5f6"\n'
    assert [spot_of(code.encode(), hit.start) for hit in suspects(code.encode(), "app.py")] == [(3, 12)]


def test_urls_with_passwords_and_random_values_are_found():
    assert rules("url: postgres://bo:s3cr3tpw@db/x") == ["password-in-url"]
    drawn = base64.b64encode(bytes(range(3, 250, 7))).decode()
    assert rules(f"gtm: {drawn}") == ["high-entropy"]
    assert rules(f"gtm: {drawn}", "poetry.lock") == []
    assert rules(b"\0" + drawn.encode()) == []


def test_a_name_that_says_what_is_public_excuses_looks_and_nothing_else():
    drawn = base64.b64encode(bytes(range(3, 250, 7))).decode()
    for name in ("gtm_auth", "googleTagManagerAuth", "RECAPTCHA_SITE_KEY", "client-id", "a.b.clientId"):
        assert rules(f"{name}: {drawn}") == [], name
        assert rules(f"- name: {name}\n  value: {drawn}\n") == [], name
        assert rules(f"{{name: {name}, {name}: {SAMPLES['a GitHub token']}}}") == ["known-format"], name
    for name in ("gtm", "auth", "client_id_file", "gtm_auth_token"):
        assert rules(f"{name}: {drawn}") != [], name
    assert rules(f"- name: gtm_auth\n- name: other\n  value: {drawn}\n") == ["high-entropy"]
    assert rules(f"client_id: x\nvalue: {drawn}\n") == ["high-entropy"]


def _lines():
    drawn = base64.b64encode(bytes(range(3, 250, 7))).decode()
    return st.sampled_from(
        [
            "a: 1", "- name: gtm_auth", "  value: " + drawn, f"gtm_auth: {drawn}", f"b: {drawn}", "password: |",
            "  hunter2-hunter2", "db_password: hunter2!", "name: db_password", "value: hunter2!", "# key: token",
            "url: postgres://bo:s3cr3tpw@db/x", "url: http://db", "mail: a@b", "", "key: ${SECRET:a}",
            SAMPLES["a GitHub token"], "cert: |", "  -----BEGIN PRIVATE KEY-----", "  MIIE",
        ]
    )  # fmt: skip


@given(files=st.lists(st.lists(_lines(), max_size=8), min_size=1, max_size=6))
def test_what_was_seen_before_changes_no_answer(files):
    texts = ["\n".join(lines).encode() for lines in files]
    warm = [suspects(text, "x.yaml") for text in texts]
    for text, hits in zip(texts, warm, strict=True):
        suspicion._harmless.clear()
        assert suspects(text, "x.yaml") == hits


def test_no_sealed_value_looks_random():
    for _ in range(2000):
        token = base64.urlsafe_b64encode(b"\x80" + secrets.token_bytes(72)).decode()
        assert rules(f"a:\n  value: gm1.default.k3abc.{token}\n", "secrets/common.yaml") == []
        assert rules(f"- gm1s.default.k3.{token[:43]}.{token}\n") == []


def test_the_place_is_counted_in_characters():
    raw = "\ufeffa: ü\n  'ü': x, password: hunter2!\n".encode()
    (hit,) = suspects(raw, "x.yaml")
    assert spot_of(raw, hit.start) == (2, 21)


@settings(max_examples=30)
@given(
    st.text("a\né ", max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)), max_size=6),
)
def test_the_earlier_of_two_that_overlap_stays_where_it_is(text, stretches):
    raw, hits = text.encode(), [Hit(start, start + size, "x", "x") for start, size in stretches]
    kept: list[Hit] = []
    for hit in hits:
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    assert apart(hits) == sorted(kept)
    for hit in kept:
        first = raw.count(b"\n", 0, hit.start) + 1
        assert spot_of(raw, hit.start).line == first
        assert [*lines_of(raw, hit)] == [*range(first, first + raw.count(b"\n", hit.start, hit.end) + 1)]


def test_a_file_of_nothing_but_secrets_is_looked_at_once():
    """Each of its thousands of values cost a look at all the others, and at all lines before it."""
    raw = b"".join(b"- {password: Xq9vTz%dkLm}\n" % n for n in range(3_000))
    stream, counted = yaml.compose(raw), Counted(raw)
    hits = suspects(raw, "x.yaml")
    assert [keys_at(stream, Place("x", *spot_of(counted, one.start))) for one in hits[::500]] == [
        (n, "password") for n in range(0, 3_000, 500)
    ]
    assert counted.looks <= 1


class Counted(bytes):
    """Bytes that know how often somebody counted in them."""

    looks = 0

    def count(self, *asked: object) -> int:
        self.looks += 1
        return super().count(*asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("", VALUE),
        (" (as base64)", base64.b64encode(VALUE.encode()).decode()),
        (" (as base64)", base64.b64encode(b"bo:" + VALUE.encode() + b":x").decode()),
        (" (as base64)", base64.urlsafe_b64encode(b"b:" + VALUE.encode()).decode()),
        (" (URL-encoded)", quote(VALUE, safe="")),
        (" (URL-encoded)", quote(VALUE, safe="").lower().replace("w%c3%b6rd", "w%c3%b6rd")),
        (" (escaped)", json.dumps({"a": VALUE})),
    ],
)
def test_a_known_value_is_found_in_the_usual_encodings(form, text):
    assert found(f"x = [{text}]".encode()) == [f"the value of it stands here in plain{form}"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Zx9-kq2L", base64.b64encode(b"bob:Zx9-kq2L")),
        ("it's-mine-99", b"'it''s-mine-99'"),
        ("it's-mine-99", b"export X='it'\\''s-mine-99'"),
        (SAMPLES["a private key"] * 2, base64.encodebytes((SAMPLES["a private key"] * 2).encode())),
    ],
)
def test_a_known_value_is_found_in_longer_words_within_quotes_and_in_wrapped_lines(value, text):
    assert len(found(text, value)) == 1
    assert found(b"another-word " + bytes(range(256)), value) == []


def test_a_key_of_many_lines_is_found_indented():
    key = "-----BEGIN KEY-----\n" + "\n".join("Ab1" * 20 + str(n) for n in range(3)) + "\n-----END KEY-----\n"
    assert found(key.replace("\n", "\n    ").encode(), key)


def test_short_and_plain_values_are_not_looked_for():
    assert needles_of("it", "short") == []
    assert needles_of("it", "aaaaaaaaaaaaaa") == []
    assert needles_of("it", True) == []
    assert found(b"xhunter2!y hunter2!x", "hunter2!") == ["the value of it stands here in plain"]
    assert found(b"12345678901234567", "12345678") == []


def test_no_representation_holds_a_value():
    needles = needles_of("it", "unmistakable-value")
    assert "unmistakable" not in repr((needles, Searcher(needles)))


@given(st.binary(max_size=60), st.binary(max_size=60), st.text(min_size=8, max_size=40))
def test_wherever_a_value_stands_it_is_found(before, after, value):
    needles = needles_of("it", value)
    whole = value.encode("utf-8", "surrogatepass").strip()
    if needles and len(whole) >= 16:
        assert found(before + whole + after, value)


def test_thousands_of_values_at_once():
    values = [secrets.token_urlsafe(24) for _ in range(2000)]
    searcher = Searcher(needle for n, value in enumerate(values) for needle in needles_of(str(n), value))
    text = "\n".join(f"key{n}: something that is long enough" for n in range(5000)) + f"\nx: {values[1234]}\n"
    assert [hit.message for hit in searcher.find(text.encode())] == ["the value of 1234 stands here in plain"]


def test_real_configuration_is_clean(conformance_data):
    folder = conformance_data / "govuk-app-config"
    found = {
        file.name: [(spot_of(raw, hit.start).line, hit.rule) for hit in suspects(raw, file.name)]
        for file in folder.glob("*.yaml")
        for raw in [file.read_bytes()]
    }
    # The gtm_auth values of Google Tag Manager are random, and public by their names, as the file says too.
    assert found == {
        "values-integration.yaml": [],
        "values-staging.yaml": [],
        "values-production.yaml": [],
    }


def test_our_own_examples_are_clean():
    root = Path(__file__).parents[2]
    for file in (root / "examples").rglob("*.*"):
        if file.is_file():
            assert suspects(file.read_bytes(), str(file.relative_to(root))) == [], file
