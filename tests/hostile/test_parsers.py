"""Every parser of text that others wrote: a value or an error of ours, whatever the text and however long."""

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gmconfig.api.deploy.promoting import _globs
from gmconfig.automation.rules.schedule import Schedule
from gmconfig.backup import contents, live, manifest
from gmconfig.backup.bundle import header
from gmconfig.cli.deploy.arguments import seconds as cli_seconds
from gmconfig.config import placeholder
from gmconfig.config.schema.typed import typed
from gmconfig.errors import GmconfigError
from gmconfig.flag import moment
from gmconfig.flag.event import line
from gmconfig.flag.flagd import version
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.imported import imported
from gmconfig.flag.ofrep import body
from gmconfig.path import KeyPath
from gmconfig.project import window
from gmconfig.project.consistency import check, merge_key
from gmconfig.project.names import is_name
from gmconfig.project.pattern import Pattern
from gmconfig.project.span import AGE, KEEP, WAIT
from gmconfig.project.target_keys import is_mode
from gmconfig.record import note
from gmconfig.secret import canonical, token
from gmconfig.secret.access import generation
from gmconfig.secret.access import reading as access
from gmconfig.secret.importer import ansible, dotenv, eyaml, sops
from gmconfig.secret.importer.keyring import KeyRing
from gmconfig.secret.keyring import bech32, identity
from gmconfig.secret.keyring.signature import is_public_key
from gmconfig.secret.log import event
from gmconfig.secret.named import chunks, due
from gmconfig.secret.scan.suspicion import suspects
from gmconfig.storage import yaml
from gmconfig.storage.git.message import compose_message, split_message
from gmconfig.target import marker
from gmconfig.target.formats import FORMATS
from gmconfig.target.kinds.etcd.note import note_in
from gmconfig.target.kinds.ssh.connection import Address
from gmconfig.validate import source
from gmconfig.validate.automation_rules import logic_problems, matches, rule_problems
from gmconfig.validate.schema import formats as schema_formats
from gmconfig.validate.schema import pattern as schema_pattern
from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]

NOW = datetime(2026, 11, 23, tzinfo=UTC)
KEYS = KeyRing({})


def schedule(text: str) -> object:
    """Ask for the next time only of what passes the check, as the program does."""
    found = list(rule_problems("x", {"schedule": text, "do": "correct-drift"}))
    return found or Schedule(text).next(NOW)


def rule(text: str) -> object:
    """Evaluate a rule for targeting."""
    try:
        logic = json.loads(text)
    except (ValueError, RecursionError):
        logic = text
    flag = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "off"}
    flags = FlagSet({"flags": {"a": {**flag, "targeting": logic}}})
    return list(logic_problems(logic, ())), flags.evaluate("a", "ada", {"x": text})


def tree_of(text: str) -> object:
    return yaml.load(text.encode("utf-8", "surrogatepass"), "x.yaml")


def raw(words: Callable[[bytes], object], *also: type[Exception]) -> Callable[[str], object]:
    """Give a reader of bytes as one of text; `also` is what it says in its docstring that it raises."""

    def read(text: str) -> object:
        try:
            return words(text.encode("utf-8", "surrogatepass"))
        except also:
            return None

    return read


