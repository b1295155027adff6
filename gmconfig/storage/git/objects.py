"""Trees, blobs and index entries, many at once through one git process."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import GitTrouble
from gmconfig.storage import MOST_BYTES
from gmconfig.storage.files import reported
from gmconfig.storage.git.process import huge
from gmconfig.storage.scratch import scratch

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

SYMLINK = "120000"
SUBMODULE = "160000"
REGULAR = "100644"
_MOST_PATHS = 1000
_WORTH_A_LOOK = 1 << 18
_SAMPLE = 1 << 14


class Entry(NamedTuple):
    """What a tree or the index holds at a path; `stage` is above 0 where a merge has not ended.

    `tag` is the index's letter for it: lower case is assume-unchanged, S is skip-worktree.
    """

    mode: str
    blob: str
    stage: int = 0
    tag: str = "H"


def tree_entries(repository: Repository, treeish: str, paths: Sequence[str] = ()) -> dict[str, Entry]:
    """Give the files of a commit, by path from the top; `paths` are files, or folders that end with '/'."""
    out = repository.run("ls-tree", "-rz", "--full-tree", treeish, "--", *_few(paths))
    found: dict[str, Entry] = {}
    for line in _records(out):
        head, _, path = line.partition(b"\t")
        mode, _, blob = head.decode().split(" ")[:3]
        found[os.fsdecode(path)] = Entry(mode, blob)
    return _only(found, paths)


def index_entries(
    repository: Repository, paths: Sequence[str] = (), *, env: Mapping[str, str] | None = None
) -> dict[str, Entry]:
    """Give the index's files by path from the top, with what is only intended to be added left out."""
    out = repository.run("ls-files", "-s", "-v", "-z", "--full-name", "--", *_few(paths), env=env)
    found: dict[str, Entry] = {}
    for line in _records(out):
        head, _, path = line.partition(b"\t")
        tag, mode, blob, stage = head.decode().split(" ")
        found[os.fsdecode(path)] = Entry(mode, blob, int(stage), tag)
    return _without_intended(repository, _only(found, paths), env)


def _few(paths: Sequence[str]) -> Sequence[str]:
    """Give the paths for a command line; none, which means all, where they would not fit on one."""
    return paths if len(paths) <= _MOST_PATHS else ()


def _only(found: dict[str, Entry], paths: Sequence[str]) -> dict[str, Entry]:
    if _few(paths) or not paths:
        return found
    wanted = set(paths)
    return {path: entry for path, entry in found.items() if path in wanted}


def _without_intended(
    repository: Repository, entries: dict[str, Entry], env: Mapping[str, str] | None
) -> dict[str, Entry]:
    """Leave out `git add -N`: such an entry looks like an empty file, and no commit would hold it."""
    empty = [path for path, entry in entries.items() if entry.blob in _EMPTY]
    if not empty:
        return entries
    tree = repository.text("hash-object", "-t", "tree", "/dev/null")
    asked = ("diff-index", "--cached", "--ita-invisible-in-index", "--name-only", "-z", tree, "--")
    real = {os.fsdecode(path) for path in _records(repository.run(*asked, *_few(empty), env=env))}
    return {path: entry for path, entry in entries.items() if entry.blob not in _EMPTY or path in real}


_EMPTY = {  # the id of no bytes, by SHA-1 and by SHA-256
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
}


