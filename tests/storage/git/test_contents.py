"""Many blobs, one after the other: all of them, in order, whatever the reader does in between."""

import os
import shutil
import time
from random import Random

import pytest

from gmconfig.errors import GitTrouble
from gmconfig.storage.git import Repository
from gmconfig.storage.git.contents import each_blob
from gmconfig.storage.git.objects import read_blobs, write_blobs


@pytest.fixture
def repository(repo):
    return Repository.discover(str(repo))


def test_every_content_in_the_order_asked_for(repository):
    contents = [f"{number}\n".encode() * (number % 50) for number in range(600)]
    ids = write_blobs(repository, contents)
    assert list(each_blob(repository, ids)) == list(zip(ids, contents, strict=True))
    assert list(each_blob(repository, ids[5:6])) == [(ids[5], contents[5])]
    assert list(each_blob(repository, [])) == []


def test_contents_larger_than_a_pipe(repository):
    contents = [bytes([number]) * 3_000_000 for number in range(3)]
    ids = write_blobs(repository, contents)
    assert [content for _, content in each_blob(repository, ids)] == contents


@pytest.mark.parametrize(
    "content", [Random(1).randbytes(300_000), b"key: value\n" * 30_000], ids=["noise", "text"]
)
@pytest.mark.parametrize("others", [[], [b"small"]], ids=["alone", "beside"])
def test_large_contents_are_stored_as_they_are(repository, content, others):
    ids = write_blobs(repository, [content, *others])
    assert list(read_blobs(repository, ids).values()) == [content, *others]


def test_a_reader_may_stop_early(repository):
    ids = write_blobs(repository, [bytes([number]) * 2_000_000 for number in range(5)])
    found = each_blob(repository, ids)
    assert next(found)[0] == ids[0]
    found.close()


def test_a_missing_object_is_named(repository):
    (there,) = write_blobs(repository, [b"x"])
    with pytest.raises(GitTrouble, match="0*1 is missing"):
        list(each_blob(repository, [there, "0" * 39 + "1"]))


def test_a_git_that_dies_on_the_way_is_asked_again(repository, tmp_path, monkeypatch):
    contents = [f"{number}".encode() for number in range(600)]
    ids = write_blobs(repository, contents)
    (tmp_path / "bin").mkdir()
    git = tmp_path / "bin/git"
    real = shutil.which("git")
    git.write_text(
        f'#!/bin/sh\nif [ -e {tmp_path}/died ]; then exec {real} "$@"; fi\n'
        f'i=0; while [ $i -lt 256 ]; do read name; echo "$name"; i=$((i + 1)); done | {real} "$@"; '
        f"exec <&-; touch {tmp_path}/died\n"
    )
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{git.parent}:{os.environ['PATH']}")
    told = each_blob(Repository(repository.top, repository.git_dir, repository.common_dir, os.environ), ids)
    found = [next(told) for _ in range(256)]
    while not (tmp_path / "died").exists():
        time.sleep(0.01)
    assert [*found, *told] == list(zip(ids, contents, strict=True))
