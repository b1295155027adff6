"""Diffs and merges of sealed values with real git: by value, with and without the driver."""

import json
import re
import subprocess
import sys
from resource import RLIMIT_FSIZE, setrlimit

import pytest

from gmconfig import SecretsManager

SAME, OURS, THEIRS = "same-new-value-Q7", "ours-value-K2", "theirs-value-M9"


@pytest.fixture
def team(sealed_trading, git):
    """The trading example with four secrets for everybody, on main."""
    secrets = SecretsManager(root=sealed_trading)
    secrets.create_secret("api_key", "first-api-key", "api_key")
    secrets.create_secret("smtp_password", "first-smtp-password")
    return secrets


@pytest.fixture
def driven(team, ok):
    ok("secret", "git", "install")
    return team


def branches(git, ours, theirs):
    """Do one thing on a branch, another on main."""
    git("switch", "-q", "-c", "other")
    theirs()
    git("switch", "-q", "main")
    ours()


def set_secret(name, value):
    return lambda: SecretsManager().update_secret(name, value)


def run_git(folder, *arguments):
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("how", [("merge", "-q", "--no-edit"), ("rebase", "-q"), ("cherry-pick",)])
def test_different_secrets_of_one_file_merge_with_plain_git(team, git, sealed_trading, how):
    branches(git, set_secret("api_key", OURS), set_secret("smtp_password", THEIRS))
    done = run_git(sealed_trading, *how, "other")
    assert done.returncode == 0, done.stderr
    now = SecretsManager()
    assert (now.get_secret("api_key"), now.get_secret("smtp_password")) == (OURS, THEIRS)
    assert not _findings(now)


@pytest.mark.parametrize("how", [("merge", "--no-edit"), ("rebase",), ("cherry-pick",)])
def test_the_same_secret_on_both_sides_names_it_and_shows_no_value(driven, git, sealed_trading, how):
    branches(git, set_secret("api_key", OURS), set_secret("api_key", THEIRS))
    done = run_git(sealed_trading, *how, "other")
    assert done.returncode != 0
    assert "secret api_key in common has another value on each side" in done.stderr
    text = (sealed_trading / "secrets/common.yaml").read_text()
    assert re.search(
        r"<{7} ours: secret api_key in common\n  value: gm1\.\S+\n={7}\n  value: gm1\.\S+\n>{7} theirs: another",
        text,
    )
    assert text.count("<<<<<<<") == 1
    for value in (OURS, THEIRS):
        assert value not in text + done.stdout + done.stderr


