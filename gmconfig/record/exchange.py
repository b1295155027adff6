"""gmconfig's own refs between clones: fetched and pushed by name, compared and swapped, never forced."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble, Refused
from gmconfig.record import names
from gmconfig.storage.git import refs
from gmconfig.storage.git.process import complaint, remedy
from gmconfig.storage.git.stale import barring

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from gmconfig.project import Project

KINDS = ("deployments", "locks", "holds", "freezes", "status", "automation", "journal")
"""What travels; caches and what a clone remembers of others stay where they are."""

_INCOMING = "refs/gmconfig/incoming"
_PAUSES = (0.1, 0.4, 1.5, 0.0)  # seconds between two tries, where the remote has a ref locked
_PATIENCE = 120.0  # seconds until a remote that does not answer counts as out of reach


class Exchange:
    """One clone's side of a remote; a project without that remote exchanges nothing and is never refused."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.repository = project.repository
        self.remote = project.settings.remote
        self.is_connected = self.repository.setting(f"remote.{self.remote}.url") is not None

    def fetch(self, *environments: str) -> None:
        """Get what others recorded and take it over where ours is behind.

        Raises:
            GitTrouble: the remote cannot be reached.
            Refused: a chain there is not a continuation of the one that this clone saw last.
        """
        if not self.is_connected:
            return
        below = f"{_INCOMING}/{os.getpid()}-{os.urandom(4).hex()}"
        # Before what is fetched: who pushes from this clone meanwhile knows better, and is not overwritten.
        remembered = refs.listed(self.repository, names.tracked(self.remote, "").rstrip("/"))
        try:
            self._fetch_into(below, environments)
            for arrived, commit in refs.listed(self.repository, below).items():
                ref = "refs/" + arrived.removeprefix(below + "/")
                self._take(ref, commit, remembered.get(names.tracked(self.remote, ref)))
        finally:
            refs.drop(self.repository, refs.listed(self.repository, below))

    def push(self, changes: Mapping[str, str]) -> bool:
        """Push refs to the commits given, each only from what this clone saw there last; all or none.

        Returns:
            False if somebody else was faster; fetch, and decide anew.

        Raises:
            GitTrouble: the remote cannot be reached, or refuses for a reason of its own.
        """
        if not self.is_connected or not changes:
            return True
        seen = {ref: self.seen(ref) for ref in changes}
        if self._fell_behind(changes, seen):
            return False
        leases = [f"--force-with-lease={ref}:{seen[ref] or ''}" for ref in changes]
        wanted = [f"{commit}:{ref}" for ref, commit in changes.items()]
        asked = ("push", "--porcelain", "--atomic", "--no-verify", *leases, "--", self.remote, *wanted)
        done = self._pushed(asked)
        if done.returncode and self._was_overtaken(done):
            # By another process of this clone, perhaps, with just these: then all is well.
            done = self._pushed(asked)
        if done.returncode:
            return not self._was_overtaken(done)
        for ref, commit in changes.items():
            refs.swap(self.repository, names.tracked(self.remote, ref), commit, seen[ref], "push")
        return True

    def _fell_behind(self, changes: Mapping[str, str], seen: Mapping[str, str | None]) -> bool:
        """Whether another process of this clone has fetched what ours does not build on; it is taken over then.

        That it was fetched is no reason to push over it: the caller decided before, without having read it.
        """
        behind = [
            (ref, theirs)
            for ref, commit in changes.items()
            if (theirs := seen[ref])
            and not _stands_alone(ref)
            and not self.repository.continues(commit, theirs)
        ]
        for ref, theirs in behind:
            self._follow(ref, theirs)
        return bool(behind)

    def _pushed(self, asked: Sequence[str]) -> CompletedProcess[bytes]:
        """Push; wait for others who push at the same moment, but not for ever for one that died over it."""
        for pause in _PAUSES:
            done = self.repository.attempt(*asked, seconds=_PATIENCE)
            if not (lock := barring(os.fsdecode(done.stderr)) if done.returncode else ""):
                return done
            time.sleep(pause)
        raise GitTrouble(
            f'{self.remote} keeps "{lock}" locked',
            hint="if no git is at work there, one was killed: remove that file there",
        )

    def refuses(self, ref: str) -> GitTrouble | None:
        """Ask whether the remote would take a ref, without sending one; None if it would."""
        probe = f"{ref}-probe"
        empty = self.repository.text("hash-object", "-t", "tree", os.devnull)
        commit = refs.chained(self.repository, (), empty, "probe")
        asked = ("push", "--porcelain", "--dry-run", "--no-verify", "--", self.remote, f"{commit}:{probe}")
        done = self.repository.attempt(*asked, seconds=_PATIENCE)
        if not done.returncode:
            return None
        reasons = list(_reasons(done.stdout.decode("utf-8", "replace")))
        if reasons:
            return GitTrouble(f"{self.remote} does not take gmconfig's refs: {reasons[0]}", hint=_TAKES_NOT)
        return self._unreachable(done.stderr)

    def seen(self, ref: str) -> str | None:
        """Give what this clone saw last on one of the remote's refs."""
        return refs.read(self.repository, names.tracked(self.remote, ref))

    def lags(self, ref: str) -> bool:
        """Whether the remote lacks what stands on one of our refs, as far as this clone has seen."""
        own = refs.read(self.repository, ref)
        seen = refs.read(self.repository, names.tracked(self.remote, ref))
        return own is not None and own != seen and (seen is None or self.repository.continues(own, seen))

    def _fetch_into(self, below: str, environments: tuple[str, ...]) -> None:
        prefixes = {names.below(self.project), *(names.below(self.project, name) for name in environments)}
        wanted = [
            f"+{prefix}/{kind}/*:{below}/{prefix.removeprefix('refs/')}/{kind}/*"
            for prefix in sorted(prefixes)
            for kind in KINDS
        ]
        # It may tidy up: what agents say comes by the hundred thousand to where one watches a fleet.
        options = ("--no-tags", "--no-write-fetch-head", "--quiet", "--no-recurse-submodules")
        done = self.repository.attempt("fetch", *options, "--", self.remote, *wanted, seconds=_PATIENCE)
        if done.returncode:
            raise self._unreachable(done.stderr)

    def _take(self, ref: str, commit: str, seen: str | None) -> None:
        """Move what we remember, and our own ref where it is behind."""
        remembered = names.tracked(self.remote, ref)
        if seen == commit:
            return
        if seen and "/deployments/" in ref and not self.repository.continues(commit, seen):
            raise Refused(
                f"{ref} of {self.remote} lost records that were there: it is not what this clone saw last",
                hint=f"git log {remembered} shows what was there; find out who pushed over it",
            )
        refs.swap(self.repository, remembered, commit, seen, "fetch")
        self._follow(ref, commit)

    def _follow(self, ref: str, commit: str) -> None:
        own = refs.read(self.repository, ref)
        if own and "/journal/" in ref:
            from gmconfig.storage.journal import Journal

            Journal(self.project.repository, names.below(self.project)).merge(ref, commit)
        elif own is None or "/status/" in ref or self.repository.continues(commit, own):
            refs.swap(self.repository, ref, commit, own, "fetch")
        elif not self.repository.continues(own, commit):
            self._join(ref, own, commit)

    def _join(self, ref: str, own: str, theirs: str) -> None:
        """Put theirs first where both went on without the other: what was pushed is what counts."""
        tree = self.repository.text("rev-parse", f"{theirs}^{{tree}}")
        joined = refs.chained(
            self.repository, (theirs, own), tree, "join what was recorded without the remote"
        )
        refs.swap(self.repository, ref, joined, own, "fetch")

    def _was_overtaken(self, done: CompletedProcess[bytes]) -> bool:
        """Whether a push failed because somebody else was faster; for any other reason raise GitTrouble."""
        stderr = done.stderr
        reasons = list(_reasons(done.stdout.decode("utf-8", "replace")))
        if reasons and all(any(sign in reason for sign in _FASTER) for reason in reasons):
            return True
        if any("unpacker error" in reason for reason in reasons):
            from gmconfig.storage.git.push import refusal

            said = refusal(reasons[0], stderr)
            raise GitTrouble(f"{self.remote} could not keep what was pushed: {said}", hint=_KEEPS_NOT)
        if reasons:
            raise GitTrouble(f"{self.remote} does not take gmconfig's refs: {reasons[0]}", hint=_TAKES_NOT)
        raise self._unreachable(stderr)

    def _unreachable(self, stderr: bytes) -> GitTrouble:
        """Say why nothing came of it: the remote, or this machine's own disk."""
        ours = b"\n".join(line for line in stderr.splitlines() if not line.startswith(b"remote:"))
        helps, what = remedy(ours), "cannot be reached"
        if b"does not support" in stderr:
            what = "takes no pushes"
        elif helps and b"Permission denied (" not in ours:  # which is ssh's
            what = "was reached, but what it has could not be kept here"
        return GitTrouble(f"{self.remote} {what}: {complaint(stderr)}", hint=f"{helps or _CONNECT}; {_LATER}")


_FASTER = (
    "stale info",
    "fetch first",
    "non-fast-forward",
    "already exists",
    "incorrect old value",
    "failed to update ref",
    "cannot lock ref",
    "atomic push failed",
    "atomic transaction failed",
)
_LATER = "--offline works without it and pushes the records later"
_CONNECT = "check the connection"
_KEEPS_NOT = f"make room at the remote, or look at the permissions there; {_LATER}"
_TAKES_NOT = "some hosts take only branches: ref_prefix: refs/heads/gmconfig in gmconfig.yaml"


def _stands_alone(ref: str) -> bool:
    """Whether what stands on a ref need not go on from what stood there."""
    return "/status/" in ref or "/journal/" in ref


def _reasons(porcelain: str) -> Iterator[str]:
    """Yield why refs were rejected, in the words of `git push --porcelain`."""
    for line in porcelain.splitlines():
        if line.startswith("!\t"):
            yield line.rpartition("\t")[2]
