"""Named secrets and inline values in a real repository: written with their event, read, changed, moved."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gmconfig.errors import AccessDenied, BrokenConfiguration, NotFound, Refused, UsageError
from gmconfig.secret.file import inline
from gmconfig.secret.named import changing as named
from gmconfig.secret.named import due, generator
from gmconfig.secret.named.generator import SecretType
from gmconfig.secret.token import Context, Sealed
from tests.secret.conftest import NOW


def events(world) -> list[dict]:
    return [json.loads(file.read_text()) for file in sorted((world.root / "secrets/log").rglob("*.json"))]


def test_a_secret_reads_back(world):
    world.create("db_password", "one", type="password", description="the application's login")
    assert world.get("db_password") == "one"


def test_its_file_says_in_clear_what_is_no_secret(world):
    world.create(
        "db_password", "one", type="password", description="the login", rotate_every="90d", owner=None
    )
    lines = (world.root / "secrets/production.yaml").read_text().splitlines()
    assert [line.split(": ")[0].strip() for line in lines] == [
        "db_password:",
        "type",
        "description",
        "created",
        "rotate_every",
        "value",
    ]
    assert lines[-1].startswith("  value: gm1.default.")


def test_an_environment_sees_its_own_then_inherited_then_common(world):
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.snapshot import WorkingTree

    for environment, value in ((None, "common"), ("production", "inherited")):
        world.create("key", value, environment)
    chains = {None: (), "eu": ("production", "eu"), "testing": ("testing",)}
    vault = Vault(WorkingTree(str(world.root)), world.sources, root=world.pin, chain=chains.__getitem__)
    assert [vault.open(vault.named("key", name)) for name in chains] == ["common", "inherited", "common"]


def test_a_missing_secret_names_the_nearest_or_how_to_make_it(world):
    world.create("db_password", "one")
    vault = world.vault()
    with pytest.raises(NotFound, match='"db_pasword" does not exist in production') as caught:
        vault.named("db_pasword", "production")
    assert caught.value.hint == 'did you mean "db_password"?'
    with pytest.raises(NotFound) as caught:
        vault.named("smtp", "production")
    assert caught.value.hint == "gmconfig secret create smtp -e production"


def test_the_same_value_again_changes_nothing(world):
    world.create("db_password", "one", type="password")
    before = {path: path.read_bytes() for path in world.root.rglob("*") if path.is_file()}
    world.change("db_password", "one")
    assert before == {path: path.read_bytes() for path in world.root.rglob("*") if path.is_file()}


def test_a_new_value_changes_one_line_and_leaves_one_event(world):
    world.create("a", "one", type="password")
    world.create("b", "two")
    before, known = (world.root / "secrets/production.yaml").read_text().splitlines(), len(events(world))
    world.change("a", "three")
    after = (world.root / "secrets/production.yaml").read_text().splitlines()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
    assert len(events(world)) == known + 1
    assert (world.get("a"), world.get("b")) == ("three", "two")


def test_new_metadata_keeps_the_token_and_is_signed(world):
    world.create("a", "one", type="password")
    token = str(world.vault().named("a", "production"))
    world.change("a", "one", rotate_every="30d")
    assert str(world.vault().named("a", "production")) == token
    assert world.get("a") == "one"


def test_what_exists_is_not_created_again(world):
    world.create("a", "one")
    with pytest.raises(Refused, match='"a" exists in production') as caught:
        world.create("a", "two")
    assert caught.value.hint == "to change its value: gmconfig secret set a -e production"


@pytest.mark.parametrize("name", ["", "a b", "-x", "${x}", "a:b", "../x", "a}"])
def test_a_name_that_no_placeholder_could_hold_is_refused(world, name):
    with pytest.raises(UsageError):
        world.create(name, "one")


def test_an_unknown_field_is_refused_with_the_nearest(world):
    with pytest.raises(UsageError, match='no field "ownr"') as caught:
        world.create("a", "one", ownr="me")
    assert caught.value.hint == 'did you mean "owner"?'


def test_a_deleted_secret_is_gone_and_may_come_back(world):
    world.create("a", "one")
    draft = world.draft("delete")
    world.write({**named.delete(draft, draft.vault.look_up("a", "production")), **draft.files()})
    with pytest.raises(NotFound):
        world.get("a")
    world.create("a", "two")
    assert world.get("a") == "two"


@pytest.mark.parametrize("environment", ["production", "staging", None])
def test_a_moved_secret_opens_at_its_new_place(world, environment):
    world.create("a", "one", type="password")
    draft = world.draft("move")
    world.write(
        {**named.move(draft, draft.vault.look_up("a", "production"), "b", environment), **draft.files()}
    )
    assert world.get("b", environment) == "one"
    assert "a" not in world.vault().secrets("production")


def test_two_writers_never_collide(world):
    first, second = world.vault(), world.vault()
    drafts = [world.draft("set", vault) for vault in (first, second)]
    for number, draft in enumerate(drafts):
        draft.seal(Context("settings", None, (f"k{number}",)), "x")
    (one,), (other,) = (draft.files() for draft in drafts)
    assert one != other


def test_one_command_leaves_one_event_for_all_its_values(world):
    draft = world.draft()
    contexts = [Context("settings", env, ("a", n)) for env in (None, "production") for n in range(5)]
    tokens = [draft.seal(context, n) for n, context in enumerate(contexts)]
    files = draft.files()
    assert len(files) == 1
    world.write(files)
    vault = world.vault()
    assert [vault.open(Sealed(token, at)) for token, at in zip(tokens, contexts, strict=True)] == list(
        range(10)
    )


def test_an_empty_draft_writes_nothing(world):
    assert world.draft().files() == {}


def test_an_inline_value_is_sealed_where_it_stands_and_unsealed_again(world):
    file = world.root / "config/settings.yaml"
    file.parent.mkdir()
    file.write_text("# head\ndatabase:\n  password: plain   # why\n")
    context, keys = Context("settings", None, ("database", "password")), ("database", "password")
    draft = world.draft("seal")
    world.write({**inline.seal(draft, "plain", context, "config/settings.yaml", keys), **draft.files()})
    text = file.read_text()
    assert (
        text.startswith("# head\ndatabase:\n  password: gm1.default.")
        and text.endswith("=   # why\n")
        and "plain" not in text
    )
    sealed = Sealed(text.split()[4], context, "config/settings.yaml", keys)
    assert world.vault().open(sealed) == "plain"
    draft = world.draft("unseal")
    world.write({**inline.unseal(draft, sealed), **draft.files()})
    assert file.read_text() == "# head\ndatabase:\n  password: plain   # why\n"
    with pytest.raises(AccessDenied, match="deleted by unseal"):
        world.vault().open(sealed)


def _admit(world, name, member, scope, right):
    """Write a policy with one member more, signed by the first."""
    from gmconfig.secret.access import reading as access
    from gmconfig.secret.access.founding import policy_text
    from gmconfig.secret.log import event
    from gmconfig.secret.log.trust import read_policy

    tree = json.loads(json.dumps(read_policy(world.vault().snapshot).tree))
    tree["members"][name] = {"age": member.recipient, "verify": member.verifier}
    tree["grants"].append({"to": [name], "scopes": [scope], "may": [right]})
    path, raw = event.write(
        {
            "operation": "access",
            "actor": "alice",
            "time": "2026-11-22T16:41:00Z",
            "reason": "",
            "root": world.pin,
            "policy": access.parse(tree).digest,
            "access": tree,
            "parents": [world.pin],
        },
        world.identity,
    )
    (world.root / path).write_bytes(raw)
    (world.root / "access.yaml").write_bytes(policy_text(tree))


def test_a_writer_who_cannot_read_seals_for_those_who_can(world):
    from gmconfig.secret.file.draft import Draft
    from gmconfig.secret.keyring import identity
    from gmconfig.secret.keyring.sources import Sources

    ci = identity.generate()
    _admit(world, "ci", ci, "default", "write")
    context = Context("settings", "production", ("a",))
    theirs = world.vault(Sources({"GMCONFIG_IDENTITY": ci.text()}))
    draft = Draft(theirs, "set", now=NOW)
    sealed = Sealed(draft.seal(context, "from ci"), context)
    world.write(draft.files())
    assert sealed.startswith("gm1s.")
    assert world.vault().open(sealed) == "from ci"
    with pytest.raises(AccessDenied, match='"ci" cannot read scope "default"'):
        world.vault(Sources({"GMCONFIG_IDENTITY": ci.text()})).open(sealed)


def test_who_may_not_write_is_refused_and_what_they_sign_counts_for_nothing(world):
    from gmconfig.secret.file.draft import Draft
    from gmconfig.secret.keyring import identity
    from gmconfig.secret.keyring.sources import Sources

    reader = identity.generate()
    _admit(world, "reader", reader, "*", "read")
    vault = world.vault(Sources({"GMCONFIG_IDENTITY": reader.text()}))
    with pytest.raises(AccessDenied, match='"reader" may not write'):
        Draft(vault, "set").seal(Context("settings", None, ("a",)), 1)


@pytest.mark.parametrize("kind", list(SecretType))
def test_generated_values_are_fresh_and_seal(world, kind):
    if kind in (SecretType.CERTIFICATE, SecretType.CONNECTION_STRING):
        with pytest.raises(UsageError, match="cannot be generated"):
            generator.generate(kind)
        return
    one, other = generator.generate(kind), generator.generate(kind)
    assert one != other and len(one) >= 32
    world.create("x", one)
    assert world.get("x") == one


def test_due_follows_age_and_expiry():
    from datetime import UTC, date, datetime

    since = "2026-01-01T00:00:00Z"
    assert due.due_on({"rotate_every": "90d"}, since) == date(2026, 4, 1)
    assert due.due_on({"rotate_every": "1y", "expires": "2026-03-01"}, since) == date(2026, 3, 1)
    assert due.due_on({}, since) is None
    assert due.is_due({"expires": "2026-03-01"}, None, date(2026, 3, 1))
    assert due.age_days(since, datetime(2026, 1, 11, tzinfo=UTC)) == 10


def test_the_log_tells_the_age_without_a_key(world):
    from gmconfig.secret.keyring.sources import Sources

    world.create("a", "one")
    vault = world.vault(Sources({}))
    assert vault.since(vault.named("a", "production")) == "2026-11-22T16:40:01Z"


@pytest.mark.parametrize("text", ["- a\n", "x\n", "a: 1\n"])
def test_a_file_of_secrets_of_another_shape_is_refused(world, text):
    (world.root / "secrets/production.yaml").write_text(text)
    with pytest.raises(BrokenConfiguration):
        world.vault().secrets("production")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.lists(st.text(max_size=5) | st.integers(0, 5), max_size=3).map(tuple),
    value=st.text() | st.integers() | st.lists(st.text()),
)
def test_any_value_at_any_place_reads_back(world, path, value):
    assert world.vault().open(world.seal(value, *path)) == value
