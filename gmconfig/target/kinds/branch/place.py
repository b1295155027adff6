"""Where a branch lies, and how its tip is read and moved: by a ref of this repository, or by fetch and push."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

from gmconfig.errors import BrokenConfiguration, GmconfigError, Refused
from gmconfig.storage.git import refs
from gmconfig.storage.git.process import complaint
from gmconfig.target.errors import Unreachable

if TYPE_CHECKING:
    from gmconfig.storage.git import Repository

_OVERTAKEN = (
    b"stale info",
    b"fetch first",
    b"non-fast-forward",
    b"incorrect old value",
    b"reference already exists",
    b"cannot lock ref",
    b"failed to update ref",
)
"""What git and its hosts say where somebody else was faster."""


class Place(Protocol):
    """One branch of one repository."""

    def tip(self) -> str | None:
        """Give the branch's commit, with its objects at hand; None where there is no such branch."""

    def move(self, new: str | None, old: str | None) -> bool:
        """Make the branch name another commit (None: none) if it still names `old`; False if it does not."""


class Here:
    """A branch of the project's own repository, which has no remote."""

    def __init__(self, repository: Repository, ref: str) -> None:
        self.repository = repository
        self.ref = ref

    def tip(self) -> str | None:
        """Give the branch's commit."""
        return refs.read(self.repository, self.ref)

    def move(self, new: str | None, old: str | None) -> bool:
        """Move the branch.

        Raises:
            Refused: somebody has it checked out.
        """
        if f"branch {self.ref}" in self.repository.text("worktree", "list", "--porcelain").splitlines():
            raise Refused(f'"{self.ref}" is checked out', hint="branch: another name, such as env/production")
        return refs.swap(self.repository, self.ref, new, old, "gmconfig deploy")


class Elsewhere:
    """A branch of a remote, or of a repository by its address."""

    def __init__(
        self, repository: Repository, address: str, ref: str, *, prefix: str, seconds: float
    ) -> None:
        if address.startswith("-") or any(char < " " for char in address):
            raise BrokenConfiguration(f'"{address}" is not an address of a repository')
        self.repository = repository
        self.address = address
        self.ref = ref
        self.seconds = seconds
        name = hashlib.sha256(f"{address} {ref}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self.seen = f"{prefix}/branches/{name}"

    def tip(self) -> str | None:
        """Ask the other side, and fetch what is not here yet.

        Raises:
            Unreachable: it cannot be asked.
        """
        said = self._ask("ls-remote", "--", self.address, self.ref).decode("utf-8", "replace").splitlines()
        ours = (line.split("\t", 1)[0] for line in said if line.endswith(f"\t{self.ref}"))
        commit = next(ours, None)  # refs that only end like it are listed too
        if commit is None:
            return None
        if self.repository.attempt("cat-file", "-e", f"{commit}^{{tree}}").returncode:
            spec = f"+{self.ref}:{self.seen}"
            self._ask("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", self.address, spec)
            return refs.read(self.repository, self.seen)
        return commit

    def move(self, new: str | None, old: str | None) -> bool:
        """Push with a lease on what was seen.

        Raises:
            GmconfigError: the other side refused it for another reason; its words are in the message.
        """
        lease = f"--force-with-lease={self.ref}:{old or ''}"
        words = ("push", "--porcelain", "--no-verify", lease, "--", self.address, f"{new or ''}:{self.ref}")
        done = self.repository.attempt(*words, seconds=self.seconds)
        if not done.returncode:
            return True
        said = done.stdout + done.stderr
        if any(sign in said for sign in _OVERTAKEN):
            return False
        rejected = [line for line in done.stderr.splitlines() if b"remote:" in line or b"rejected" in line]
        reason = complaint(b"\n".join(rejected) or done.stderr)
        raise GmconfigError(f'"{self.ref}" of {self._shown} was not taken: {reason}')

    def _ask(self, *words: str) -> bytes:
        done = self.repository.attempt(*words, seconds=self.seconds)
        if done.returncode:
            raise Unreachable(
                f"{self._shown} cannot be asked: {complaint(done.stderr)}", hint="git ls-remote"
            )
        return done.stdout

    @property
    def _shown(self) -> str:
        """The address without a password."""
        head, at, tail = self.address.rpartition("@")
        scheme, slashes, _ = head.partition("://")
        return f"{scheme}://{tail}" if at and slashes else self.address
