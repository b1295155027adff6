"""Somebody with push access and no key: each attack is refused by `verify` or the next reader, by name."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from gmconfig.secret import canonical, seal
from gmconfig.secret.keyring import identity
from gmconfig.secret.log import event
from gmconfig.secret.log.place import secret_context
from gmconfig.secret.token import parse

SECRETS = Path("secrets/common.yaml")


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def pushed(message: str = "harmless refactoring") -> None:
    """What the attacker does: any commit, by whatever name."""
    git("add", "-A")
    git("commit", "-qm", message, "--author", "Mallory <m@example.org>")


def tokens(file: Path = SECRETS) -> dict[str, str]:
    return dict(re.findall(r"(?m)^(\w+):\n(?:  .*\n)*?  value: (\S+)$", file.read_text()))


@pytest.fixture
def keyless(monkeypatch, tmp_path):
    """A machine with the clone and no key at all, such as CI's."""

    def enter() -> None:
        monkeypatch.setenv("HOME", str(tmp_path / "nobody"))

    return enter


@pytest.fixture
def refused(cli, keyless):
    """`verify` says no without any key, and says why."""

    def check(*messages: str) -> None:
        home = os.environ["HOME"]
        keyless()
        answer = cli("secret", "verify")
        os.environ["HOME"] = home
        assert answer.code in (1, 3, 4), answer
        for message in messages:
            assert re.search(message, answer.out + answer.err), answer

    return check


@pytest.fixture
def unread(cli):
    """The next reader is refused, and told why."""

    def check(name: str, message: str) -> None:
        answer = cli("secret", "get", name)
        assert answer.code == 4, answer
        assert re.search(message, answer.err), answer

    return check


def test_two_values_swapped(sealed_trading, refused, unread):
    one, two = tokens()["db_password"], tokens()["jwt_secret"]
    text = SECRETS.read_text().replace(one, "X").replace(two, one).replace("X", two)
    SECRETS.write_text(text)
    pushed()
    refused("belongs to secret jwt_secret in common, not to secret db_password", "moved or copied")
    unread("db_password", "belongs to secret jwt_secret in common")


def test_a_secret_renamed(sealed_trading, refused, unread):
    SECRETS.write_text(SECRETS.read_text().replace("jwt_secret:", "old_secret:"))
    pushed()
    refused(
        "belongs to secret jwt_secret .* not to secret old_secret", "jwt_secret in common: .* was removed"
    )
    unread("old_secret", "belongs to secret jwt_secret")


def test_a_value_moved_to_another_environment_and_document(ok, sealed_trading, refused, unread, cli):
    token = tokens()["db_password"]
    Path("secrets/production.yaml").write_text(f"db_password:\n  type: password\n  value: {token}\n")
    billing = Path("config/billing.yaml")
    billing.write_text(billing.read_text() + f"stolen: {token}\n")
    pushed()
    refused(
        "belongs to secret db_password in common, not to secret db_password in production",
        "not to billing: stolen",
    )
    assert (
        "belongs to secret db_password in common"
        in cli("secret", "get", "db_password", "-e", "production").err
    )
    assert cli("config", "get", "billing", "stolen").code == 4


def test_list_positions_swapped(ok, sealed_trading, refused):
    ok("config", "set", "billing", "api.keys", "[first, second]", "--create")
    for at, value in ((0, "first-key"), (1, "second-key")):
        ok("config", "set", "billing", f"api.keys[{at}]", "-", "--secret", stdin=value)
    ok("secret", "verify")
    file = Path("config/billing.yaml")
    one, two = re.findall(r"- (gm1\S+)", file.read_text())
    file.write_text(file.read_text().replace(one, "X").replace(two, one).replace("X", two))
    pushed()
    refused(r"belongs to billing: api.keys\[1\].* not to billing: api.keys\[0\]")


def test_a_type_turned(ok, sealed_trading, refused):
    """The type is sealed with the value: what stands around the token cannot change it."""
    ok("secret", "create", "pin", "--stdin", stdin="007")
    SECRETS.write_text(SECRETS.read_text().replace("value: gm1", "value: !!int gm1", 1))
    pushed()
    refused("the text after !!int is not one")


