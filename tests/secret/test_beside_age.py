"""What the README's comparison says of age, by running it: whole files, for recipients, from anybody."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.peers import run, tool

PLAIN = (
    "db_password: first-value-1\n"
    + "".join(f"other_{n}: x\n" for n in range(40))
    + "api_key: second-value-2\n"
)


class Age:
    """The real age with two members' keys."""

    def __init__(self, folder: Path) -> None:
        self.program, self.folder = tool("age"), folder
        self.members = {}
        for name in ("alice", "bob"):
            key = folder / f"{name}.key"
            run(tool("age-keygen"), "-o", str(key))
            self.members[name] = (key, run(tool("age-keygen"), "-y", str(key)).strip())

    def encrypt(self, text: str, *names: str) -> str:
        recipients = [word for name in names for word in ("-r", self.members[name][1])]
        return run(self.program, "-a", *recipients, stdin=text)

    def decrypt(self, text: str, name: str) -> str:
        return run(self.program, "-d", "-i", str(self.members[name][0]), stdin=text)


@pytest.fixture
def age(tmp_path: Path) -> Age:
    return Age(tmp_path)


def test_a_whole_file_is_encrypted_for_its_readers(age):
    sealed = age.encrypt(PLAIN, "alice", "bob")
    assert "db_password" not in sealed
    assert age.decrypt(sealed, "alice") == age.decrypt(sealed, "bob") == PLAIN


def test_one_value_changed_changes_the_whole_file(age):
    before, after = (
        age.encrypt(text, "alice").splitlines() for text in (PLAIN, PLAIN.replace("first", "other"))
    )
    assert sum(one == other for one, other in zip(before, after, strict=True)) <= 3  # the armor's own lines


def test_two_branches_that_change_different_values_conflict(age, repo, git):
    def commit(text: str) -> None:
        (repo / "secrets.age").write_text(age.encrypt(text, "alice"))
        git("add", "-A"), git("commit", "-qm", "secrets")

    commit(PLAIN)
    git("checkout", "-qb", "feature")
    commit(PLAIN.replace("first", "other"))
    git("checkout", "-q", "main")
    commit(PLAIN.replace("second", "other"))
    git("merge", "feature", check=False)
    assert git("diff", "--name-only", "--diff-filter=U") == "secrets.age"


def test_nothing_binds_a_file_to_its_place_or_its_writer(age):
    """Two files swapped open as each other; anybody who knows the public keys can write one."""
    production, staging = age.encrypt("production-value", "alice"), age.encrypt("staging-value", "alice")
    files = {"production": staging, "staging": production}
    assert age.decrypt(files["production"], "alice") == "staging-value"
    forged = run(age.program, "-a", "-r", age.members["alice"][1], stdin="by somebody without any key")
    assert age.decrypt(forged, "alice") == "by somebody without any key"


def test_who_is_removed_is_left_out_of_files_that_are_encrypted_again(age):
    old, new = age.encrypt(PLAIN, "alice", "bob"), age.encrypt(PLAIN, "alice")
    assert age.decrypt(old, "bob") == PLAIN
    refused = subprocess.run(
        [age.program, "-d", "-i", str(age.members["bob"][0])],
        input=new,
        text=True,
        capture_output=True,
        check=False,
    )
    assert (refused.returncode, "no identity matched" in refused.stderr) == (1, True), refused.stderr


def test_there_is_no_check_without_a_key(age):
    sealed = age.encrypt(PLAIN, "alice")
    refused = subprocess.run([age.program, "-d"], input=sealed, text=True, capture_output=True, check=False)
    assert refused.returncode == 1
