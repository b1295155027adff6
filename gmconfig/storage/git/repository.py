"""A git repository: found, asked, and never talked into more than that."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble, UnknownVersion, shell_word
from gmconfig.storage.git.environment import QUIET, environment_for
from gmconfig.storage.git.head import head_ref, loose_ref
from gmconfig.storage.git.identity import Identity, identity
from gmconfig.storage.git.plain import plain
from gmconfig.storage.git.process import failed, run_git
from gmconfig.storage.git.promisor import NO_LAZY_FETCH, may_lack_objects, names_programs
from gmconfig.storage.git.root import find_root

if TYPE_CHECKING:
    from gmconfig.storage.snapshot import Snapshot

_INDEX_VARIABLE = "GIT_INDEX_FILE"


class Repository:
    """A repository with a working tree; `git_dir` is the worktree's own, `common_dir` what all share."""

    def __init__(self, top: str, git_dir: str, common_dir: str, environ: Mapping[str, str]) -> None:
        self.top = top
        self.git_dir = git_dir
        self.common_dir = common_dir
        self.environ = dict(environ)
        self._settings: dict[str, str] | None = None
        self._commits: set[str] = set()

    @classmethod
    def discover(cls, start: str) -> Repository:
        """Find the repository that a folder lies in.

        Raises:
            GitTrouble: there is none, it is bare, git does not trust it, or there is no git.
        """
        start = os.path.abspath(start)
        environ = environment_for(start, os.environ, os.getcwd())
        found = _found(start, environ)
        found.finish_interrupted()
        return found

    @classmethod
    def plain(cls, start: str) -> Repository:
        """Find it as `discover` does, without a look at what was left behind in it."""
        start = os.path.abspath(start)
        return _found(start, environment_for(start, os.environ, os.getcwd()))

    def finish_interrupted(self) -> None:
        """Bring a commit that was killed half-way to its old or its new state, and clear up after the dead."""
        own = os.path.join(self.git_dir, "gmconfig")
        names = os.listdir(own) if os.path.isdir(own) else []
        if "commit" in names:
            from gmconfig.storage.git.interrupted import settle

            settle(self)
        if any("gmconfig-" in name for name in names):  # what is short-lived is called so
            from gmconfig.storage.scratch import sweep

            sweep(own, names)

    @property
    def index_path(self) -> str:
        """Where the user's index lies."""
        return self.environ.get(_INDEX_VARIABLE) or os.path.join(self.git_dir, "index")

    def own_folder(self) -> str:
        """Give the worktree's folder for gmconfig's own short-lived files, made if need be."""
        from gmconfig.storage.files import make_folders

        folder = os.path.join(self.git_dir, "gmconfig")
        make_folders(folder)
        return folder

    def attempt(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        inherit: Sequence[int] = (),
        seconds: float | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git at the top of the working tree and give what it did; the caller judges the exit code."""
        environ = {**self.environ, **QUIET, **(env or {})}
        environ.pop("LANGUAGE", None)
        return run_git(args, cwd=self.top, environ=environ, stdin=stdin, inherit=inherit, seconds=seconds)

    def run(
        self, *args: str, input: bytes | None = None, env: Mapping[str, str] | None = None, check: bool = True
    ) -> bytes:
        """Run git at the top of the working tree and give its stdout.

        Raises:
            GitTrouble: it failed, unless `check` is off.
        """
        done = self.attempt(*args, stdin=input, env=env)
        if check and done.returncode:
            raise failed(args, done.stderr, self.top)
        return done.stdout

    def text(self, *args: str) -> str:
        """Run git and give its one line of output."""
        return os.fsdecode(self.run(*args)).removesuffix("\n")

    def head(self) -> str | None:
        """Give HEAD's commit, or None before the first one."""
        known = self._read_head()
        if known:
            return known
        done = self.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return None if done.returncode else done.stdout.decode().strip()

    def _read_head(self) -> str | None:
        ref = head_ref(self.git_dir)
        return loose_ref(self.common_dir, ref) if ref else None

    def branch(self) -> str | None:
        """Give the current branch's short name, or None on a detached HEAD; it may have no commit yet."""
        ref = self.head_ref()
        return ref.removeprefix("refs/heads/") if ref else None

    def head_ref(self) -> str | None:
        """Give the full name of the ref that HEAD points to, or None on a detached HEAD."""
        known = head_ref(self.git_dir)
        if known:
            return known
        done = self.attempt("symbolic-ref", "--quiet", "HEAD")
        return None if done.returncode else os.fsdecode(done.stdout).removesuffix("\n")

    def resolve(self, rev: str) -> str:
        """Give the full id of the commit that a revision names: a branch, a tag, an id, `HEAD~3`.

        Raises:
            UnknownVersion: none does.
        """
        if rev in self._commits:
            return rev
        known = self._read_head() if rev == "HEAD" else None
        if known:
            self._commits.add(known)
            return known
        if rev and rev[0] not in "-^" and rev.isprintable():
            found = self.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", rev + "^{commit}")
            if not found.returncode:
                commit = found.stdout.decode().strip()
                self._commits.add(commit)
                return commit
            if found.stderr and b"dubious ownership" in found.stderr:
                raise failed(("rev-parse",), found.stderr, self.top)
        from gmconfig.storage.git.refs import nearest_name

        near = nearest_name(self, rev)
        more = "git fetch --unshallow" if self.is_shallow() else "git log --oneline --all"
        hint = f'did you mean "{near}"?' if near else more
        raise UnknownVersion(f'no commit answers to "{rev}"', hint=hint)

    def has(self, commit: str) -> bool:
        """Whether a commit is at hand: a shallow clone lacks older ones, any clone what was not fetched."""
        return self.attempt("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0

    def continues(self, newer: str, older: str) -> bool:
        """Whether a commit is the older one, or builds on it."""
        return self.attempt("merge-base", "--is-ancestor", older, newer).returncode == 0

    def snapshot(self, prefix: str, rev: str | None) -> Snapshot:
        """Give the files below `prefix` in a commit; `rev` None is the index."""
        from gmconfig.storage.git.snapshot import CommitSnapshot, IndexSnapshot

        folder = prefix.strip("/")
        return IndexSnapshot(self, folder) if rev is None else CommitSnapshot(self, folder, self.resolve(rev))

    def identity(self, user: str | None) -> Identity:
        """Give whom `user` means: "Name <mail>", a plain name, or None for git's own identity."""
        return identity(self, user)

    def short(self, commit: str) -> str:
        """Give a commit's id as people write it."""
        done = self.attempt("rev-parse", "--short", "--end-of-options", self.resolve(commit))
        return commit[:7] if done.returncode else done.stdout.decode().split()[-1]

    def prefix(self, root: str) -> str:
        """Give a folder's place below the top, '' for the top itself."""
        relative = os.path.relpath(os.path.realpath(root), os.path.realpath(self.top))
        if relative.split("/")[0] == "..":
            raise GitTrouble(f'"{root}" lies outside the working tree {self.top}')
        return "" if relative == "." else relative

    def setting(self, name: str) -> str | None:
        """Give a git setting (`commit.gpgsign`), or None where it is not set."""
        section, _, key = name.rpartition(".")
        return self._all_settings().get(f"{section}.{key.lower()}")

    def has_section(self, name: str) -> bool:
        """Whether any setting `name.…` exists."""
        return any(key.startswith(name + ".") for key in self._all_settings())

    def _all_settings(self) -> dict[str, str]:
        if self._settings is None:
            self._settings = _settings(self.run("config", "-z", "--list", "--includes"))
        return self._settings

    def switched_on(self, name: str) -> bool:
        """Whether a yes-or-no setting is on, in any of git's spellings."""
        value = self.setting(name)
        return value is not None and value.lower() in ("", "true", "yes", "on", "1")

    @property
    def null_id(self) -> str:
        """The id that stands for no object."""
        return "0" * (64 if self.setting("extensions.objectformat") == "sha256" else 40)

    def is_shallow(self) -> bool:
        """Whether the clone lacks older history."""
        return os.path.exists(os.path.join(self.common_dir, "shallow"))

    def left_out(self, folder: str = "") -> int:
        """Count the files below a folder, from the top, that a sparse checkout leaves out of the working tree."""
        if not os.path.exists(os.path.join(self.git_dir, "info", "sparse-checkout")):
            return 0
        told = self.run("ls-files", "-t", "-z", "--", folder or ".")
        return sum(one.startswith((b"S ", b"s ")) for one in told.split(b"\0"))


def _found(start: str, environ: Mapping[str, str]) -> Repository:
    found = _located(start, environ)
    if NO_LAZY_FETCH not in environ and may_lack_objects(found.git_dir, found.common_dir):
        found.environ[NO_LAZY_FETCH] = str(int(names_programs(found)))
    return found


def _located(start: str, environ: Mapping[str, str]) -> Repository:
    ordinary = plain(start)
    if ordinary is not None:
        root = ordinary.root
        return Repository(root.top, root.git_dir, root.common_dir, environ)
    _check_files(start)
    asked = ("rev-parse", "--is-bare-repository", "--absolute-git-dir", "--git-common-dir", "--show-toplevel")
    done = run_git(asked, cwd=start, environ={**environ, **QUIET})
    lines = os.fsdecode(done.stdout).split("\n")[:-1]
    if len(lines) < 3:
        raise _nowhere(start, done.stderr)
    git_dir, common_dir = lines[1], os.path.realpath(os.path.join(start, lines[2]))
    if len(lines) > 3 and not done.returncode:
        return Repository(lines[3], git_dir, common_dir, environ)
    if lines[0] != "true":
        raise GitTrouble(f'"{start}" lies inside a repository\'s git folder', hint="use its working tree")
    raise GitTrouble(
        f'"{start}" is a bare repository', hint=f"work in a clone: git clone {shell_word(git_dir)}"
    )


def _check_files(start: str) -> None:
    root = find_root(start)
    blocked = root and root.blocked()
    if blocked:
        raise GitTrouble(
            f'"{blocked}" is not a file, but a pipe or a device', hint=f"rm {shell_word(blocked)}"
        )


def _nowhere(start: str, stderr: bytes) -> GitTrouble:
    if b"not a git repository" in stderr:
        return GitTrouble(f'"{start}" is not in a git repository', hint="git init")
    top = stderr.partition(b"repository at '")[2].partition(b"'")[0]
    return failed(("rev-parse",), stderr, os.fsdecode(top) or start)


def _settings(listing: bytes) -> dict[str, str]:
    """Read `git config -z --list`; a later line wins, a name without a value is on."""
    found: dict[str, str] = {}
    for entry in listing.decode("utf-8", "surrogateescape").split("\0"):
        name, _, value = entry.partition("\n")
        if name:
            found[name] = value
    return found