def test_metadata_changed(sealed_trading, refused, unread):
    SECRETS.write_text(SECRETS.read_text().replace("Database password", "unused, safe to share"))
    pushed()
    refused("what stands beside secret db_password in common was changed without a signature")
    unread("db_password", "changed without a signature")


def test_a_value_forged_for_the_public_recipients(sealed_trading, refused, unread):
    old = tokens()["db_password"]
    token = parse(old)
    record = json.loads(Path(f"secrets/keys/{token.scope}/{token.generation}/record.json").read_text())
    from base64 import b64decode

    forged = seal.seal_for_readers(
        "attacker", b64decode(record["public"]), token.scope, token.generation,
        secret_context("db_password", None),
    )  # fmt: skip
    SECRETS.write_text(SECRETS.read_text().replace(old, forged))
    pushed()
    refused("no signed event .* covers this value: it was forged")
    unread("db_password", "it was forged")


def test_a_forged_value_with_an_event_signed_by_a_stranger(sealed_trading, refused, unread):
    mallory = identity.generate()
    old = tokens()["db_password"]
    real = next(
        e for p in Path("secrets/log").rglob("*.json") if "changes" in (e := json.loads(p.read_text()))
    )
    tree = {key: value for key, value in real.items() if key not in ("key", "signature", "format")}
    from gmconfig.secret.log.standing import fingerprint

    new = seal.seal_value("x", os.urandom(32), *parse(old).key_name, secret_context("db_password", None))
    tree["changes"][0]["values"] = [[["db_password", "value"], fingerprint(new), [fingerprint(old)]]]
    name, raw = event.write(tree, mallory)
    Path(name).write_bytes(raw)
    SECRETS.write_text(SECRETS.read_text().replace(old, new))
    pushed()
    refused("no signed event of a member who may write there covers this value")
    unread("db_password", "no signed event of a member")


def test_an_older_value_replayed(ok, sealed_trading, refused, unread):
    old = SECRETS.read_text()
    ok("secret", "rotate", "db_password", "--stdin", stdin="the-new-one-after-the-leak")
    SECRETS.write_text(old)
    pushed()
    refused("old value, replaced by rotate by test .* it was replayed")
    unread("db_password", "it was replayed")


def test_a_value_removed(sealed_trading, refused):
    SECRETS.write_text(re.sub(r"(?ms)^jwt_secret:.*?(?=^\S|\Z)", "", SECRETS.read_text()))
    pushed()
    refused(
        r"secret jwt_secret in common: its sealed value was removed; it was last written \(create by test"
    )


def test_a_value_and_its_event_removed(ok, sealed_trading, refused):
    """Even with the log cut back to before it: history, and what this clone has seen, still know."""
    before = git("rev-parse", "HEAD")
    ok("secret", "create", "api_token", "--stdin", stdin="tok-123456789")
    ok("secret", "verify")
    git("rm", "-q", *git("diff", "--name-only", "--diff-filter=A", before, "HEAD").split())
    git("checkout", before, "--", "secrets/common.yaml")
    pushed()
    refused("a signed event was removed from the log", "this branch's history has it")


def test_the_branch_wound_back_by_force(ok, sealed_trading, refused):
    before = git("rev-parse", "HEAD")
    ok("secret", "create", "api_token", "--stdin", stdin="tok-123456789")
    git("reset", "-q", "--hard", before)
    refused("a signed event was removed from the log", "what this clone has seen")


def test_the_base_tells_what_a_push_removes(ok, cli, sealed_trading, tmp_path, keyless):
    base = git("rev-parse", "HEAD")
    pin = git("config", "gmconfig.pin")
    git("clone", "-q", "--depth", "1", f"file://{Path.cwd()}", str(tmp_path / "ci"))
    os.chdir(tmp_path / "ci")
    git("config", "gmconfig.pin", pin)
    home = os.environ["HOME"]
    keyless()
    shallow = cli("secret", "verify")
    assert (shallow.code, "removal not checked" in shallow.err) == (0, True), shallow
    next(
        file for file in Path("secrets/log").rglob("*.json") if '"operation":"create"' in file.read_text()
    ).unlink()
    os.environ["HOME"] = home
    git("commit", "-qam", "as if it had never been there", "--amend")
    keyless()
    answer = cli("secret", "verify", "--base", base)
    assert answer.code == 1
    assert f"the base {base[:7]} has it" in answer.out


