"""Refs of a second root in one repository, whatever its folder is called."""

import subprocess
from pathlib import Path
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from gmconfig.project import Project
from gmconfig.record import names
from gmconfig.record.ledger import Ledger

FOLDERS = ("b c/d.lock/.hid/~t/a@{b/50%/x..y/ü:z", "plain-1.2/@")


@given(st.text(st.sampled_from("ab./@{%~ *lock25E"), min_size=1))
def test_a_folders_name_is_found_again_in_its_ref(folder: str):
    assert unquote(names.fit(folder)) == folder


def test_a_root_in_any_folder_shares_its_refs(tmp_path: Path):
    repository, remote = tmp_path / "repo", str(tmp_path / "remote.git")
    for folder in FOLDERS:
        (repository / folder).mkdir(parents=True)
        (repository / folder / "gmconfig.yaml").write_text("environments:\n  production: {}\n")
    for line in (
        ("init", "-q", "--bare", remote),
        ("init", "-q"),
        ("add", "-A"),
        ("commit", "-qm", "begin"),
        ("remote", "add", "origin", remote),
    ):
        subprocess.run(["git", *line], cwd=repository, check=True)
    for folder in FOLDERS:
        ledger = Ledger(Project.find(str(repository / folder)), "production")
        ledger.refresh()
        with ledger.locked() as fencing:
            assert fencing == 1  # its own lock, and nobody else's
    shared = subprocess.run(["git", "ls-remote", remote], capture_output=True, text=True, check=True).stdout
    assert shared.count("/locks/production") == len(FOLDERS)
    assert "refs/gmconfig/roots/plain-1.2/@/locks/production" in shared
