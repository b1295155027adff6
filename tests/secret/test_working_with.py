"""Editing, verifying, accepting, and the door of a real git project; and nothing leaks on the way."""

from __future__ import annotations

import io
import json
import logging
import traceback

import pytest

from gmconfig.errors import AccessDenied, BrokenConfiguration, GmconfigError, Refused
from gmconfig.secret.access import founding
from gmconfig.secret.door import reads_folder, vault_of
from gmconfig.secret.file import editing, inline
from gmconfig.secret.file.draft import Draft
from gmconfig.secret.keyring import identity
from gmconfig.secret.keyring.sources import Sources
from gmconfig.secret.log import acceptance, pin, reads, verify
from gmconfig.secret.named import changing as named
from gmconfig.secret.token import Context, Sealed, is_token
from tests.secret.conftest import CANARY, NOW, World

STORE = "secrets/production.yaml"


def edited(world: World, change) -> bytes:
    """Edit the production secrets as `secret edit` does; gives the plain text before the change."""
    contexts = editing.store_contexts("production")
    raw = (world.root / STORE).read_bytes()
    plain = editing.opened(world.vault(), raw, STORE, contexts)
    draft = world.draft("edit")
    after = editing.sealed(draft, raw, change(plain), STORE, contexts)
    world.write(draft.files())
    (world.root / STORE).write_bytes(after)
    return plain


def all_secrets(vault):
    return list(vault.secrets("production").values())


def rules(world: World, found=()) -> list[str]:
    vault = world.vault(Sources({}))
    return [finding.rule for finding in verify.findings(vault, found, all_secrets(vault))]


def test_an_editor_sees_plain_text_and_an_unchanged_file_stays_as_it_is(world):
    world.create("a", 'quote " and\nline', type="password")
    world.create("b", {"x": [1, None]})
    before = (world.root / STORE).read_bytes()
    plain = edited(world, lambda text: text)
    assert b'value: !sealed "quote \\" and\\nline"' in plain and b"gm1" not in plain
    assert (world.root / STORE).read_bytes() == before


def test_an_edit_changes_its_value_and_keeps_the_other_tokens(world):
    world.create("a", "one")
    world.create("b", "two")
    token = str(world.vault().named("b", "production"))
    edited(world, lambda text: text.replace(b'"one"', b'"three"'))
    assert world.get("a") == "three"
    assert str(world.vault().named("b", "production")) == token


def test_an_edit_adds_renames_and_removes_secrets(world):
    world.create("a", "one")
    world.create("b", "two")
    edited(
        world, lambda text: text.replace(b"a:", b"renamed:", 1).split(b"b:\n")[0] + b"new:\n  value: fresh\n"
    )
    assert (world.get("renamed"), world.get("new")) == ("one", "fresh")
    assert not rules(world)
    assert b"fresh" not in (world.root / STORE).read_bytes()


def test_an_edit_of_a_configuration_file_seals_what_is_tagged(world):
    def contexts(tree, keys, number):
        return Context("settings", None, keys, yaml_document=number)

    file = "config/settings.yaml"
    draft = world.draft("edit")
    text = (
        b"# \xc3\xa4\na: &x !sealed one # why\nb: {c: !sealed-json '[1, 2]', d: open}\n"
        b"---\ne: !sealed |\n  two\n  lines\nf: 1\n"
    )
    raw = editing.sealed(draft, None, text, file, contexts)
    world.write(draft.files())
    (world.root / "config").mkdir()
    (world.root / file).write_bytes(raw)
    assert raw.count(b"gm1.") == 3 and b"# why" in raw and b"d: open" in raw and b"lines" not in raw
    plain = editing.opened(world.vault(), raw, file, contexts)
    assert b'a: &x !sealed "one" # why' in plain and b'e: !sealed "two\\nlines\\n"\nf: 1' in plain


def test_what_is_no_json_is_refused_without_quoting_it(world):
    draft = world.draft("edit")
    with pytest.raises(BrokenConfiguration) as caught:
        editing.sealed(
            draft,
            None,
            f"a: !sealed-json '{CANARY}'\n".encode(),
            "config/x.yaml",
            lambda *_: Context("x", None, ("a",)),
        )
    assert str(caught.value.place) == "config/x.yaml:1:17" and CANARY not in str(caught.value)