@pytest.mark.parametrize("removed", ["access.yaml", "secrets/log", "secrets"])
def test_a_pinned_clone_whose_policy_is_gone(sealed_trading, refused, unread, removed):
    git("rm", "-qr", removed)
    pushed()
    refused("was removed|no signed event|is gone")


def with_mallory(tree: dict, who: identity.Identity) -> dict:
    tree = json.loads(json.dumps(tree))
    tree["members"]["mallory"] = {"age": who.recipient, "verify": who.verifier}
    tree["grants"].append({"to": ["mallory"], "scopes": ["*"], "may": ["read", "write", "rotate", "admin"]})
    return tree


def policy_tree() -> dict:
    import yaml

    return yaml.safe_load(Path("access.yaml").read_text())


def test_adding_oneself_to_the_policy(cli, sealed_trading, refused):
    Path("access.yaml").write_text(json.dumps(with_mallory(policy_tree(), identity.generate())))
    pushed()
    refused("access.yaml was changed without a signature")
    answer = cli("secret", "set", "db_password", "--stdin", stdin="new")
    assert answer.code == 4
    assert "access.yaml was changed without a signature" in answer.err
    assert "gmconfig secret access sign" in answer.err


def test_adding_oneself_with_a_signature_of_ones_own(cli, ok, sealed_trading, refused):
    mallory = identity.generate()
    tree = with_mallory(policy_tree(), mallory)
    Path("access.yaml").write_text(json.dumps(tree))
    root = git("config", "gmconfig.pin")
    content = {
        "operation": "access", "actor": "mallory", "time": "2026-11-22T16:40:01Z", "reason": "", "root": root,
        "policy": canonical.digest(tree), "access": tree, "parents": [root],
    }  # fmt: skip
    name, raw = event.write(content, mallory)
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(raw)
    pushed()
    refused("no admin of the version before signed this access policy", "changed without a signature")
    assert cli("secret", "set", "db_password", "--stdin", stdin="new").code == 4


def test_a_root_of_ones_own(cli, sealed_trading, refused):
    from gmconfig.secret.access.founding import found

    for name, edit in found("mallory", identity.generate()).files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(edit.apply(None))
    pushed()
    refused("changed without a signature", "no admin of the version before signed")
    assert cli("secret", "set", "db_password", "--stdin", stdin="new").code == 4


def test_a_key_of_ones_own_for_the_scope(ok, sealed_trading, refused):
    from gmconfig.secret.access import generation
    from gmconfig.secret.access.policy import Member

    mallory = identity.generate()
    mine = generation.make("default", [Member("test", mallory.recipient, mallory.verifier)], "p", ("k1",))
    for name, raw in mine.files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(raw)
    pushed()
    refused("no signed event of somebody who may make keys names this one: it was forged")
    ok("secret", "set", "db_password", "--stdin", stdin="new")
    assert mine.record.generation not in SECRETS.read_text()


def test_making_the_next_set_write_plaintext(ok, cli, sealed_trading, refused):
    access = Path("access.yaml")
    rule = "must_be_sealed:\n  - {document: billing, paths: [invoice.token, 'doors[at=x].pin']}\n"
    access.write_text(access.read_text().replace("must_be_sealed: []\n", rule))
    ok("secret", "access", "sign", "-y")
    kept = cli("config", "set", "billing", "invoice.token", "plain", "--create")
    assert (kept.code, "gmconfig config set billing invoice.token --secret" in kept.err) == (1, True), kept
    access.write_text(access.read_text().replace(rule, "must_be_sealed: []\n"))
    pushed()
    answer = cli("config", "set", "billing", "invoice.token", "plain", "--create")
    assert answer.code != 0, answer
    assert "plain" not in Path("config/billing.yaml").read_text()
    refused("access.yaml was changed without a signature")
    access.write_text(access.read_text().replace("must_be_sealed: []\n", rule))
    billing = Path("config/billing.yaml")
    by_hand = re.sub(r"(?m)^invoice:\n", "invoice:\n  token: by-hand\n", billing.read_text())
    billing.write_text(by_hand + "doors: [{at: y, pin: a}, {at: x, pin: by-hand}]\n")
    pushed()
    said = "must be sealed, and stands here in plain text"
    refused(f"invoice.token {said}", rf"doors\[1\].pin {said}")


