"""What anybody can push, and what an archive can bring: commits, refs and files of git's that no git would make."""

import os
import subprocess
from pathlib import Path

import pytest

from gmconfig.cli import complete
from gmconfig.errors import GitTrouble
from gmconfig.storage.git import Repository, read_blobs, refs
from gmconfig.storage.git.describe import describe
from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]

WHO = b"A <a@example.org>"
HEADS = (
    b"author %b\ncommitter %b\n\nno date\n" % (WHO, WHO),
    b"author %b 253402300800 +0000\ncommitter %b 253402300800 +0000\n\nthe year 10000\n" % (WHO, WHO),
    b"author %b 1700000000 +9999\ncommitter %b 1 +99999999\n\na zone that is none\n" % (WHO, WHO),
    b"author %b 253402300799 -1400\ncommitter %b 253402300800 -1400\n\nthe end of time\n" % (WHO, WHO),
    b"author %b 253402300801 -1400\ncommitter %b 1 +0000\n\nafter it\n" % (WHO, WHO),
    b"author %b 99999999999999999999 +0000\ncommitter %b -5 -1400\n\nno time\n" % (WHO, WHO),
    b"committer %b 1700000000 +0000\n\nnobody\n" % WHO,
    b"author \x1b]0;o\x07\xe2\x80\xae\xc2\x9b <\xff\xfe> 1 +0000\ncommitter \x1b[2J\xff <> 1 +0000\n"
    b"encoding klingon\n\n\x1b[2J\xff\xe2\x80\xa8\n\nGmconfig-Promoted: \xff\x1b\n",
)
TOLD = (
    "config history settings",
    "config history settings -o json",
    "config explain settings database.pool",
    "monitor report",
)


def pushed(folder: Path, head: bytes, git) -> None:
    """Put a commit with such a head on the branch; it changes the settings."""
    file = folder / "config/settings.yaml"
    file.write_text(file.read_text() + "# more\n")
    git("add", "-A")
    raw = f"tree {git('write-tree')}\nparent {git('rev-parse', 'HEAD')}\n".encode() + head
    asked = ["git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin"]
    made = subprocess.run(asked, cwd=folder, input=raw, capture_output=True, check=True)
    git("update-ref", "HEAD", made.stdout.decode().strip())


def test_commits_that_no_git_would_make_are_history_too(cli, trading: Path, git):
    for head in HEADS:
        pushed(trading, head, git)
        assert describe(Repository.discover("."), "HEAD").date.isoformat()
    for line in TOLD:
        answer = cli(*line.split())
        assert answer.code == 0, answer
        assert not set(answer.out + answer.err) & set("\x07\x1b\x9b\u202e\u2028"), answer


def test_refs_may_be_called_anything_that_git_takes(cli, trading: Path, git):
    names = ("a\u2028b", "a\u0085b", "\u202egnp", "-x", "$(id)", "production")
    kinds = ("deployments", "locks", "holds", "freezes", "status/a", "journal", "automation")
    head = git("rev-parse", "HEAD")
    lines = "".join(f"create refs/gmconfig/{kind}/{name} {head}\n" for kind in kinds for name in names)
    git(
        "update-ref",
        "--stdin",
        input=lines + f"create refs/heads/--all {head}\ncreate refs/tags/HEAD {head}\n",
    )
    assert len(refs.listed(Repository.discover(str(trading)), "refs/gmconfig")) == len(names) * len(kinds)
    for line in ("drift detect", "deploy status", "monitor journal list", "automation list"):
        assert cli(*line.split()).code in (0, 1, 3), line


def test_a_shell_is_offered_no_name_that_it_would_run(trading: Path, git):
    head = git("rev-parse", "HEAD")
    evil = ("$(touch${IFS}x)", "`id`", "a;id", "a&b", "a|b", "a>b", "a<b", "b!c", "d\u202ee")
    git(
        "update-ref",
        "--stdin",
        input="".join(f"create refs/heads/{name} {head}\n" for name in (*evil, "f/g-1")),
    )
    assert complete.revisions("") == ["f/g-1", "main"]
    (trading / "access.yaml").write_text('members: {"a\\\\": {}, ";touch x;": {}, ann: {}}\n')
    assert complete.members("") == ["ann"]


