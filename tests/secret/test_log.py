"""The signed log and the policy: every changed character is refused, and only what an admin signed counts."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gmconfig.errors import BrokenConfiguration, GmconfigError, Refused
from gmconfig.path import Selector
from gmconfig.secret import canonical
from gmconfig.secret.access import generation
from gmconfig.secret.access import reading as access
from gmconfig.secret.access.founding import policy_text
from gmconfig.secret.access.rule import Rule
from gmconfig.secret.keyring import identity
from gmconfig.secret.log import event
from gmconfig.secret.log.ledger import Ledger, Memory
from gmconfig.secret.log.trust import read_policy
from gmconfig.secret.token import Context
from gmconfig.storage.cache import Cache
from gmconfig.storage.snapshot import WorkingTree
from gmconfig.storage.yaml import load

ME = identity.generate()
OTHER = identity.generate()
CONTENT = {
    "operation": "set",
    "actor": "alice",
    "time": "2026-11-22T16:40:01Z",
    "reason": "why",
    "root": "r",
    "policy": "p",
}
NAME, RAW = event.write(
    {
        **CONTENT,
        "changes": [
            {
                "document": "settings",
                "environment": None,
                "variables": {"host": "web"},
                "yaml": 1,
                "scope": "default",
                "generation": "k1",
                "values": [[["a", 0, {"by": ["name"], "is": "x"}], "f" * 64, ["e" * 64], "d" * 64]],
            }
        ],
    },
    ME,
)


def tree_of(world) -> dict:
    return json.loads(json.dumps(read_policy(WorkingTree(str(world.root))).tree))


def sign(world, tree: dict, *, by=None, actor: str = "alice", parents=None, minute: int = 41) -> str:
    content = {
        "operation": "access",
        "actor": actor,
        "time": f"2026-11-22T16:{minute}:00Z",
        "reason": "",
        "root": world.pin,
        "policy": canonical.digest(tree),
        "access": tree,
        "parents": parents or [world.pin],
    }
    name, raw = event.write(content, by or world.identity)
    path = world.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return event.read(raw, name).id


def put(world, tree: dict) -> None:
    (world.root / "access.yaml").write_bytes(policy_text(tree))


def with_member(tree: dict, name: str, one: identity.Identity, *may: str) -> dict:
    tree = json.loads(json.dumps(tree))
    tree["members"][name] = {"age": one.recipient, "verify": one.verifier}
    tree["grants"].append({"to": [name], "scopes": ["*"], "may": list(may)})
    return tree


def test_an_event_reads_back():
    read = event.read(RAW, NAME)
    assert (read.operation, read.actor, read.reason, read.key) == ("set", "alice", "why", ME.verifier)


@settings(max_examples=200)
@given(st.integers(0, len(RAW) - 1), st.integers(0, 255))
def test_every_changed_byte_of_an_event_is_refused(at, byte):
    changed = RAW[:at] + bytes([byte]) + RAW[at + 1 :]
    if changed == RAW:
        return
    time = json.loads(RAW)["time"]
    for name in (NAME, event.file_name(time, changed)):
        with pytest.raises(BrokenConfiguration):
            event.read(changed, name)


def test_an_event_under_another_name_is_refused():
    with pytest.raises(BrokenConfiguration, match="name does not fit"):
        event.read(RAW, NAME.replace("T1640", "T1641"))


def test_a_signature_for_another_purpose_is_no_event():
    tree = {"format": event.FORMAT, **CONTENT, "key": ME.verifier}
    from base64 import b64encode

    bare = ME._signing_key().sign(canonical.dumps(tree))
    raw = canonical.dumps({**tree, "signature": b64encode(bare).decode()})
    with pytest.raises(BrokenConfiguration, match="signature does not fit"):
        event.read(raw, event.file_name(CONTENT["time"], raw))


@pytest.mark.parametrize(
    "change",
    [
        {"changes": [{}]},
        {"changes": 7},
        {"generations": [{"scope": "x"}]},
        {"access": []},
        {"parents": [1]},
        {"surplus": 1},
        {"time": "yesterday"},
        {"actor": 7},
        {
            "changes": [
                {
                    "document": None,
                    "environment": None,
                    "variables": {},
                    "yaml": 1,
                    "scope": "s",
                    "generation": "g",
                    "values": [[[1.5], None, []]],
                }
            ]
        },
    ],
)
def test_a_signed_event_of_another_shape_is_refused(change):
    try:
        name, raw = event.write({**CONTENT, **change}, ME)
    except (TypeError, AttributeError):
        return
    with pytest.raises(BrokenConfiguration):
        event.read(raw, name)


def test_a_damaged_event_does_not_stop_the_others(world):
    sealed = world.seal("one", "a")
    (world.root / "secrets/log/2026/20260101T000000Z-00.json").write_text("{}")
    vault = world.vault()
    assert vault.open(sealed) == "one"
    assert [str(error.place.file) for error in vault.ledger.damaged] == [
        "secrets/log/2026/20260101T000000Z-00.json"
    ]


def test_proved_events_are_remembered_without_anything_decrypted(world, tmp_path):
    world.create("db", "canary-7Vq3")
    memory = Memory(Cache(str(tmp_path / "cache")), "log")
    snapshot = WorkingTree(str(world.root))
    first = Ledger.read(snapshot, memory)
    again = Ledger.read(snapshot, memory)
    assert [one.id for one in first] == [one.id for one in again]
    files = list((tmp_path / "cache").iterdir())
    assert files and not any(b"canary" in file.read_bytes() for file in files)


def test_a_new_event_joins_the_remembered_ones(world, tmp_path):
    memory = Memory(Cache(str(tmp_path / "cache")), "log")
    known = len(Ledger.read(WorkingTree(str(world.root)), memory).events)
    world.seal("one", "a")
    assert len(Ledger.read(WorkingTree(str(world.root)), memory).events) == known + 1


def _member(name: str, one: identity.Identity):
    from gmconfig.secret.access.policy import Member

    return Member(name, one.recipient, one.verifier)


NEW = generation.make("default", [_member("me", ME)], "p")
RECORD_FILE, WRAP_FILE = NEW.files


@settings(max_examples=80)
@given(st.integers(0, len(NEW.files[RECORD_FILE]) - 1), st.integers(0, 255))
def test_every_changed_byte_of_a_key_record_is_refused_or_known_by_its_digest(at, byte):
    raw = NEW.files[RECORD_FILE]
    changed = raw[:at] + bytes([byte]) + raw[at + 1 :]
    if changed == raw:
        return
    with contextlib.suppress(BrokenConfiguration):
        assert generation.read(changed, RECORD_FILE).digest != NEW.record.digest


@settings(max_examples=200)
@given(st.integers(0, len(NEW.files[WRAP_FILE]) - 1), st.integers(0, 255))
def test_every_changed_byte_of_a_wrapped_key_is_refused(at, byte):
    wrap = NEW.files[WRAP_FILE]
    changed = wrap[:at] + bytes([byte]) + wrap[at + 1 :]
    if changed != wrap:
        with pytest.raises(GmconfigError):
            generation.unwrapped(changed, NEW.record, "me", ME)


@settings(max_examples=80)
@given(
    st.integers(0, len(NEW.files[WRAP_FILE]) - 1), st.sampled_from([b"", b"\n", b"\r", b" ", b"=", b"-> x\n"])
)
def test_a_wrapped_key_with_more_or_less_in_it_never_gives_another_key(at, more):
    """age's header has forms that mean the same: what counts is that no other key ever comes out."""
    wrap = NEW.files[WRAP_FILE]
    with contextlib.suppress(GmconfigError):
        assert generation.unwrapped(wrap[:at] + more + wrap[at + 1 :], NEW.record, "me", ME) == NEW.key