TEXT: dict[str, tuple[Callable[[str], object], str]] = {
    "path": (KeyPath.parse, 'a."b.c"[0][name=x].**[-1]#2:'),
    "placeholder": (placeholder.parse, "${CONFIG:a.b:${SECRET:x}-$${y"),
    "typed": (typed, "0x1F 1e9 2026-01-01 [a: 1]"),
    "pattern": (Pattern, "config/{document}/{environment}.yaml"),
    "merge key": (merge_key, "markets.**[*]"),
    "name": (is_name, "a-b.c_d"),
    "duration": (lambda text: WAIT.accepts(text) and cli_seconds(text, ""), "500ms 10m 2h"),
    "mode": (is_mode, "0640"),
    "period": (AGE.seconds, "90d 12w 6m 1y"),
    "day": (due.day, "2027-01-31T00:00:00Z"),
    "span": (KEEP.seconds, "30d 12h 2w"),
    "moment": (moment.seconds, "2026-11-23T08:00:00+01:00"),
    "version": (lambda text: version.sem_ver({}, text, "^", "1.2.3-rc.1+b"), "v1.2.3-alpha.1+build"),
    "schedule": (schedule, "*/5 0-23 L 1,2 MON#2 @daily"),
    "rule": (rule, '{"if": [{">": [{"var": "x"}, 1]}, "on", {"fractional": ["on", 50]}]}'),
    "pattern of events": (lambda text: matches(text, "config.changed"), "config.*"),
    "window": (
        lambda text: list(
            window.windows([{"environments": [text], "from": text, "until": text, "timezone": text}])
        ),
        "Fri 16:00 Europe/Berlin 2026-12-24T00:00:00Z",
    ),
    "address": (Address.parse, "user@[::1]:22"),
    "token": (token.parse, "gm1.default.aaaa.gAAAAA=="),
    "age key": (lambda text: bech32.decode("age", text), "age1qyqszqgpqyqszqgp"),
    "public key": (is_public_key, "ed25519:AAAA="),
    "identity": (lambda text: identity.parse(text, "x"), "gmconfig-identity-1qqqq\n# comment"),
    "message": (lambda text: compose_message(split_message(text)[1], {"A": text}), "a\n\nb\n\nKey: value\n"),
    "promoted": (_globs, '["a.**", "b"]'),
    "secrets in it": (
        lambda text: suspects(text.encode("utf-8", "replace"), "x.yaml"),
        "password: 'hunter2' ghp_",
    ),
    "project file": (lambda text: check(tree_of(text)), "environments: {a: {}}\ntargets: {w: {path: /x}}\n"),
    "access": (lambda text: access.parse(tree_of(text)), "members: {ann: {age: age1x, verify: y}}\n"),
    "flagd": (
        lambda text: imported(tree_of(text)),
        '{"flags": {"a": {"state": "ENABLED", "variants": {"on": 1}}}}',
    ),
    "formats of schemas": (
        lambda text: [one(text) for name, one in vars(schema_formats).items() if name.startswith("is_")],
        "2026-01-01T00:00:00Z a@b.c 1.2.3.4 ::1 (a+)+$",
    ),
    "pattern of schemas": (lambda text: schema_pattern.matches(f"^[{text[:3]}]*$", text), "a-z0-9\\ud[^]"),
    "yaml": (raw(lambda text: yaml.load_all(text, "x")), "a: &x [1, *x]\n? b\n: |\n  c\n--- !!int 3\n"),
    "json": (raw(lambda text: source.documents_of(text, "x.json")), '{"a": [1e9, "\\u0000", null]}'),
    "toml": (raw(lambda text: source.documents_of(text, "x.toml")), "[a]\nb = 1979-05-27T07:32:00Z\n[[c]]\n"),
    "dotenv": (raw(lambda text: dotenv.read(text, "x", KEYS)), "export A='b'\nC=\"d\\n\"\n"),
    "sops": (
        raw(lambda text: sops.read(text, "x.yaml", KEYS)),
        "a: ENC[AES256_GCM,data:x,iv:y]\nsops: {mac: x}\n",
    ),
    "ansible": (raw(lambda text: ansible.read(text, "x.yaml", KEYS)), "$ANSIBLE_VAULT;1.1;AES256\n6162\n"),
    "eyaml": (raw(lambda text: eyaml.read(text, "x.yaml", KEYS)), "a: ENC[PKCS7,MIIBeQ==]\n"),
    "event": (
        raw(line.read, ValueError),
        '{"name": "feature_flag.evaluation", "timestamp": "2026-01-01T00:00:00Z"}',
    ),
    "request": (raw(body.asked, body.BadRequest), '{"context": {"targetingKey": "a"}}'),
    "secret event": (raw(lambda text: event.read(text, "x")), '{"time": "2026-01-01T00:00:00Z"}'),
    "generation": (raw(lambda text: generation.read(text, "x")), '{"scope": "default"}'),
    "canonical": (raw(lambda text: canonical.loads(text, "x")), '{"a":1}\n'),
    "chunks": (raw(chunks.chunks), "a:\n  b: 1\nc: 2\n"),
    "marker": (raw(marker.read), '{"release": "a", "files": {}}'),
    "note": (raw(lambda text: note.parsed(text, "x")), '{"time": "2026-01-01T00:00:00Z"}'),
    "note in etcd": (raw(note_in), '{"commit": "x"}'),
    "manifest": (raw(lambda text: manifest.of_bytes(text, "x")), '{"format": 1}'),
    "contents": (raw(contents.of_bytes), '{"refs": {}}'),
    "live": (raw(live.of_bytes), "[{}]"),
    "bundle": (raw(header), "# v2 git bundle\n"),
} | {f"live {name}": (raw(form.read), "a: 1\nb=2\nc.d=\\u00e9\n") for name, form in FORMATS.items()}