@pytest.fixture
def partial(trading: Path, tmp_path: Path, git) -> Path:
    """A clone without contents of the past; gives it. Its origin is the example with a commit more."""
    (trading / "config/settings.yaml").write_text("database: {pool: 1}\n")
    git("commit", "-qam", "more"), git("config", "uploadpack.allowFilter", "true")
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    folder = tmp_path / "partial"
    git("clone", "-q", "--filter=blob:none", f"file://{trading}", str(folder), cwd=tmp_path)
    return folder


@pytest.mark.parametrize("how", ["uploadpack", "ssh", "ext", "hook", "included"])
def test_what_a_partial_clone_lacks_is_fetched_by_no_program_of_its_own(
    partial: Path, tmp_path: Path, git, monkeypatch, how: str
):
    mark, program = tmp_path / "mark", tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho ran >> {mark}\nexec git-upload-pack {tmp_path / 'repo'}\n")
    program.chmod(0o755)
    settings = {
        "uploadpack": {"remote.origin.uploadpack": str(program)},
        "ssh": {"remote.origin.url": "ssh://localhost/x", "core.sshCommand": str(program)},
        "ext": {"remote.origin.url": f"ext::{program}", "protocol.ext.allow": "always"},
        "hook": {"gc.auto": "1"},
        "included": {"include.path": str(tmp_path / "more")},
    }
    (tmp_path / "more").write_text(f'[remote "origin"]\n\tuploadpack = {program}\n')
    (partial / ".git/hooks/pre-auto-gc").symlink_to(program) if how == "hook" else None
    for name, value in settings[how].items():
        git("config", name, value, cwd=partial)
    blob = git("rev-parse", "HEAD~1:config/settings.yaml", cwd=partial)
    with pytest.raises(GitTrouble, match="promisor") as told:
        read_blobs(Repository.discover(str(partial)), [blob])
    assert not mark.exists()
    assert "GIT_NO_LAZY_FETCH=0" in str(told.value.hint)
    monkeypatch.setenv("GIT_NO_LAZY_FETCH", "0")
    assert read_blobs(Repository.discover(str(partial)), [blob])[blob]


def test_what_a_partial_clone_lacks_is_fetched(partial: Path, git):
    blob = git("rev-parse", "HEAD~1:config/settings.yaml", cwd=partial)
    assert read_blobs(Repository.discover(str(partial)), [blob])[blob].startswith(b"#")


@pytest.mark.parametrize("name", ["HEAD", "config", "packed-refs", "index"])
def test_a_pipe_among_gits_files_is_waited_for_by_nobody(cli, trading: Path, name: str):
    file = trading / ".git" / name
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    for line in ("config get settings database.pool", "config history settings", "validate", "config list"):
        answer = cli(*line.split())
        assert answer.code in (0, 1, 3), answer
    assert f'"{file}" is not a file, but a pipe or a device' in cli("config", "history", "settings").err


def test_a_pipe_instead_of_the_git_folder_is_none(cli, trading: Path):
    (trading / ".git").rename(trading.parent / "git")
    os.mkfifo(trading / ".git")
    assert cli("config", "get", "settings", "database.pool").code in (0, 3)
    assert cli("config", "history", "settings").code == 3


@pytest.mark.parametrize("name", ["it's", "a';touch owned;'b", "$(touch owned)", '`touch owned` \\ "x'])
def test_a_hint_to_paste_is_about_its_file_whatever_its_name_says(tmp_path: Path, name: str):
    bare = tmp_path / name
    subprocess.run(["git", "init", "-q", "--bare", bare], check=True)
    with pytest.raises(GitTrouble) as refused:
        Repository.discover(str(bare))
    asked = (refused.value.hint or "").partition(": ")[2].replace("git clone", "printf %s")
    said = subprocess.run(
        ["sh", "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert (said, (tmp_path / "owned").exists()) == (str(bare), False)
