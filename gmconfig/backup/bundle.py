"""Git's part of a backup: bundles of all refs, made as a stream, whose own header says what is in them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import IO, TYPE_CHECKING

from gmconfig.errors import GitTrouble, Refused
from gmconfig.log import debug
from gmconfig.storage.git.answer import end_of
from gmconfig.storage.git.environment import QUIET
from gmconfig.storage.git.process import failed, told

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.storage.git import Repository

_JOURNAL = "/journal/"


class Refs:
    """Every ref of a repository at one moment, HEAD among them.

    Attributes:
        head: the full name of the branch that HEAD means; None where it is detached.
        commit: HEAD's commit.
        ids: what each ref names; `HEAD` too, where it is detached.
        links: refs that stand for another one, such as `refs/remotes/origin/HEAD`.
    """

    def __init__(self, repository: Repository) -> None:
        self.head = repository.head_ref()
        self.commit = repository.head()
        self.ids, self.links = _listed(repository)
        if not self.ids:
            raise Refused("there is nothing to back up: the repository has no commit yet", hint="git commit")

    def parted(self, project: Project) -> tuple[list[str], list[str]]:
        """Give the names of all refs, and apart from them those of the journal, which grows with every backup."""
        prefix = f"{project.settings.ref_prefix}/"
        journal = [name for name in self.ids if name.startswith(prefix) and _JOURNAL in name]
        rest = [name for name in self.ids if name not in set(journal)]
        return rest, journal


def key(ids: Mapping[str, str], names: Sequence[str]) -> str:
    """Give what identifies the content of a bundle: which refs, and what they name."""
    return sha256(os.fsencode("".join(f"{ids[name]} {name}\n" for name in sorted(names)))).hexdigest()


@contextmanager
def stream(
    repository: Repository, names: Sequence[str], *, head: bool, since: str = ""
) -> Iterator[Bundling]:
    """Let git write a bundle of some refs; `head` adds HEAD, so that the bundle can be cloned as it is.

    With `since` it holds no history of that commit.

    Raises:
        GitTrouble: git could not; whatever was read by then is not a bundle.
    """
    lines = [*names, *(["HEAD"] if head else []), *([f"^{since}"] if since else [])]
    wanted = "".join(f"{line}\n" for line in lines)
    arguments = ("bundle", "create", "--quiet", "-", "--stdin")
    with _started(repository, arguments) as git:
        _give(git, os.fsencode(wanted))
        bundling = Bundling(end_of(git.stdout))
        try:
            yield bundling
        finally:
            end_of(git.stdout).close()
            said = end_of(git.stderr).read()
            code = git.wait()
        if code:
            raise failed(arguments, said, repository.top)


class Bundling:
    """A bundle that is being read: passes it on, and keeps its header."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._head = b""
        self._is_read = False

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes."""
        content = self._source.read(size)
        if not self._is_read:
            self._head += content
            self._is_read = b"\n\n" in self._head or not content
        return content

    @property
    def ids(self) -> dict[str, str]:
        """What each ref of the bundle names."""
        return header(self._head)


def header(raw: bytes) -> dict[str, str]:
    """Read a bundle's header: what each of its refs names."""
    lines = raw.partition(b"\n\n")[0].split(b"\n")[1:]
    pairs = (os.fsdecode(line).split(" ", 1) for line in lines if line[:1] not in (b"@", b"-", b""))
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}


def unbundle(repository: Repository, raw: bytes) -> None:
    """Put the objects of a bundle into a repository; no ref moves.

    Raises:
        GitTrouble: it is damaged, or builds on objects that are not there.
    """
    head, end, _ = raw.partition(b"\n\n")
    if not head.startswith(b"# v") or not end:
        raise GitTrouble("the backup's bundle is none")
    pack = raw[len(head) + len(end) :]
    repository.run("index-pack", "--fix-thin", "--stdin", input=pack)


def _listed(repository: Repository) -> tuple[dict[str, str], dict[str, str]]:
    out = repository.run("for-each-ref", "--format=%(refname)%00%(objectname)%00%(symref)")
    ids: dict[str, str] = {}
    links: dict[str, str] = {}
    for line in filter(None, os.fsdecode(out).split("\n")):  # names may hold what else ends a line
        name, target, link = line.split("\0")
        (links if link else ids)[name] = link or target
    return ids, links


@contextmanager
def _started(repository: Repository, arguments: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    environ = {**repository.environ, **QUIET}
    environ.pop("LANGUAGE", None)
    pipe = subprocess.PIPE
    debug("storage", "%s: begins", told(arguments))
    try:
        git = subprocess.Popen(
            ["git", *arguments], cwd=repository.top, env=environ, stdin=pipe, stdout=pipe, stderr=pipe
        )
    except OSError as error:
        raise GitTrouble(f"git cannot be run: {os.strerror(error.errno or 0).lower()}") from error
    try:
        yield git
    finally:
        if git.poll() is None:
            git.kill()
        git.wait()
        for end in (git.stdin, git.stdout, git.stderr):
            if end is not None and not end.closed:
                end.close()


def _give(git: subprocess.Popen[bytes], wanted: bytes) -> None:
    try:
        end_of(git.stdin).write(wanted)
        end_of(git.stdin).close()
    except BrokenPipeError:
        return  # it ended early; its exit code says why
