"""A few kilobytes that somebody pushed and that stand for gigabytes: a clear error, in bounded time and memory.

The limits are lowered here, which spares minutes: what is a gigabyte to the program is a megabyte to these tests.
"""

from pathlib import Path

import pytest

from gmconfig.errors import GitTrouble
from gmconfig.storage.git import Repository, answer, contents, objects, read_blobs
from gmconfig.storage.git.contents import each_blob
from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]

MEGABYTE = 1 << 20
READING = (
    "config history settings",
    "config get settings --at HEAD~1",
    "config diff HEAD~2 HEAD~1",
    "flag diff HEAD~1 HEAD",
)


def committed(git, kind: str, name: str) -> None:
    """Put an entry below config/ into a commit, and take it away in the next one; no working tree sees it."""
    config = git("mktree", input=f"{git('ls-tree', 'HEAD:config')}\n{kind}\t{name}\n")
    above = [line for line in git("ls-tree", "HEAD").splitlines() if not line.endswith("\tconfig")]
    tree = git("mktree", input="\n".join([*above, f"040000 tree {config}\tconfig"]) + "\n")
    evil = git("commit-tree", tree, "-p", "HEAD", "-m", "a trap")
    git("update-ref", "HEAD", git("commit-tree", "HEAD^{tree}", "-p", evil, "-m", "as before"))


def test_a_tree_of_ten_billion_files(cli, trading: Path, git, monkeypatch):
    tree = git("mktree", input=f"100644 blob {git('rev-parse', 'HEAD:gmconfig.yaml')}\tf.yaml\n")
    for _ in range(10):
        tree = git("mktree", input="".join(f"040000 tree {tree}\td{n}\n" for n in range(10)))
    committed(git, f"040000 tree {tree}", "x")
    monkeypatch.setattr(answer, "MOST_MEMORY", 20 * MEGABYTE)
    for verb in answer.LIMITS:
        monkeypatch.setitem(answer.LIMITS, verb, MEGABYTE)
    for line in READING:
        told = cli(*line.split())
        assert told.code == 3, (line, told)
        assert "huge, or a trap" in told.err, (line, told)
    assert cli("config", "set", "settings", "database.pool", "61", "--dry-run").code == 0
    assert cli("secret", "scan", "--history").code == 0, "each object is looked at once"


@pytest.mark.parametrize("packed", [False, True])
def test_a_content_that_is_too_large(cli, trading: Path, git, monkeypatch, packed: bool):
    blob = git("hash-object", "-w", "--stdin", input="#" * (2 * MEGABYTE))
    committed(git, f"100644 blob {blob}", "zeros.yaml")
    git("repack", "-adq") if packed else None
    (
        monkeypatch.setattr(objects, "MOST_BYTES", MEGABYTE),
        monkeypatch.setattr(contents, "MOST_BYTES", MEGABYTE),
    )
    repository = Repository.discover(".")
    other = git("rev-parse", "HEAD:gmconfig.yaml")
    for read in (
        lambda: read_blobs(repository, [other, blob]),
        lambda: list(each_blob(repository, [other, blob])),
    ):
        with pytest.raises(GitTrouble, match=f"{blob} in git is larger than") as told:
            read()
        assert "a trap" in str(told.value.hint)
    assert cli("config", "get", "zeros", "--at", "HEAD~1").code == 3


def test_a_content_that_git_itself_would_take_into_memory(trading: Path, git, monkeypatch):
    blob = git("hash-object", "-w", "--stdin", input="#" * (2 * MEGABYTE))
    git("update-ref", "refs/keep", blob), git("repack", "-adq")
    monkeypatch.setitem(answer.ONE_CONTENT[0], "GIT_ALLOC_LIMIT", str(MEGABYTE))
    for read in (read_blobs, lambda *asked: list(each_blob(*asked))):
        with pytest.raises(GitTrouble, match="is larger than"):
            read(Repository.discover("."), [blob, blob])