def test_a_repository_that_only_gmconfig_wrote_verifies_without_any_key(world):
    world.create("a", "one", type="password")
    world.create("b", "two")
    world.change("a", "three")
    sealed = world.seal("four", "x")
    assert rules(world, [sealed]) == []


def test_verify_names_each_offence(world):
    world.create("a", "one")
    world.create("b", "two")
    old = (world.root / STORE).read_text()
    world.change("a", "three")
    (world.root / STORE).write_text(old)
    assert rules(world) == ["token"]
    lines = old.splitlines(keepends=True)
    (world.root / STORE).write_text("".join(lines[: len(lines) // 2]).replace("gm1.", "gm2."))
    assert "plaintext" in rules(world) and "removed" in rules(world)


def test_a_reverted_value_is_settled_by_accepting_it(world):
    world.create("a", "one")
    old = (world.root / STORE).read_bytes()
    world.change("a", "two")
    (world.root / STORE).write_bytes(old)
    vault = world.vault()
    found = [vault.named("a", "production")]
    assert acceptance.unsettled(vault, found) == found
    draft = world.draft("accept", vault)
    world.write({**acceptance.accept(draft, found), **draft.files()})
    assert world.get("a") == "one" and not rules(world)


def test_a_renamed_secret_is_settled_by_accepting_it(world):
    world.create("a", "one", type="password")
    world.edit(STORE, "a:", "b:")
    vault = world.vault()
    draft = world.draft("accept", vault)
    world.write({**acceptance.accept(draft, [vault.named("b", "production")]), **draft.files()})
    assert world.get("b") == "one" and not rules(world)


def test_two_sides_of_a_merge_are_a_finding_until_accepted(world):
    world.create("a", "one")
    ours, theirs = world.vault(), world.vault()
    changes = []
    for vault, value in ((ours, "two"), (theirs, "three")):
        draft = world.draft("set", vault)
        changes.append({**named.change(draft, vault.look_up("a", "production"), value), **draft.files()})
    for files in changes:
        world.write(files)
    assert world.get("a") == "three" and rules(world) == ["heads"]
    vault = world.vault()
    draft = world.draft("accept", vault)
    world.write({**acceptance.accept(draft, [vault.named("a", "production")]), **draft.files()})
    assert world.get("a") == "three" and rules(world) == []


@pytest.fixture
def project(repo, monkeypatch):
    from gmconfig.project import Project

    (repo / "gmconfig.yaml").write_text("environments:\n  production: {}\n  eu: {extends: production}\n")
    return Project.find(str(repo))


def start(project, one=None):
    one = one or identity.generate()
    founded = founding.found("alice", one, now=NOW)
    world = World.__new__(World)
    world.root = __import__("pathlib").Path(project.root)
    world.identity, world.pin = one, founded.root
    world.write(founded.files)
    return world


def test_the_door_finds_pin_cache_and_chain_of_a_real_repository(project):
    from gmconfig.storage.git import Repository

    world = start(project)
    here = Sources({"GMCONFIG_IDENTITY": world.identity.text()})
    with pytest.raises(Refused, match="does not trust"):
        _ = vault_of(project, None, here).trust
    pin.pin(Repository.discover(project.root), project.prefix, world.pin)
    draft = Draft(vault_of(project, None, here), "create", now=NOW)
    world.write({**named.create(draft, "a", "one", environment="production", metadata={}), **draft.files()})
    vault = vault_of(project, None, here)
    assert vault.open(vault.named("a", "eu")) == "one"


def test_a_committed_secret_opens_from_any_commit_that_is_current(project, git):
    world = start(project)
    here = Sources({"GMCONFIG_IDENTITY": world.identity.text(world.pin)})
    draft = Draft(vault_of(project, None, here), "create", now=NOW)
    world.write({**named.create(draft, "a", "one", environment="production", metadata={}), **draft.files()})
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    vault = vault_of(project, project.snapshot("HEAD"), here)
    assert vault.open(vault.named("a", "production")) == "one"


def test_a_pin_that_contradicts_the_identity_is_refused(project):
    world = start(project)
    here = Sources({"GMCONFIG_IDENTITY": world.identity.text("ab" * 32)})
    pin.pin(project.repository, project.prefix, world.pin)
    with pytest.raises(Refused, match="trusts the root abab"):
        _ = vault_of(project, None, here).trust


def test_each_root_of_a_repository_has_its_own_pin():
    assert pin.pin_name("") == "gmconfig.pin"
    assert pin.pin_name("apps/web/") == "gmconfig.apps/web.pin"


def test_a_member_is_named_after_the_person():
    assert [founding.member_name(text) for text in ("Alice Meyer", "Zoë Björn", "  ", "a.b@c.d")] == [
        "alice-meyer",
        "zoe-bjorn",
        "me",
        "a-b-c-d",
    ]


def test_reads_are_noted_without_the_value(tmp_path):
    context = Context(None, "production", ("db", "value"))
    reads.note(str(tmp_path), context, "alice", verb="secret get", now=NOW, user="bo")
    reads.note(str(tmp_path), context, "alice", verb="run", now=NOW)
    with open(tmp_path / reads.FILE, "ab") as file:
        file.write(b'{"cut')
    assert [entry["verb"] for entry in reads.read(str(tmp_path))] == ["secret get", "run"]
    assert reads.read(str(tmp_path))[0] == {
        "time": "2026-11-22T16:40:01Z",
        "verb": "secret get",
        "place": "secret db in production",
        "member": "alice",
        "user": "bo",
    }
    assert oct((tmp_path / reads.FILE).stat().st_mode)[-3:] == "600"


def test_reads_of_a_ci_job_stay_in_the_repository(project, isolated, monkeypatch):
    assert reads_folder(project, Sources({"GMCONFIG_IDENTITY": "x", "HOME": str(isolated)})).startswith(
        project.repository.common_dir
    )
    assert reads_folder(project, Sources({"HOME": str(isolated)})).startswith(str(isolated))


def test_a_canary_is_in_no_message_repr_log_traceback_or_file(world, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    seen = io.StringIO()
    world.create("db", CANARY, type="password", description="x")
    sealed = world.seal(CANARY, "a")
    vault = world.vault()
    held = vault.held
    draft = world.draft("set", vault)
    draft.seal(Context("settings", None, ("b",)), CANARY)
    objects = [
        vault,
        held,
        held.identity,
        draft,
        vault.sources,
        vault.trust,
        vault.standing,
        sealed,
        vault.named("db", "production"),
    ]
    print([repr(one) for one in objects], file=seen)
    broken = [
        lambda: vault.open(Sealed(sealed, Context("settings", None, ("c",)))),
        lambda: vault.open(Sealed(str(sealed)[:-4] + "AAA=", sealed.context)),
        lambda: world.create("db", CANARY),
        lambda: world.create("x y", CANARY),
        lambda: draft.seal(Context("settings", None, ("b",)), {CANARY: object()}),
        lambda: inline.unseal(world.draft(), Sealed("gm1.x", sealed.context)),
    ]
    for attempt in broken:
        with pytest.raises(GmconfigError) as caught:
            attempt()
        traceback.print_exception(caught.value, file=seen)
        print(repr(caught.value), caught.value.hint, file=seen)
    out = capfd.readouterr()
    text = seen.getvalue() + out.out + out.err + caplog.text
    secrets = [CANARY, world.identity.text(), world.identity.seed.hex(), repr(world.identity.seed)]
    assert not [one for one in secrets if one in text]
    contents = [file.read_bytes() for file in world.root.rglob("*") if file.is_file()]
    assert not [one for one in secrets for content in contents if one.encode() in content]


def test_a_stranger_opens_nothing(world):
    world.create("a", "one")
    vault = world.vault(Sources({"GMCONFIG_IDENTITY": identity.generate().text()}))
    with pytest.raises(AccessDenied, match="is not a member") as caught:
        vault.open(vault.named("a", "production"))
    assert "gmconfig secret member add NAME --age age1" in caught.value.hint


def test_listing_needs_no_identity(world):
    world.create("a", "one", type="password")
    vault = world.vault(Sources({}))
    (one,) = all_secrets(vault)
    assert (one.name, one.metadata["type"], is_token(one.sealed)) == ("a", "password", True)
    assert json.dumps(dict(one.metadata))