def test_a_change_that_an_admin_signed_counts(world):
    tree = with_member(tree_of(world), "bo", OTHER, "read", "write")
    put(world, tree)
    sign(world, tree)
    trust = world.vault().trust
    assert trust.unsettled is None
    assert trust.allows("bo", "write", "default") and not trust.allows("bo", "admin", "*")


def test_a_change_that_no_admin_signed_counts_for_nothing(world):
    tree = with_member(tree_of(world), "bo", OTHER, "read", "write", "admin")
    put(world, tree)
    sign(world, tree, by=OTHER, actor="bo")
    sign(world, tree, by=OTHER, actor="alice", minute=42)
    trust = world.vault().trust
    assert not trust.allows("bo", "read", "default")
    assert len(trust.forged) == 2 and trust.unsettled == "access.yaml was changed without a signature"


POLICY = policy_text(
    {
        "members": {"alice": {"age": ME.recipient, "verify": ME.verifier}},
        "roles": {"operators": ["alice"]},
        "scopes": {"default": [], "payments": [{"secrets": ["stripe_*"], "environments": ["production"]}]},
        "grants": [{"to": ["operators"], "scopes": ["*"], "may": ["read", "write", "rotate", "admin"]}],
        "must_be_sealed": [{"document": "settings", "paths": ["database.password"]}],
    }
).decode()
DIGEST = access.parse(load(POLICY.encode())).digest