def is_blob(content: bytes, blob: str) -> bool:
    """Whether a blob's id says that it holds just these bytes."""
    import hashlib

    kind = hashlib.sha1 if len(blob) == 40 else hashlib.sha256
    digest = kind(b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest() == blob


def read_blobs(repository: Repository, ids: Iterable[str]) -> dict[str, bytes]:
    """Give the content of many blobs through one process.

    Raises:
        GitTrouble: an object is missing (a partial clone without its remote, a broken repository), or huge.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    feed = "".join(f"{blob}\n" for blob in wanted).encode()
    return dict(_batch(repository.run("cat-file", "--batch", "--buffer", input=feed), wanted))


def _batch(out: bytes, wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    at = 0
    for name in wanted:
        end = out.index(b"\n", at)
        header = out[at:end].split(b" ")
        if len(header) != 3:
            raise GitTrouble(f"object {name} is missing", hint="git fsck")
        start, size = end + 1, int(header[2])
        if size > MOST_BYTES:
            raise huge(f"object {name}")
        yield name, out[start : start + size]
        at = start + size + 1


def write_blobs(repository: Repository, contents: Sequence[bytes]) -> list[str]:
    """Write many blobs as they are, without filters, and give their ids in order."""
    if not contents:
        return []
    if len(contents) == 1:
        hashed = (*_compression(contents), "hash-object", "-w", "--stdin")
        return [repository.run(*hashed, input=contents[0]).decode().strip()]
    own = repository.own_folder()
    with reported(own), scratch("blobs", own) as folder:
        names = [os.path.join(folder, str(number)) for number in range(len(contents))]
        for name, content in zip(names, contents, strict=True):
            with open(name, "wb") as file:
                file.write(content)
        feed = os.fsencode("\n".join(names))
        hashed = (*_compression(contents), "hash-object", "-w", "--no-filters", "--stdin-paths")
        ids = repository.run(*hashed, input=feed)
        return ids.decode().split()


def _compression(contents: Sequence[bytes]) -> Sequence[str]:
    """Spare git the compressing of a large file that hardly gets smaller, as one full of sealed values.

    It takes most of the time of such a commit; `git gc` packs the file as any other.
    """
    largest = max(contents, key=len)
    if len(largest) < _WORTH_A_LOOK:
        return ()
    from zlib import compress

    middle = len(largest) // 2
    sample = largest[middle : middle + _SAMPLE]
    return ("-c", "core.looseCompression=0") if len(compress(sample, 1)) > _SAMPLE / 2 else ()


def _records(out: bytes) -> list[bytes]:
    return out.split(b"\0")[:-1]


def changed_entries(
    repository: Repository, before: str | None, after: str
) -> dict[str, tuple[Entry | None, Entry | None]]:
    """Give every file that differs between two commits, as each has it; `before` None is the empty tree."""
    base = before or repository.text("hash-object", "-t", "tree", "/dev/null")
    out = _records(repository.run("diff-tree", "-r", "-z", "--no-renames", base, after))
    return dict(_raw_changes(out))


def _raw_changes(records: Sequence[bytes]) -> Iterator[tuple[str, tuple[Entry | None, Entry | None]]]:
    for head, path in zip(records[0::2], records[1::2], strict=True):
        old_mode, new_mode, old, new, _ = head.decode().removeprefix(":").split(" ")
        yield os.fsdecode(path), (_or_none(old_mode, old), _or_none(new_mode, new))


def _or_none(mode: str, blob: str) -> Entry | None:
    return Entry(mode, blob) if blob.strip("0") else None


def merged_content(repository: Repository, ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
    """Merge two versions of a file line by line; None where they conflict."""
    own = repository.own_folder()
    with reported(own), scratch("merge", own) as folder:
        names = []
        for number, content in enumerate((ours, base, theirs)):
            names.append(os.path.join(folder, str(number)))
            with open(names[-1], "wb") as file:
                file.write(content)
        done = repository.attempt("merge-file", "-p", "-q", *names)
    return done.stdout if done.returncode == 0 else None


def filtered_paths(repository: Repository, paths: Sequence[str]) -> set[str]:
    """Give the files with a `filter` attribute (git-lfs, git-crypt): git stores not what people see."""
    if not paths or not repository.has_section("filter"):
        return set()
    return _with_attributes(repository, paths, "filter")


def converted_paths(repository: Repository, paths: Sequence[str]) -> set[str]:
    """Give the files that a checkout may write otherwise than git stores them."""
    if repository.setting("core.autocrlf") not in (None, "false"):
        return set(paths)
    return _with_attributes(repository, paths, *_CONVERSIONS)


_CONVERSIONS = ("filter", "text", "eol", "crlf", "ident", "working-tree-encoding")


def _with_attributes(repository: Repository, paths: Sequence[str], *names: str) -> set[str]:
    feed = b"\0".join(os.fsencode(path) for path in paths)
    out = repository.run("check-attr", "-z", "--stdin", *names, input=feed).split(b"\0")
    triples = zip(out[0::3], out[2::3], strict=False)
    return {os.fsdecode(path) for path, value in triples if value not in (b"unspecified", b"unset", b"")}


def checked_out(repository: Repository, path: str, blob: str) -> bytes:
    """Give a blob as a checkout would write it to that path: line ends converted, filters run."""
    return repository.run("cat-file", "--filters", f"--path={path}", blob)
