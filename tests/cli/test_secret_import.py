"""Secrets of other tools, written by the real ones: opened, sealed where they stand, everything else kept."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess

import pytest

from tests.peers import Sops, run, tool

VAULT_PASSWORD = "opensesame-vault"
PLAIN = """\
# The settings of production.
database:
  # who logs in
  user: trader
  password: "hunter2 & more" # inline
  port: 5433
  ratio: 1.5
  tls: true
  nothing: null
  empty: ""
  since: 2001-12-14
  hosts:
    - a
    # the second one
    - name: b
      weight: 3
    - - deep
  count: 1234567890123456789
  key: |
    line one
    line two
"""


@pytest.fixture
def sops(tmp_path, monkeypatch) -> Sops:
    folder = tmp_path / "peer"
    folder.mkdir()
    made = Sops(folder)
    monkeypatch.setenv("SOPS_AGE_KEY_FILE", str(made.key))
    return made


@pytest.fixture
def imported(sealed_trading, monkeypatch):
    """A place for a document `app` in the trading example: its production overlay."""
    folder = sealed_trading / "config" / "environments" / "production"
    folder.mkdir(parents=True, exist_ok=True)
    (sealed_trading / "config" / "app.yaml").write_text("database: {}\n")
    return folder / "app.yaml"


def commit(git) -> None:
    git("add", "-A")
    git("commit", "-qm", "before")


def shown(ok, path: str) -> object:
    return json.loads(ok("config", "get", "app", path, "-e", "production", "--reveal", "-o", "json"))


def test_a_whole_file_of_sops_is_sealed_where_it_stands(ok, cli, sops, imported, git):
    shutil.copy(sops.encrypt("app.yaml", PLAIN), imported)
    commit(git)
    said = ok("secret", "import", "--from", "sops", "config/environments/production/app.yaml")
    assert "sealed  config/environments/production/app.yaml: database.password" in said
    text = imported.read_text()
    assert "hunter2" not in text + said
    assert "ENC[" not in text and "sops" not in text and "BEGIN AGE" not in text
    for comment in ("# The settings of production.", "# who logs in", "# inline", "# the second one"):
        assert comment in text
    assert shown(ok, "database.password") == "hunter2 & more"
    assert shown(ok, "database.port") == 5433
    assert shown(ok, "database.ratio") == 1.5
    assert shown(ok, "database.tls") is True
    assert shown(ok, "database.empty") == ""
    assert shown(ok, "database.since") == "2001-12-14T00:00:00Z"
    assert shown(ok, "database.hosts") == ["a", {"name": "b", "weight": 3}, ["deep"]]
    assert shown(ok, "database.key") == "line one\nline two\n"
    assert git("status", "--porcelain") == ""
    ok("secret", "verify")


@pytest.mark.parametrize(
    "rules",
    [
        "    encrypted_regex: ^(password|key)$\n",
        "    encrypted_regex: ^(password|key)$\n    mac_only_encrypted: true\n",
        "    unencrypted_regex: ^(user|hosts|since|count)$\n",
        "    encrypted_suffix: word\n",
    ],
)
def test_a_file_sealed_in_part_keeps_the_rest(ok, sops, imported, rules, git):
    shutil.copy(sops.encrypt("app.yaml", PLAIN, rules), imported)
    commit(git)
    before = imported.read_text()
    ok("secret", "import", "--from", "sops", str(imported))
    after = imported.read_text()
    kept = [line for line in before.split("\nsops:")[0].splitlines() if "ENC[" not in line]
    assert [line for line in after.splitlines() if "gm1." not in line and line in kept] == kept
    assert "user: trader" in after
    assert shown(ok, "database.password") == "hunter2 & more"


def test_a_comment_with_a_secret_is_left_out(ok, cli, sops, imported, git):
    text = "a: 1 # fine\n# old: hunter2-hunter2\nb: hunter2-hunter2\n# password: swordfish9\nc: 3\n"
    shutil.copy(sops.encrypt("app.yaml", text), imported)
    commit(git)
    answer = cli("secret", "import", "--from", "sops", str(imported))
    assert answer.code == 0, answer
    after = imported.read_text()
    assert "hunter2" not in after + str(answer)
    assert "swordfish9" not in after + str(answer)
    assert "# fine" in after
    assert "comments left out, as they seem to hold secrets: 2" in answer.err


@pytest.mark.parametrize(
    ("name", "text", "secrets"),
    [
        (
            "x.json",
            '{"a": {"b": "x-value", "n": [1, 2.5, null, true]}}',
            {"a.b": "x-value", "a.n.0": 1, "a.n.1": 2.5},
        ),
        ("login.yaml", "a: one # beside\n", {"a": "one"}),
        ("x.env", "A=one value\n# note\nB=two\\nlines\n", {"A": "one value", "B": "two\nlines"}),
        ("x.bin", b"\xff\x00binary", {"data": "!!binary"}),
    ],
)
def test_other_files_of_sops_become_named_secrets(cli, ok, sops, sealed_trading, name, text, secrets):
    file = sops.encrypt(name, text)
    told = cli("secret", "import", "--from", "sops", str(file), "-e", "staging")
    assert told.code == 0 and "comments" not in told.err, "no text is written that could hold them"
    for secret, value in secrets.items():
        said = ok("secret", "get", secret, "-e", "staging", "-o", "json")
        if value == "!!binary":
            assert base64.b64decode(json.loads(said)) == b"\xff\x00binary"
        else:
            assert json.loads(said) == value


def test_sealed_values_go_into_a_document_that_exists(ok, sops, imported, git):
    imported.write_text("# kept\ndatabase:\n  port: 1 # too\n")
    commit(git)
    file = sops.encrypt("other.yaml", "database:\n  password: hunter2-hunter2\n  port: 7\n")
    ok("secret", "import", "--from", "sops", str(file), "--to", "app", "-e", "production")
    text = imported.read_text()
    assert text.startswith("# kept\ndatabase:\n  port: gm1.") and "# too" in text
    assert shown(ok, "database") == {"port": 7, "password": "hunter2-hunter2"}
    before = git("rev-parse", "HEAD")
    ok("secret", "import", "--from", "sops", str(file), "--to", "app", "-e", "production")
    assert git("rev-parse", "HEAD") == before


def test_a_dry_run_changes_nothing_and_json_says_what_would(ok, sops, sealed_trading, git):
    file = sops.encrypt("x.yaml", "login: hunter2-hunter2\n")
    before = git("rev-parse", "HEAD")
    said = json.loads(ok("secret", "import", "--from", "sops", str(file), "--dry-run", "-o", "json"))
    assert (said["sealed"], said["commit"], said["dry_run"]) == (["login"], None, True)
    assert git("rev-parse", "HEAD") == before
    assert git("status", "--porcelain") == ""


def test_without_the_key_it_says_where_one_belongs(cli, sops, sealed_trading, monkeypatch):
    file = sops.encrypt("x.yaml", "a: first-value\n")
    monkeypatch.delenv("SOPS_AGE_KEY_FILE")
    answer = cli("secret", "import", "--from", "sops", str(file))
    assert (answer.code, "SOPS_AGE_KEY_FILE" in answer.err) == (3, True)
    other = sops.folder / "other.key"
    import pyrage

    other.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    assert cli("secret", "import", "--from", "sops", str(file), "--key-file", str(other)).code == 4
    monkeypatch.setenv("SOPS_AGE_KEY", sops.key.read_text().splitlines()[1])
    assert cli("secret", "import", "--from", "sops", str(file)).code == 0


# ansible-vault


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """The real ansible-vault, with its password in a file."""
    program = tool("ansible-vault")
    password = tmp_path / "vault-password"
    password.write_text(VAULT_PASSWORD + "\n")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(password))
    monkeypatch.setenv("ANSIBLE_LOCAL_TEMP", str(tmp_path / "ansible"))
    return lambda *arguments, **kwargs: run(program, *arguments, **kwargs)


def test_ansible_vault_whole_inline_and_labelled(ok, cli, vault, imported, git, tmp_path):
    inline = vault("encrypt_string", "hunter2-hunter2", "--name", "password")
    block = "".join(
        f"  {line.strip() if 'vault |' in line else '  ' + line.strip()}\n" for line in inline.splitlines()
    )
    imported.write_text(f"# kept\ndatabase:\n  user: trader # kept\n{block}  port: 5433\n")
    commit(git)
    ok("secret", "import", "--from", "ansible-vault", str(imported))
    text = imported.read_text()
    assert "!vault" not in text and "user: trader # kept" in text and text.endswith("  port: 5433\n")
    assert shown(ok, "database.password") == "hunter2-hunter2"
    sealed = imported.with_name("sealed.yaml")
    sealed.write_text(
        "# fine\nlogin: hunter2-hunter2 # was: swordfish-one\n# password: swordfish9\nurl: 'a # b'\n"
    )
    vault("encrypt", str(sealed))
    (imported.parents[2] / "sealed.yaml").write_text("{}\n")
    commit(git)
    ok("secret", "import", "--from", "ansible-vault", str(sealed))
    text = sealed.read_text()
    assert "# fine" in text and "swordfish9" not in text and "hunter2" not in text
    whole = tmp_path / "whole.yml"
    whole.write_text("login:\n  # who\n  user: bo\n  pin: 1234\n  ok: true\n")
    vault("encrypt", str(whole))
    ok("secret", "import", "--from", "ansible-vault", str(whole), "-e", "staging")
    assert ok("secret", "get", "login.pin", "-e", "staging", "-o", "json") == "1234\n"
    assert ok("secret", "get", "login.user", "-e", "staging") == "bo\n"
    key = tmp_path / "tls.key"
    key.write_text("some: file\nthat is [ no yaml\n")
    vault(
        "encrypt", "--vault-id", f"prod@{tmp_path / 'vault-password'}", "--encrypt-vault-id", "prod", str(key)
    )
    assert ";1.2;AES256;prod" in key.read_text()
    ok("secret", "import", "--from", "ansible-vault", str(key), "-e", "staging")
    assert ok("secret", "get", "tls", "-e", "staging") == "some: file\nthat is [ no yaml\n\n"
    (tmp_path / "vault-password").write_text("another one")
    assert cli("secret", "import", "--from", "ansible-vault", str(key), "-e", "staging").code == 4


# hiera-eyaml


def test_hiera_eyaml(ok, cli, imported, git, tmp_path, monkeypatch):
    program = tool("eyaml")
    keys = tmp_path / "keys"
    options = (f"--pkcs7-private-key={keys}/private.pem", f"--pkcs7-public-key={keys}/public.pem")
    run(program, "createkeys", *options)

    def sealed(text: str, form: str) -> str:
        return run(program, "encrypt", "-s", text, "-o", form, *options).strip()

    part, whole = sealed("hunter2", "string"), sealed("hunter2-hunter2", "block").replace("\n", "\n  ")
    imported.write_text(
        f"# kept\ndatabase:\n  url: postgres://bo:{part}@db/{part} # too\n  password: {whole}\n  port: 5433\n"
    )
    commit(git)
    assert cli("secret", "import", "--from", "eyaml", str(imported)).code == 3
    config = tmp_path / "eyaml.yaml"
    config.write_text(f"pkcs7_private_key: {keys}/private.pem\npkcs7_public_key: {keys}/public.pem\n")
    monkeypatch.setenv("EYAML_CONFIG", str(config))
    ok("secret", "import", "--from", "eyaml", str(imported))
    text = imported.read_text()
    assert "PKCS7" not in text and "# too" in text and text.endswith("  port: 5433\n")
    assert shown(ok, "database.password") == "hunter2-hunter2"
    assert shown(ok, "database.url") == "postgres://bo:hunter2@db/hunter2"


def test_cms_of_openssl_is_what_eyaml_writes(ok, sealed_trading, tmp_path):
    openssl = tool("openssl")
    key, certificate, plain = tmp_path / "private.pem", tmp_path / "public.pem", tmp_path / "plain"
    subject = ("-subj", "/CN=x", "-nodes", "-newkey", "rsa:2048", "-days", "2")
    run(openssl, "req", "-x509", *subject, "-keyout", str(key), "-out", str(certificate))
    plain.write_text("hunter2-hunter2")
    done = subprocess.run(
        [openssl, "cms", "-encrypt", "-aes256", "-binary", "-outform", "DER", "-in", str(plain), str(certificate)],
        capture_output=True, check=True,
    )  # fmt: skip
    file = tmp_path / "x.eyaml"
    file.write_text(f"login: ENC[PKCS7,{base64.b64encode(done.stdout).decode()}]\n")
    given = ("--key-file", str(key), "--key-file", str(certificate))
    ok("secret", "import", "--from", "eyaml", str(file), *given)
    assert ok("secret", "get", "login") == "hunter2-hunter2\n"


# dotenv, and back


def test_dotenv_in_all_its_ways_of_quoting(ok, sealed_trading, tmp_path):
    file = tmp_path / ".env"
    file.write_text(
        "# note\nexport A=plain # note\nB='single $x # not'\nC=\"double\\nlines \\\"q\\\"\"\n\nD=\nE=it'\\''s\n"
        "F='it'\\''s'\nG=\"two\nlines\"\r\nH=a=b#c\n"
    )
    ok("secret", "import", "--from", "dotenv", str(file), "-e", "testing")
    wanted = {"A": "plain", "B": "single $x # not", "C": 'double\nlines "q"', "D": "", "F": "it's"}
    wanted |= {"G": "two\nlines", "H": "a=b#c"}
    got = {name: json.loads(ok("secret", "get", name, "-e", "testing", "-o", "json")) for name in wanted}
    assert got == wanted


def test_sops_opens_what_is_exported(ok, cli, sops, sealed_trading, git):
    out = sealed_trading.parent / "out.yaml"
    said = ok("secret", "export", "--to", "sops", "--age", sops.recipient, "--file", str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    assert "correct-horse-battery" not in said + out.read_text()
    assert "db_password: correct-horse-battery\n" in sops.decrypt(out)
    ok("secret", "export", "settings", "-e", "production", "--age", sops.recipient, "--file", str(out))
    tree = json.loads(run(sops.program, "decrypt", "--output-type", "json", str(out)))
    wanted = json.loads(ok("config", "show", "settings", "-e", "production", "--reveal", "-o", "json"))
    assert tree == wanted
    ok("secret", "import", "--from", "sops", str(out), "-e", "testing")
    assert ok("secret", "get", "database.port", "-e", "testing") == f"{tree['database']['port']}\n"
    assert cli("secret", "export", "--file", str(out)).code == 2
    assert cli("secret", "export", "--file", str(out), "--age", "age1nobody").code == 2


def test_dotenv_is_written_to_a_private_file_or_where_it_was_asked_for(ok, cli, sealed_trading):
    out = sealed_trading.parent / "x.env"
    assert cli("secret", "export", "--to", "dotenv").code == 2
    ok("secret", "export", "--to", "dotenv", "--file", str(out), "--dry-run")
    assert not out.exists()
    said = json.loads(ok("secret", "export", "--to", "dotenv", "--file", str(out), "-o", "json"))
    assert said["file"] == str(out) and out.stat().st_mode & 0o777 == 0o600
    read = run("/bin/sh", "-c", f'. {out}; printf "%s" "$DB_PASSWORD"')
    assert read == "correct-horse-battery"
    assert "DB_PASSWORD=correct-horse-battery\n" in ok("secret", "export", "--to", "dotenv", "--file", "-")


def test_a_tool_that_is_not_known(cli, sealed_trading):
    answer = cli("secret", "import", "--from", "blackbox", "x")
    assert (answer.code, "one of: sops, ansible-vault, eyaml, dotenv" in answer.err) == (2, True)
    assert cli("secret", "import", "--from", "sops", "nowhere.yaml").code == 3
    assert cli("secret", "export", "--to", "vault", "--file", "x").code == 2


def test_a_file_that_git_does_not_know_yet_is_not_lost(ok, cli, sops, imported, git):
    shutil.copy(sops.encrypt("app.yaml", "login: hunter2-hunter2 # kept\n"), imported)
    answer = cli("secret", "import", "--from", "sops", str(imported), "-e", "production")
    assert (answer.code, "--no-commit" in answer.err) == (4, True)
    ok("secret", "import", "--from", "sops", str(imported), "-e", "production", "--no-commit")
    assert "login: gm1." in imported.read_text()
    assert "# kept" in imported.read_text()
    assert shown(ok, "login") == "hunter2-hunter2"


def test_the_name_that_tells_list_items_apart_stays_readable(ok, cli, sops, sealed_trading, git):
    file = sealed_trading / "config" / "environments" / "testing.yaml"
    shutil.copy(sops.encrypt("t.yaml", "markets:\n  - name: nyse\n    max_order: 5\n"), file)
    commit(git)
    answer = cli("secret", "import", "--from", "sops", str(file))
    assert answer.code == 0, answer
    assert "- name: nyse\n" in file.read_text()
    assert "stays in plain" in answer.err
    assert ok("config", "get", "settings", "markets[0].max_order", "-e", "testing", "--reveal") == "5\n"