@settings(max_examples=300)
@given(st.integers(0, len(POLICY) - 1), st.characters(codec="utf-8") | st.sampled_from("\n #:-,[]{}\"'&*!"))
def test_every_changed_character_of_the_policy_is_refused_or_means_nothing(at, character):
    """access.yaml is a text that merges: comments and layout are free, and one digest stands for its content.

    Any other content is not what was signed (`trust` refuses to seal, `verify` reports), or is not a policy at all.
    """
    changed = POLICY[:at] + character + POLICY[at + 1 :]
    try:
        tree = load(changed.encode())
        found = access.parse(tree).digest
    except BrokenConfiguration:
        return
    assert (found == DIGEST) == (tree == load(POLICY.encode()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_character_of_the_signed_policy_stops_sealing(world, data):
    """In the file: unless the content is the same, nothing is sealed. In the log: the policy is gone."""
    name = data.draw(st.sampled_from(["access.yaml", world.vault().ledger.events[world.pin].file]))
    file = world.root / name
    before = file.read_text()
    at = data.draw(st.integers(0, len(before) - 1))
    character = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    file.write_text(before[:at] + character + before[at + 1 :])
    try:
        meaning = load(file.read_bytes()) if name == "access.yaml" else None
        trust = world.vault().trust
        trust.check_settled()
        assert meaning == load(before.encode()) or file.read_text() == before
    except GmconfigError:
        assert file.read_text() != before
    finally:
        file.write_text(before)


def test_who_was_an_admin_once_cannot_sign_after_the_version_that_ended_it(world):
    first = with_member(tree_of(world), "bo", OTHER, "admin")
    with_bo = sign(world, first)
    without = tree_of(world)
    ended = sign(world, without, parents=[with_bo], minute=42)
    sign(world, first, by=OTHER, actor="bo", parents=[ended], minute=43)
    trust = world.vault().trust
    assert not trust.allows("bo", "admin", "*") and trust.unsettled is None


def test_two_versions_side_by_side_grant_only_what_both_grant(world):
    bo, cy = (with_member(tree_of(world), name, OTHER, "read", "write") for name in ("bo", "cy"))
    first = sign(world, bo)
    second = sign(world, cy, minute=42)
    put(world, bo)
    trust = world.vault().trust
    assert not trust.allows("bo", "read", "default") and not trust.allows("cy", "read", "default")
    with pytest.raises(Refused, match="side by side"):
        trust.check_settled()
    merged = with_member(bo, "cy", OTHER, "read", "write")
    sign(world, merged, parents=[first, second], minute=43)
    put(world, merged)
    assert world.vault().trust.allows("cy", "read", "default")


def test_one_scope_claims_a_place_or_the_default_does():
    policy = access.parse(
        {
            "scopes": {
                "default": [],
                "pay": [
                    {"secrets": ["stripe_*"], "environments": ["production"]},
                    {"document": "billing", "paths": ["**.card_key"]},
                ],
            }
        }
    )

    def scope(document, environment, *path):
        return policy.scope_of(Context(document, environment, path))

    assert scope(None, "production", "stripe_key", "value") == "pay"
    assert scope(None, "staging", "stripe_key", "value") == "default"
    assert (
        scope("billing", None, "a", "card_key") == scope("billing", None, "a", "card_key", "inner") == "pay"
    )
    assert scope("billing", None, "a", "other") == scope("settings", None, "a", "card_key") == "default"


def test_two_scopes_that_claim_one_place_are_refused():
    policy = access.parse({"scopes": {"a": [{"document": "*"}], "b": [{"paths": ["x"]}]}})
    with pytest.raises(Refused, match='"a" and "b" at once'):
        policy.scope_of(Context("settings", None, ("x",)))


def test_rules_match_items_by_their_merge_key():
    from gmconfig.path import KeyPath

    path = ("users", Selector(("name",), "bo"), "password")
    for text, covered in (
        ("users[name=bo].password", True),
        ("users[*].password", True),
        ("users[name=al].password", False),
        ("users[0].password", False),
        ("**.password", True),
    ):
        assert Rule(paths=(KeyPath.parse(text),)).covers(Context("settings", None, path)) is covered


def test_roles_stand_for_their_members():
    policy = access.parse(
        {
            "members": {"al": {}},
            "roles": {"ops": ["al"]},
            "grants": [{"to": "ops", "scopes": ["a"], "may": ["read"]}],
        }
    )
    assert (
        policy.allows("al", "read", "a")
        and not policy.allows("al", "read", "b")
        and not policy.allows("bo", "read", "a")
    )
    assert policy.readers("a") == ()  # without keys there is nothing to wrap for


def test_places_that_must_be_sealed_are_known():
    policy = access.parse({"must_be_sealed": [{"document": "settings", "paths": ["database.password"]}]})
    assert policy.demands_sealing(Context("settings", "production", ("database", "password")))
    assert not policy.demands_sealing(Context("settings", "production", ("database", "host")))


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("mebers: {}\n", '"mebers" is not a section', 1),
        ("members:\n  al: {agee: x}\n", '"agee" is not a kind of key', 2),
        ("members:\n  al:\n    age: x\n    verify: y\n", "not a public key", 4),
        ("members:\n  al: {age: x}\n", 'member "al" has no "verify"', 2),
        ("members:\n  al: {ssh: 3}\n", '"members.al.ssh" has to be a text', 2),
        ("members:\n  ../al: {}\n", "cannot name a member", 2),
        ("scopes:\n  A: []\n", "not a scope's name", 2),
        ("grants:\n  - {to: [x], scopes: [a], may: [read]}\n", "neither a member nor a role", 2),
        (
            "roles: {r: []}\ngrants:\n  - {to: [r], scopes: [a], may: [reed]}\n",
            '"reed" is not an operation',
            3,
        ),
        ("grants:\n  - {to: [x]}\n", "a grant has exactly", 2),
        ("scopes:\n  a:\n    - {paths: ['a[']}\n", "is not a path", 3),
        ("members:\n  al: 1.5\n", "only text, whole numbers", 2),
        ("- a\n", "expected a map", 1),
    ],
)
def test_a_mistake_in_the_policy_is_placed(world, text, message, line):
    (world.root / "access.yaml").write_text(text)
    with pytest.raises(BrokenConfiguration, match=message) as caught:
        read_policy(WorkingTree(str(world.root)))
    assert (caught.value.place.file, caught.value.place.line) == ("access.yaml", line)