def test_a_named_secret_put_in_plain_text(sealed_trading, refused):
    SECRETS.write_text(SECRETS.read_text().replace(tokens()["jwt_secret"], "attacker-chosen"))
    pushed()
    refused('secret "jwt_secret" stands in plain text')


def test_the_policy_rolled_back_by_an_edit(ok, cli, sealed_trading, refused):
    old = Path("access.yaml").read_text()
    bob = identity.generate()
    ok("secret", "member", "add", "bob", "--age", bob.recipient, "--verify", bob.verifier)
    Path("access.yaml").write_text(old)
    pushed()
    refused("access.yaml was changed without a signature")


def test_the_policy_rolled_back_with_its_log(ok, cli, sealed_trading, refused):
    """As if carol had never been revoked: she could sign and write again, and would get the next key."""
    carol = identity.generate()
    ok("secret", "member", "add", "carol", "--age", carol.recipient, "--verify", carol.verifier)
    ok("secret", "grant", "carol", "read,write")
    good = git("rev-parse", "HEAD")
    ok("secret", "member", "remove", "carol")
    git("revert", "--no-edit", "HEAD")
    assert git("diff", good, "HEAD") == ""
    refused("a signed access policy was removed from the log", "this branch's history has it")


def test_the_policy_rolled_back_by_force_is_not_sealed_to(ok, cli, sealed_trading, tmp_path):
    """The remote's branch was wound back, but this clone has seen better: it does not seal to carol again."""
    carol = identity.generate()
    ok("secret", "member", "add", "carol", "--age", carol.recipient, "--verify", carol.verifier)
    ok("secret", "grant", "carol", "read,write")
    good = git("rev-parse", "HEAD")
    ok("secret", "member", "remove", "carol")
    git("reset", "-q", "--hard", good)
    answer = cli("secret", "set", "db_password", "--stdin", stdin="for-carol-too")
    assert answer.code == 4, answer
    assert "takes carol out of the readers" in answer.err


def test_a_branch_behind_a_revocation_does_not_seal(ok, cli, sealed_trading):
    carol = identity.generate()
    ok("secret", "member", "add", "carol", "--age", carol.recipient, "--verify", carol.verifier)
    ok("secret", "grant", "carol", "read")
    git("branch", "feature")
    ok("secret", "revoke", "carol")
    git("checkout", "-q", "feature")
    answer = cli("secret", "create", "late", "--stdin", stdin="x-1234567")
    assert answer.code == 4, answer
    assert "merge it first" in answer.err
    git("merge", "-q", "main")
    ok("secret", "create", "late", "--stdin", stdin="x-1234567")


def test_wraps_for_oneself_and_wraps_taken_away(sealed_trading, refused):
    wrap = next(Path("secrets/keys").rglob("*.age"))
    wrap.rename(wrap.with_name("mallory.age"))
    pushed()
    refused('test may read scope "default", but has no wrapped key of it')


def test_a_record_changed(sealed_trading, refused, unread):
    record = next(Path("secrets/keys").rglob("record.json"))
    tree = json.loads(record.read_text())
    from base64 import b64encode

    tree["public"] = b64encode(os.urandom(32)).decode()
    record.write_bytes(canonical.dumps(tree))
    pushed()
    refused("record was removed or changed")
    unread("db_password", "has no record that a signed event names")


def test_an_event_edited(sealed_trading, refused):
    log = next(p for p in Path("secrets/log").rglob("*.json") if '"create"' in p.read_text())
    log.write_text(log.read_text().replace('"operation":"create"', '"operation":"rotate"'))
    pushed()
    refused("this event's name does not fit its content", "a signed event was removed from the log")


def test_rekey_does_not_launder_what_was_slipped_in(ok, cli, sealed_trading):
    old = SECRETS.read_text()
    ok("secret", "rotate", "db_password", "--stdin", stdin="the-new-one-after-the-leak")
    SECRETS.write_text(old)
    pushed()
    for command in (["rekey", "default"], ["rekey", "--all"]):
        answer = cli("secret", *command)
        assert answer.code == 4, answer
        assert "it was replayed" in answer.err
    SECRETS.write_text("")
    pushed()
    assert "was removed, and nobody signed that" in cli("secret", "rekey", "default").err