ODD = [
    "\0",
    "\ud800",
    "\x85",
    "\u2028",
    "\u202e",
    "１",
    "²",
    "\ufeff",
    "1" * 5_000,
    "9" * 400,
    "-",
    "é" * 300,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "a/" * 999,
    "../" * 9,
    "*" * 99,
    "(" * 999,
]


@st.composite
def damaged(draw: st.DrawFn, seed: str) -> str:
    """Draw a text that begins as a sound one: pieces of it in any order, with odd ones between."""
    words = st.text(st.sampled_from(sorted(set(seed))), max_size=12)
    piece = st.one_of(st.just(seed), words, st.sampled_from(ODD), st.text(max_size=8))
    return "".join(draw(st.lists(piece, max_size=6)))


def asked(name: str, examples: int) -> None:
    """Ask a parser for what many texts mean."""
    parse, seed = TEXT[name]

    @settings(max_examples=examples)
    @given(damaged(seed))
    def law(text: str) -> None:
        try:
            parse(text)
        except GmconfigError as error:
            assert str(error)

    law()


@pytest.mark.parametrize("name", TEXT)
def test_a_value_or_an_error_of_ours(name: str):
    asked(name, 8)


@pytest.mark.long
@pytest.mark.parametrize("name", TEXT)
def test_a_value_or_an_error_of_ours_for_long(name: str):
    asked(name, 2_000)


@pytest.mark.long
@pytest.mark.parametrize("name", TEXT)
def test_however_long(name: str):
    parse, seed = TEXT[name]
    for text in (
        *(sign * 20_000 for sign in sorted(set(seed))),
        seed * 2_000,
        seed[: len(seed) // 2] * 2_000,
    ):
        try:
            parse(text)
        except GmconfigError as error:
            assert len(str(error)) <= len(text) + 1_000


NUMBERS = ("²", "1" * 5_000, "٣", "-²", "1e5", "0x10")


def test_what_python_calls_a_digit_is_not_always_a_number(cli, trading: Path):
    for number in NUMBERS:
        for text in (f"a[{number}]", f"#{number}:a", f"{number}d", f"host:{number}", f"[::1]:{number}"):
            for parse in (KeyPath.parse, AGE.seconds, KEEP.seconds, Address.parse):
                with contextlib.suppress(GmconfigError):
                    parse(text)
        assert not WAIT.accepts(f"{number}s")
    for number in NUMBERS[:2]:
        for words in (
            "config get settings --at",
            "validate --at",
            "flag simulate checkout --users",
            "deploy show",
        ):
            answer = cli(*words.split(), f"v{number}" if "--at" in words else f"production-{number}")
            assert answer.code in (2, 3), (words, answer)