@pytest.mark.parametrize(
    ("name", "hint"), [("ops", "take the name out"), ("admni", 'did you mean "admins"?')]
)
def test_a_grant_to_somebody_who_is_gone_says_what_to_do(name, hint):
    with pytest.raises(BrokenConfiguration, match="neither a member nor a role") as caught:
        access.parse({"roles": {"admins": []}, "grants": [{"to": name, "scopes": "a", "may": "read"}]})
    assert hint in caught.value.hint


def test_the_example_in_the_reader_is_a_policy():
    import textwrap

    from gmconfig.storage.yaml import load

    text = textwrap.dedent(access.__doc__.split("\n\n")[1])
    tree = load(
        text.replace("age1…", ME.recipient)
        .replace("ed25519:…", ME.verifier)
        .replace("bob: {ssh: ssh-ed25519 AAAA…}", "bob: {}")
        .encode()
    )
    assert access.parse(tree).allows("alice", "read", "payments")


def test_founding_with_fixed_content_is_readable_by_people(world):
    text = Path(world.root, "access.yaml").read_text()
    assert text.startswith("# Who may read and write which secrets")
    assert "alice:" in text and world.identity.recipient in text


def founded(folder: Path, one: identity.Identity):
    from tests.secret.conftest import World

    folder.mkdir()
    world = World.__new__(World)
    world.root, world.identity = folder, one
    from gmconfig.secret.access.founding import found

    founding = found("alice", one)
    world.pin = founding.root
    world.write(founding.files)
    return world