@pytest.mark.parametrize(
    ("most", "helps"),
    [(512, "raise the limit on file sizes"), (0, "make room on the disk, or name another folder")],
    ids=["for the result", "for anything"],
)
def test_a_merge_that_finds_no_room_leaves_our_side_and_says_what_helps(
    sealed_trading, tmp_path, most, helps
):
    base, more = "a: 1\nb: 2\nc: 3\n", "#" + 400 * "-" + "\n"
    texts = {"base": base, "ours": base + more, "theirs": more + base}
    files = [tmp_path / name for name in texts]
    for file, text in zip(files, texts.values(), strict=True):
        file.write_text(text)
    line = [
        sys.executable,
        "-m",
        "gmconfig",
        "secret",
        "git",
        "merge",
        *map(str, files),
        "config/settings.yaml",
    ]
    done = subprocess.run(
        line,
        cwd=sealed_trading,
        preexec_fn=lambda: setrlimit(RLIMIT_FSIZE, (most, most)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert helps in done.stderr
    assert {name: (tmp_path / name).read_text() for name in texts} == texts


def test_a_side_is_chosen_and_the_merge_concluded(driven, git, sealed_trading):
    branches(git, set_secret("api_key", OURS), set_secret("api_key", THEIRS))
    run_git(sealed_trading, "merge", "other")
    file = sealed_trading / "secrets/common.yaml"
    chosen = re.sub(r"<{7}.*?\n.*?={7}\n(.*?)>{7}[^\n]*\n", r"\1", file.read_text(), flags=re.DOTALL)
    file.write_text(chosen)
    git("commit", "-qam", "theirs")
    assert SecretsManager().get_secret("api_key") == THEIRS
    (finding,) = _findings(SecretsManager())
    assert finding.rule == "heads" and finding.hint == "gmconfig secret accept"


@pytest.mark.parametrize("how", [("merge", "--no-edit"), ("rebase",), ("cherry-pick", "--allow-empty")])
def test_the_same_new_value_on_both_sides_is_no_conflict(driven, git, sealed_trading, how):
    branches(git, set_secret("api_key", SAME), set_secret("api_key", SAME))
    done = run_git(sealed_trading, *how, "other")
    assert done.returncode == 0, done.stderr
    assert "gmconfig secret accept" in done.stderr
    assert SecretsManager().get_secret("api_key") == SAME


def test_one_signed_command_settles_what_both_sealed(driven, git, sealed_trading, ok, cli):
    branches(git, set_secret("api_key", SAME), set_secret("api_key", SAME))
    run_git(sealed_trading, "merge", "--no-edit", "other")
    assert cli("secret", "verify").code == 1
    ok("secret", "accept", "-y")
    assert cli("secret", "verify").code == 0
    assert ok("secret", "get", "api_key").strip() == SAME


def test_keys_that_came_with_the_other_side_open_there(driven, git, sealed_trading, ok):
    """They changed the keys, we only touched another secret: what did not change in value is not a conflict."""
    branches(
        git,
        set_secret("smtp_password", OURS),
        lambda: ok("secret", "rekey", "default"),
    )
    done = run_git(sealed_trading, "merge", "--no-edit", "other")
    assert done.returncode == 0, done.stderr
    assert "smtp_password in common was sealed on both sides" in done.stderr
    ok("secret", "accept", "-y")
    now = SecretsManager()
    assert (now.get_secret("smtp_password"), now.get_secret("api_key")) == (OURS, "first-api-key")


def test_both_create_secrets_at_the_end_of_the_file(driven, git, sealed_trading):
    branches(
        git,
        lambda: SecretsManager().create_secret("ours_new", OURS, description="# ours: 'quoted'"),
        lambda: SecretsManager().create_secret("theirs_new", THEIRS),
    )
    done = run_git(sealed_trading, "merge", "--no-edit", "other")
    assert done.returncode == 0, done.stdout + done.stderr
    now = SecretsManager()
    assert (now.get_secret("ours_new"), now.get_secret("theirs_new")) == (OURS, THEIRS)
    assert not _findings(now)


def test_comments_and_metadata_of_both_sides_stay(driven, git, sealed_trading):
    file = sealed_trading / "secrets/common.yaml"

    def commented():
        file.write_text("# ours on top\n" + file.read_text())
        git("commit", "-qam", "a comment")

    branches(git, commented, set_secret("api_key", THEIRS))
    assert run_git(sealed_trading, "merge", "--no-edit", "other").returncode == 0
    assert file.read_text().startswith("# ours on top\n")
    assert SecretsManager().get_secret("api_key") == THEIRS


def test_sealed_values_of_neighbouring_lines_in_a_document(driven, git, sealed_trading, ok):
    for path in ("mail.user", "mail.password"):
        ok("config", "set", "billing", path, "-", "--secret", "--create", stdin="first")
    branches(
        git,
        lambda: ok("config", "set", "billing", "mail.user", "-", "--secret", stdin=OURS),
        lambda: ok("config", "set", "billing", "mail.password", "-", "--secret", stdin=THEIRS),
    )
    assert run_git(sealed_trading, "merge", "--no-edit", "other").returncode == 0
    assert ok("config", "get", "billing", "mail.user", "--reveal").strip() == OURS
    assert ok("config", "get", "billing", "mail.password", "--reveal").strip() == THEIRS


def test_deleted_there_changed_here_is_a_conflict(driven, git, sealed_trading):
    branches(git, set_secret("api_key", OURS), lambda: SecretsManager().delete_secret("api_key"))
    assert run_git(sealed_trading, "merge", "--no-edit", "other").returncode != 0


def test_changed_and_moved_here_and_deleted_there_is_a_conflict_that_no_line_shows(
    driven, git, sealed_trading
):
    file = sealed_trading / "config" / "ports.yaml"

    def written(text):
        file.write_text(text)
        git("add", ".")
        git("commit", "-qm", "ports")

    written("alpha: 1\ngamma: 2\nbeta: 1\n")
    branches(
        git,
        lambda: written("gamma: 1\nalpha: 1\nbeta: 1\n"),
        lambda: written("alpha: 1\nbeta: 1\n"),
    )
    done = run_git(sealed_trading, "merge", "--no-edit", "other")
    assert done.returncode != 0
    assert "ports: gamma in the base layer was taken away on one side, and changed or moved" in done.stderr
    assert run_git(sealed_trading, "status", "--porcelain").stdout == "UU config/ports.yaml\n"


def test_an_item_that_both_sides_moved_stands_once_or_is_a_conflict(driven, git, sealed_trading):
    file = sealed_trading / "config" / "venues.yaml"

    def written(*names):
        file.write_text("markets:\n" + "".join(f"  - {{name: {name}}}\n" for name in names))
        git("add", ".")
        git("commit", "-qm", "venues")

    written("xetra", "lse", "nyse", "tse", "asx", "moved")
    branches(
        git,
        lambda: written("moved", "xetra", "lse", "nyse", "tse", "asx"),
        lambda: written("xetra", "lse", "nyse", "moved", "tse", "asx"),
    )
    done = run_git(sealed_trading, "merge", "--no-edit", "other")
    assert file.read_text().count("moved") == 2, "git's lines merge otherwise by now: choose another example"
    assert done.returncode != 0
    assert "venues: markets in the base layer holds an item twice" in done.stderr


def test_without_a_key_what_only_one_side_changed_still_merges(
    driven, git, sealed_trading, monkeypatch, tmp_path
):
    branches(git, set_secret("api_key", OURS), set_secret("smtp_password", THEIRS))
    home = tmp_path / "nobody"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = T\n\temail = t@example.org\n")
    monkeypatch.setenv("HOME", str(home))
    assert run_git(sealed_trading, "merge", "--no-edit", "other").returncode == 0


def test_a_project_that_cannot_be_read_merges_as_text(driven, git, sealed_trading):
    branches(git, set_secret("api_key", OURS), set_secret("api_key", THEIRS))
    (sealed_trading / "gmconfig.yaml").write_text("documents: [")
    git("commit", "-qam", "broken")
    done = run_git(sealed_trading, "merge", "--no-edit", "other")
    assert "merged as text" in done.stderr
    assert "<<<<<<<" in (sealed_trading / "secrets/common.yaml").read_text()


def test_a_diff_shows_that_a_value_changed_and_never_which(driven, git, sealed_trading):
    driven.update_secret("api_key", OURS)
    shown = git("show")
    assert re.search(r"^-  value: <sealed: [0-9a-f]{8}>$", shown, re.MULTILINE)
    assert re.search(r"^\+  value: <sealed: [0-9a-f]{8}>$", shown, re.MULTILINE)
    assert "api_key:" in shown  # the secret's name in the hunk's head
    assert OURS not in shown and "gm1." not in shown.partition("secrets/log")[0]


def test_a_diff_of_equal_values_that_were_sealed_anew_is_silent(driven, git, sealed_trading):
    driven.update_secret("api_key", OURS)
    driven.update_secret("api_key", "first-api-key")
    assert git("diff", "HEAD~2", "--", "secrets/common.yaml") == ""


def test_reveal_is_said_explicitly(team, git, ok):
    ok("secret", "git", "install", "--reveal")
    team.update_secret("api_key", OURS)
    assert f'+  value: "{OURS}"' in git("show")
    ok("secret", "git", "install")
    assert OURS not in git("show")


def test_whoever_cannot_read_sees_a_diff_all_the_same(driven, git, monkeypatch, tmp_path):
    driven.update_secret("api_key", OURS)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "<sealed, not for you: " in git("show")


def test_a_project_that_cannot_be_read_shows_what_is_written(driven, git, sealed_trading):
    driven.update_secret("api_key", OURS)
    (sealed_trading / "gmconfig.yaml").write_text("documents: [")
    assert "+  value: gm1." in git("show")


def test_installing_is_idempotent_and_undone(ok, sealed_trading, git):
    planned = ok("secret", "git", "install", "--dry-run")
    assert "dry run" in planned and not (sealed_trading / ".gitattributes").exists()
    assert git("config", "--local", "--get-regexp", "gmconfig.*driver", check=False) == ""
    (sealed_trading / ".gitattributes").write_text("*.png binary")
    git("add", "-A"), git("commit", "-qm", "images")
    done = json.loads(ok("secret", "git", "install", "-o", "json"))
    assert done["files"] == [".gitattributes"] and "merge.gmconfig.driver" in done["settings"]
    text = (sealed_trading / ".gitattributes").read_text()
    assert text.startswith("*.png binary\n") and "/secrets/*.yaml diff=gmconfig merge=gmconfig\n" in text
    assert "/config/environments/*.yaml diff=gmconfig merge=gmconfig\n" in text
    assert ok("secret", "git", "install") == "nothing to change\n"
    assert git("status", "--porcelain") == ""
    ok("secret", "git", "install", "--uninstall")
    assert git("config", "--local", "--get-regexp", "(diff|merge).gmconfig", check=False) == ""
    assert "line by line" in ok("doctor"), "a clone of somebody who does not know of it"
    assert "mended  merges" in ok("doctor", "--fix") and "merges" not in ok("doctor")
    git("config", "merge.gmconfig.driver", "/gone/bin/python -P -m gmconfig")
    assert "/gone/bin/python of its driver is gone" in ok("doctor")
    ok("secret", "git", "install", "--uninstall")
    assert ok("secret", "git", "install", "--uninstall") == "nothing to change\n"


def test_a_folder_named_gmconfig_in_the_repository_is_not_run(driven, git, sealed_trading):
    (sealed_trading / "gmconfig").mkdir()
    (sealed_trading / "gmconfig/__main__.py").write_text("open('pwned', 'w')")
    driven.update_secret("api_key", OURS)
    assert "<sealed" in git("show")
    assert not (sealed_trading / "pwned").exists()


def _findings(manager):
    from gmconfig.secret.log.verify import findings

    workspace = manager.workspace
    vault = workspace.vault(workspace.project.worktree())
    named = list(vault.secrets(None).values())
    return [found for found in findings(vault, (), named) if found.rule != "removed"]
