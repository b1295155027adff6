"""What somebody who can write to the repository cannot do: section 5.1 of the reference, each on its own."""

from __future__ import annotations

import json

import pytest

from gmconfig.errors import AccessDenied, BrokenConfiguration, GmconfigError, Refused
from gmconfig.path import Selector
from gmconfig.secret import seal
from gmconfig.secret.keyring.sources import Sources
from gmconfig.secret.token import Context, Sealed


def moved(
    sealed: Sealed, *path, environment: str | None = "production", document: str | None = "settings"
) -> Sealed:
    return Sealed(str(sealed), Context(document, environment, path))


def test_two_values_swapped_are_refused_and_the_message_names_the_rightful_place(world):
    world.create("db_password", "one")
    world.create("api_key", "two")
    file = world.root / "secrets/production.yaml"
    first, second = (str(world.vault().named(name, "production")) for name in ("db_password", "api_key"))
    text = file.read_text()
    file.write_text(text.replace(first, "X").replace(second, first).replace("X", second))
    with pytest.raises(
        AccessDenied, match="belongs to secret api_key in production.*moved or copied"
    ) as caught:
        world.get("db_password")
    assert str(caught.value.place).startswith("secrets/production.yaml:3:")


def test_a_renamed_secret_is_refused(world):
    world.create("db_password", "one")
    world.edit("secrets/production.yaml", "db_password:", "other:")
    with pytest.raises(AccessDenied, match="belongs to secret db_password in production"):
        world.get("other")


def test_a_value_copied_to_another_environment_is_refused(world):
    world.create("db_password", "one")
    (world.root / "secrets/development.yaml").write_text((world.root / "secrets/production.yaml").read_text())
    with pytest.raises(
        AccessDenied, match="belongs to secret db_password in production, not to .* in development"
    ):
        world.get("db_password", "development")


def test_a_value_moved_to_another_document_is_refused(world):
    sealed = world.seal("one", "database", "password")
    with pytest.raises(AccessDenied, match="belongs to settings: database.password in production"):
        world.vault().open(moved(sealed, "database", "password", document="billing"))


def test_a_value_moved_within_a_list_is_refused(world):
    sealed = world.seal("one", "users", 0, "password")
    with pytest.raises(AccessDenied, match=r"belongs to settings: users\[0\].password"):
        world.vault().open(moved(sealed, "users", 1, "password"))


def test_an_item_with_a_merge_key_may_move_but_not_change_its_name(world):
    sealed = world.seal("one", "users", Selector(("name",), "bo"), "password")
    assert world.vault().open(moved(sealed, "users", Selector(("name",), "bo"), "password")) == "one"
    with pytest.raises(AccessDenied):
        world.vault().open(moved(sealed, "users", Selector(("name",), "al"), "password"))


@pytest.mark.parametrize("value", ["123", 123, 1.0, True, None, "null", b"123", [], {}, ""])
def test_the_type_of_a_value_is_sealed_with_it(world, value):
    opened = world.vault().open(world.seal(value, "a"))
    assert (type(opened), opened) == (type(value), value)


def test_a_value_of_another_scope_or_generation_is_refused(world):
    sealed = world.seal("one", "a")
    scope, generation = str(sealed).split(".")[1:3]
    for name in (str(sealed).replace(f".{scope}.", ".other."), str(sealed).replace(generation, "zzzz")):
        with pytest.raises(AccessDenied):
            world.vault().open(Sealed(name, sealed.context))


def test_an_older_value_put_back_is_refused(world):
    world.create("db_password", "old")
    old = (world.root / "secrets/production.yaml").read_text()
    world.change("db_password", "new")
    (world.root / "secrets/production.yaml").write_text(old)
    with pytest.raises(
        AccessDenied, match="old value, replaced by set by alice on 2026-11-22: it was replayed"
    ):
        world.get("db_password")


def test_a_deleted_value_put_back_is_refused(world):
    from gmconfig.secret.named import changing as named

    world.create("db_password", "old")
    old = (world.root / "secrets/production.yaml").read_text()
    draft = world.draft("delete")
    world.write({**named.delete(draft, draft.vault.look_up("db_password", "production")), **draft.files()})
    (world.root / "secrets/production.yaml").write_text(old)
    with pytest.raises(AccessDenied, match="deleted by delete by alice"):
        world.get("db_password")


def test_a_value_forged_for_the_public_keys_is_refused(world):
    context = Context("settings", "production", ("a",))
    record = world.vault().writable("default")
    token = seal.seal_for_readers("forged", record.public, "default", record.generation, context)
    with pytest.raises(AccessDenied, match="no signed event"):
        world.vault().open(Sealed(token, context))


def test_a_value_whose_event_was_removed_is_refused(world):
    sealed = world.seal("one", "a")
    for event in sorted((world.root / "secrets/log").rglob("*.json")):
        if json.loads(event.read_text())["operation"] == "seal":
            event.unlink()
    with pytest.raises(AccessDenied, match="its event was removed"):
        world.vault().open(sealed)


