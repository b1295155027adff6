"""What scripts read: every verb's `-o json` is what `schemas/output.schema.json` says, and nothing else on stdout."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
OUTPUT = json.loads((SCHEMAS / "output.schema.json").read_text())
REGISTRY = Registry().with_resources(
    [(file.name, Resource.from_contents(json.loads(file.read_text()))) for file in SCHEMAS.glob("*.json")]
)
READING = [
    ("config-list", "config", "list"),
    ("config-get", "config", "get", "settings", "-e", "production"),
    ("config-explain", "config", "explain", "settings", "database.password", "-e", "production"),
    ("config-diff", "config", "diff", "staging", "production"),
    ("config-history", "config", "history", "settings"),
    ("config-history", "config", "history", "settings", "database.pool", "-e", "production"),
    ("secret-get", "secret", "get", "db_password"),
    ("secret-list", "secret", "list"),
    ("secret-member-list", "secret", "member", "list"),
    ("secret-access-show", "secret", "access", "show"),
    ("secret-verify", "secret", "verify"),
    ("secret-exposed", "secret", "exposed"),
    ("secret-audit", "secret", "audit"),
    ("secret-scan", "secret", "scan"),
    ("flag-list", "flag", "list", "-e", "production"),
    ("flag-show", "flag", "show", "dark_pools", "-e", "production"),
    ("flag-eval", "flag", "eval", "dark_pools", "--user", "ada"),
    ("flag-simulate", "flag", "simulate", "dark_pools", "--sample", "50", "--percentage", "90"),
    ("flag-diff", "flag", "diff", "staging", "production", "--sample", "50"),
    ("flag-lint", "flag", "lint"),
    ("doctor", "doctor"),
    ("validate", "validate"),
]
WRITING = [
    ("config-set", "config", "set", "settings", "database.pool", "60", "-e", "production"),
    ("config-unset", "config", "unset", "settings", "database.pool", "-e", "production"),
    ("config-rollback", "config", "rollback", "settings", "v1"),
    ("config-infer-schema", "config", "infer-schema", "billing"),
    ("init", "init"),
    ("secret-create", "secret", "create", "x", "--generate"),
    ("secret-rotate", "secret", "rotate", "db_password"),
    ("secret-delete", "secret", "delete", "spare", "-y"),
    ("secret-move", "secret", "move", "spare", "other"),
    ("secret-rekey", "secret", "rekey", "default"),
    ("secret-seal", "secret", "seal", "config/billing.yaml", "invoice.sender"),
    ("flag-create", "flag", "create", "fresh", "--percentage", "25"),
    ("flag-set", "flag", "set", "dark_pools", "rollout.salt", "again", "--rebucket"),
    ("flag-delete", "flag", "delete", "dark_pools"),
    ("flag-enable", "flag", "enable", "dark_pools", "-e", "production"),
    ("flag-disable", "flag", "disable", "dark_pools", "-e", "production"),
    ("flag-rollout", "flag", "rollout", "dark_pools", "50"),
    ("flag-promote", "flag", "promote", "dark_pools", "staging", "production"),
    ("flag-rename", "flag", "rename", "dark_pools", "lit_pools"),
    ("flag-bucketing", "flag", "bucketing", "flagd-v2", "--rebucket"),
]


def agrees(name: str, text: str) -> None:
    schema = {"$schema": OUTPUT["$schema"], "$ref": f"output.schema.json#/$defs/{name}"}
    Draft202012Validator(schema, registry=REGISTRY).validate(json.loads(text))


@pytest.mark.parametrize("verb", READING, ids=lambda verb: " ".join(verb[1:]))
def test_what_a_reading_verb_answers(ok, sealed_trading, verb):
    agrees(verb[0], ok(*verb[1:], "-o", "json"))


@pytest.mark.parametrize("verb", WRITING, ids=lambda verb: " ".join(verb[1:]))
@pytest.mark.parametrize("how", [(), ("--dry-run",), ("--no-commit",)], ids=" ".join)
def test_what_a_writing_verb_answers(ok, sealed_trading, verb, how):
    ok("secret", "create", "spare", "--generate")
    agrees(verb[0], ok(*verb[1:], *how, "-o", "json"))


def test_what_stale_flags_an_import_and_a_push_answer(cli, ok, sealed_trading, tmp_path, git):
    ok("flag", "set", "dark_pools", "expires", "2020-01-01")
    stale = cli("flag", "stale", "--code", ".", "-o", "json")
    assert stale.code == 1
    agrees("flag-stale", stale.out)
    assert json.loads(stale.out)[0]["references"], "the example's README names it"
    ok("flag", "compile", str(tmp_path / "f.json"))
    pushed = cli("flag", "disable", "dark_pools", "--push", "-o", "json")
    assert pushed.code == 3 and not json.loads(pushed.out)["pushed"]["reached"]
    agrees("flag-disable", pushed.out)
    git("rm", "-qr", "flags")
    agrees("flag-import", ok("flag", "import", str(tmp_path / "f.json"), "-o", "json", "--no-commit"))


def test_what_a_batch_and_the_drivers_answer(ok, sealed_trading):
    agrees("secret-rotate-all", ok("secret", "rotate", "--all", "--dry-run", "-o", "json"))
    agrees("secret-git-install", ok("secret", "git", "install", "-o", "json"))
    agrees("secret-grant", ok("secret", "grant", "test", "read", "--dry-run", "-o", "json"))


def test_what_the_other_verbs_of_secrets_answer(ok, sealed_trading, git, tmp_path):
    """What settles, compares, takes over and hands on; with something to do and without."""
    (tmp_path / "env").write_text("SMTP_PASSWORD=from-elsewhere-1\n")
    key = str(tmp_path / "bob.key")
    bob = json.loads(keygen := ok("secret", "keygen", "--file", key, "-o", "json"))
    agrees("secret-keygen", keygen)
    for how in (["--dry-run"], []):
        member = ["bob", "--age", bob["age"], "--verify", bob["verify"]]
        agrees("secret-member-add", ok("secret", "member", "add", *member, *how, "-o", "json"))
        agrees(
            "secret-import",
            ok("secret", "import", "--from", "dotenv", str(tmp_path / "env"), *how, "-o", "json"),
        )
        out = ["--file", str(tmp_path / "out.env")]
        agrees("secret-export", ok("secret", "export", "--to", "dotenv", *out, *how, "-o", "json"))
    agrees("secret-set", ok("secret", "set", "db_password", "--stdin", "-o", "json", stdin="another"))
    agrees("secret-diff", ok("secret", "diff", "HEAD~1", "HEAD", "-o", "json"))
    agrees("secret-accept", ok("secret", "accept", "-y", "-o", "json"))
    git("revert", "--no-edit", "HEAD")
    for how in (["--dry-run"], ["-y"]):
        agrees("secret-accept", ok("secret", "accept", *how, "-o", "json"))
    agrees("secret-access-sign", ok("secret", "access", "sign", "-y", "-o", "json"))
    access = sealed_trading / "access.yaml"
    access.write_text(access.read_text().replace("must_be_sealed: []", "must_be_sealed: [{document: x}]"))
    for verb in ("sign", "reset"):
        for how in (["--dry-run"], ["-y"]):
            agrees(f"secret-access-{verb}", ok("secret", "access", verb, *how, "-o", "json"))
    for verb, *rest in (("grant", "bob", "read"), ("revoke", "bob"), ("member", "remove", "bob")):
        name = f"secret-{verb}" if verb != "member" else "secret-member-remove"
        agrees(name, ok("secret", verb, *rest, "-o", "json"))


def test_every_answer_of_a_verb_of_secrets_is_described():
    """Whoever adds `-o json` to a verb says in the schema what it answers."""
    import typer

    from gmconfig.cli.app import assembled

    def verbs(command, words):
        for name, below in getattr(command, "commands", {}).items():
            yield from verbs(below, (*words, name))
            if any(one.name == "output" for one in below.params):
                yield "-".join((*words, name))

    command = typer.main.get_command(assembled()).commands["secret"]
    assert set(verbs(command, ("secret",))) <= set(OUTPUT["$defs"])


def test_no_secret_is_in_any_answer(ok, sealed_trading):
    for verb in READING:
        if verb[0] != "secret-get":
            assert "correct-horse-battery" not in ok(*verb[1:], "-o", "json")