def test_what_a_member_signed_for_another_repository_counts_for_nothing_here(world, tmp_path):
    import shutil

    other = founded(tmp_path / "other", world.identity)
    theirs = other.seal("theirs", "a")
    ours = world.seal("ours", "b")
    shutil.copytree(other.root / "secrets", world.root / "secrets", dirs_exist_ok=True)
    vault = world.vault()
    with pytest.raises(GmconfigError, match="no signed event"):
        vault.open(theirs)
    assert vault.open(ours) == "ours"
    assert len(vault.standing.current("default")) == 1


def test_who_may_write_one_scope_has_no_say_about_another(world):
    from gmconfig.secret.keyring.sources import Sources
    from gmconfig.secret.log.standing import fingerprint

    tree = tree_of(world)
    tree["scopes"]["a"] = [{"document": "a"}]
    tree["members"]["bo"] = {"age": OTHER.recipient, "verify": OTHER.verifier}
    tree["grants"].append({"to": ["bo"], "scopes": ["a"], "may": ["read", "write"]})
    put(world, tree)
    sign(world, tree)
    sealed = world.seal("one", "x")
    generation_ = str(sealed).split(".")[2]
    place = {"document": "settings", "environment": "production", "variables": {}, "yaml": 1}
    claims = [
        {**place, "scope": "a", "generation": generation_, "values": [[["x"], None, [fingerprint(sealed)]]]},
        {**place, "scope": "a", "generation": generation_, "values": [[["x"], fingerprint(sealed), []]]},
    ]
    for number, claim in enumerate(claims):
        content = {
            **CONTENT,
            "actor": "bo",
            "root": world.pin,
            "changes": [claim],
            "time": f"2026-11-23T00:00:0{number}Z",
        }
        name, raw = event.write(content, OTHER)
        (world.root / name).write_bytes(raw)
    assert world.vault().open(sealed) == "one"
    assert len(world.vault(Sources({})).standing.heads(sealed.context)) == 1


def test_a_few_questions_and_many_are_answered_alike(world):
    world.create("a", "one")
    world.change("a", "two")
    world.change("a", "two", owner="shop")
    world.create("b", "gone")
    world.seal("x", "list", 0)
    world.seal("y", "list", 0)
    draft = world.draft("delete")
    draft.drop(Context(None, "production", ("b", "value")))
    world.write(draft.files())

    many = world.vault().standing
    many.index()
    assert len(many.entries) == 5 and many.replaced and many.repeated
    for token, entry in many.entries.items():
        key_name = entry.scope, entry.generation
        for ask in (
            lambda one, token=token: one.replacement(token, "default"),
            lambda one, token=token, key_name=key_name: one.known(token, key_name),
            lambda one, context=entry.context: one.heads(context),
        ):
            assert ask(world.vault().standing) == ask(many)
    assert many.heads(Context(None, "production", ("b", "value"))) == []
    assert [one.token for one in many.heads(Context("settings", "production", ("list", 0)))] != []