def test_an_event_signed_by_a_stranger_counts_for_nothing(world, tmp_path):
    from tests.secret.conftest import World

    other = tmp_path / "other"
    other.mkdir()
    stranger = World(other)
    sealed = stranger.seal("one", "a")
    for event in (other / "secrets/log").rglob("*.json"):
        (world.root / event.relative_to(other)).write_bytes(event.read_bytes())
    for key in (other / "secrets/keys").rglob("*"):
        if key.is_file():
            copy = world.root / key.relative_to(other)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(key.read_bytes())
    with pytest.raises(AccessDenied):
        world.vault().open(sealed)


def test_adding_oneself_to_the_policy_gives_nothing_and_stops_sealing(world):
    from gmconfig.secret.keyring import identity

    sealed = world.seal("one", "a")
    mallory = identity.generate()
    world.edit(
        "access.yaml",
        "roles:",
        f"  mallory: {{age: {mallory.recipient}, verify: '{mallory.verifier}'}}\nroles:",
    )
    world.edit("access.yaml", "- alice", "- alice\n      - mallory")
    assert world.vault().open(sealed) == "one"
    with pytest.raises(Refused, match="access.yaml was changed without a signature"):
        world.seal("two", "b")
    vault = world.vault(Sources({"GMCONFIG_IDENTITY": mallory.text()}))
    with pytest.raises(AccessDenied, match="is not a member"):
        vault.open(sealed)


def test_a_comment_in_the_policy_needs_no_signature(world):
    world.edit("access.yaml", "roles:", "# only me\nroles:")
    assert world.vault().open(world.seal("one", "a")) == "one"


def test_a_policy_that_is_gone_is_refused(world):
    sealed = world.seal("one", "a")
    (world.root / "access.yaml").unlink()
    with pytest.raises(Refused, match="access.yaml is gone"):
        world.vault().open(sealed)


def test_a_pinned_root_that_is_gone_is_refused(world):
    sealed = world.seal("one", "a")
    for event in (world.root / "secrets/log").rglob("*.json"):
        if json.loads(event.read_text())["operation"] == "init":
            event.unlink()
    with pytest.raises(Refused, match="it was removed"):
        world.vault().open(sealed)


def test_a_whole_new_policy_under_another_root_is_refused(world, tmp_path):
    from tests.secret.conftest import World

    other = tmp_path / "other"
    other.mkdir()
    forged = World(other)
    sealed = forged.seal("one", "a")
    with pytest.raises(Refused):
        forged.vault(world.sources, root=world.pin).open(sealed)


def test_without_a_pin_nothing_is_trusted_and_the_hint_pins(world):
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.snapshot import WorkingTree

    vault = Vault(
        WorkingTree(str(world.root)), Sources({"GMCONFIG_IDENTITY": world.identity.text()}), root=None
    )
    with pytest.raises(Refused, match="does not trust its access policy yet") as caught:
        _ = vault.trust
    assert caught.value.hint.endswith(f"git config gmconfig.pin {world.pin}")


def test_a_wrapped_key_taken_for_another_scope_is_refused(world):
    sealed = world.seal("one", "a")
    wrap = world.path("secrets/keys/*/*/alice.age")
    from gmconfig.secret.keyring import identity

    for payload in (b"x" * 100, seal.length_prefixed([b"gm1/wrap", b"other", b"g", b"alice", b"k" * 32])):
        wrap.write_bytes(identity.wrap(payload, world.identity.recipient))
        with pytest.raises(AccessDenied, match="relabelled"):
            world.vault().open(sealed)


def test_a_wrapped_key_that_is_not_the_committed_one_is_refused(world):
    from gmconfig.secret.keyring import identity

    sealed = world.seal("one", "a")
    record = world.vault().writable("default")
    payload = seal.length_prefixed([b"gm1/wrap", b"default", record.generation.encode(), b"alice", b"k" * 32])
    world.path("secrets/keys/*/*/alice.age").write_bytes(identity.wrap(payload, world.identity.recipient))
    with pytest.raises(AccessDenied, match="commits to"):
        world.vault().open(sealed)


def test_a_changed_key_record_is_refused(world):
    sealed = world.seal("one", "a")
    record = world.path("secrets/keys/*/*/record.json")
    record.write_bytes(record.read_bytes().replace(b'"predecessors":[]', b'"predecessors":["a"]'))
    with pytest.raises(AccessDenied, match="no record that a signed event names"):
        world.vault().open(sealed)


def test_changed_metadata_is_refused(world):
    world.create("db_password", "one", type="password", rotate_every="90d")
    world.edit("secrets/production.yaml", "90d", "9999d")
    with pytest.raises(AccessDenied, match="what stands beside secret db_password in production was changed"):
        world.get("db_password")


def test_plain_text_in_place_of_a_named_secret_is_refused(world):
    world.create("db_password", "one")
    token = str(world.vault().named("db_password", "production"))
    world.edit("secrets/production.yaml", token, "plain")
    with pytest.raises(BrokenConfiguration, match="is not sealed"):
        world.get("db_password")


def test_every_refusal_is_an_error_of_ours(world):
    sealed = world.seal("one", "a")
    for text in ("gm1.", "gm1.a.b.c", "gm1s.default.x.y.z", str(sealed)[:-1], str(sealed) + "="):
        with pytest.raises(GmconfigError):
            world.vault().open(Sealed(text, sealed.context))
