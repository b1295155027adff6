"""What is told of a change that the user's hooks altered on its way: what was committed."""

import json
import subprocess
from pathlib import Path

PRODUCTION = "config/environments/production.yaml"


def hook(name: str, script: str) -> None:
    """Install a shell script as a hook."""
    path = Path(".git/hooks", name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)


def committed() -> str:
    return subprocess.run(
        ["git", "show", f"HEAD:{PRODUCTION}"], capture_output=True, text=True, check=True
    ).stdout


def pool() -> list[str]:
    return [line.strip() for line in committed().splitlines() if "pool" in line]


def set_pool(ok, *options: str) -> str:
    return ok("config", "set", "settings", "database.pool", "60", "-e", "production", *options)


def test_a_value_that_a_hook_changes_is_told_as_it_was_committed(trading, ok):
    hook("pre-commit", f"sed -i 's/pool: 60/pool: 61/' {PRODUCTION}; git add {PRODUCTION}")
    before = ok("config", "get", "settings", "database.pool", "-e", "production").strip()
    told = json.loads(set_pool(ok, "-o", "json"))
    assert pool() == ["pool: 61"]
    assert [(one["path"], one["before"], one["after"]) for one in told["changes"]] == [
        ("database.pool", int(before), 61)
    ]
    subprocess.run(["git", "reset", "-q", "--hard", "HEAD~1"], check=True)
    assert "→ 61" in set_pool(ok)


def test_files_and_words_that_hooks_add_are_told(trading, ok):
    hook("pre-commit", "echo x > noted.txt; git add noted.txt")
    hook("commit-msg", "sed -i '1s/^/OPS-7 /' \"$1\"")
    told = json.loads(set_pool(ok, "-o", "json"))
    assert told["files"] == sorted([PRODUCTION, "noted.txt"])
    assert told["message"].startswith("OPS-7 settings: database.pool")
    assert [one["after"] for one in told["changes"]] == [60]


def test_lines_that_a_hook_moves_are_told_where_they_are(trading, ok):
    hook("pre-commit", f"sed -i '1i # by the hook' {PRODUCTION}; git add {PRODUCTION}")
    told = json.loads(set_pool(ok, "-o", "json"))
    (line,) = (one["line"] for one in told["changes"])
    assert "pool: 60" in committed().splitlines()[line - 1]


def test_a_secret_that_a_hook_opens_is_told_to_nobody(sealed_trading, ok):
    ok(
        "config",
        "set",
        "settings",
        "database.password",
        "--secret",
        "-e",
        "production",
        "-",
        stdin="hunter-2-hunter",
    )
    hook(
        "pre-commit",
        f"sed -i 's/password: gm1.*/password: opened-by-a-hook/' {PRODUCTION}; git add {PRODUCTION}",
    )
    said = ok(
        "config", "set", "settings", "database.password", "--secret", "-e", "production", "-", "-o", "json",
        stdin="hunter-3-hunter",
    )  # fmt: skip
    assert "opened-by-a-hook" in committed()
    assert "opened-by-a-hook" not in said
    assert "●" in json.loads(said)["changes"][0]["after"]


def test_a_hook_at_the_top_of_a_larger_repository_names_files_from_there(repo, cli, ok, git, monkeypatch):
    """As pre-commit does: `args: [-C, ops/config]`, then the names of all files of a kind."""
    (repo / "ops/config").mkdir(parents=True)
    (repo / "app.yaml").write_text("[\n")
    monkeypatch.chdir(repo)
    ok("init", "ops/config")
    (repo / "ops/config/config/settings.yaml").write_text("a: [\n")
    git("add", "-A")
    named = ("ops/config/config/settings.yaml", "app.yaml")
    refused = cli("validate", "--staged", "-C", "ops/config", *named)
    assert refused.code == 1 and refused.out.startswith("config/settings.yaml:")
    assert ok("validate", "--staged", "-C", "ops/config", "app.yaml").startswith("no findings")
    assert cli("validate", "--staged", "-C", "ops/config", "config/settings.yaml").code == 1
    assert cli("validate", "--staged", "-C", "ops/config", "config/setings.yaml").code == 3
