"""The moment of a commit: the branch and the user's index, together under git's own lock."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError, Locked, shell_word
from gmconfig.storage.git.index import IndexFile
from gmconfig.storage.git.objects import (
    Entry,
    changed_entries,
    merged_content,
    read_blobs,
    write_blobs,
)
from gmconfig.storage.git.process import GitDied, failed
from gmconfig.storage.git.readiness import ready
from gmconfig.storage.git.stale import barring, unlock
from gmconfig.storage.git.user_index import UserIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gmconfig.storage.git.draft import Draft
    from gmconfig.storage.git.index import Signature
    from gmconfig.storage.git.proposal import Proposal
    from gmconfig.storage.git.repository import Repository
    from gmconfig.storage.lock import Lock
    from gmconfig.storage.replacement import Replacement

_ATTEMPTS = 100
_WAIT_SECONDS = 10.0

Changes = dict[str, "tuple[Entry | None, Entry | None]"]


class Moved(GmconfigError):
    """The branch or the index changed under our hands; nothing was published."""


class Publication:
    """A proposal on its way to its branch, with the worktree's lock held."""

    def __init__(
        self,
        repository: Repository,
        lock: Lock,
        files: Replacement,
        proposal: Proposal,
        seen: Signature = None,
    ) -> None:
        """Begin; `seen` is the index that the proposal's entries were read from."""
        self.repository = repository
        self.lock = lock
        self.files = files
        self.proposal = proposal
        self.seen = seen
        self.index = UserIndex(repository, files.record)
        self._barred_since: float | None = None
        self.altered: Changes = {}
        """What hooks changed in the commit, or put into it: each entry before and after."""

    def publish(self) -> str:
        """Move the branch, update the user's index, and give the commit.

        First everything is made ready and git's lock taken for the last moment only. A user who keeps
        committing would always be faster then, so later attempts take the lock first.

        Raises:
            Moved: somebody changed what the change was made in; the branch and the index are theirs.
        """
        commit = self._try(late=True)
        for _ in range(_ATTEMPTS):
            if commit:
                return commit
            self.index.seize()
            try:
                commit = self._try(late=False)
            finally:
                self.index.release()
        raise Moved("the branch keeps moving")

    def _try(self, *, late: bool) -> str | None:
        if not self.proposal.rebase(ready(self.repository, self.seen)):
            raise Moved("the branch moved")
        commit = self.proposal.commit()
        self._stage(commit)
        if not late:
            return self._swap(commit)
        self.index.seize()
        try:
            return self._swap(commit) if self.index.unchanged() else None
        finally:
            self.index.release()

    def _stage(self, commit: str) -> None:
        """Prepare the user's next index, and note what is about to happen."""
        wanted = self._wanted(commit, self.index.copy())
        self.files.note(
            ref=self.proposal.tip.ref,
            commit=commit,
            index=[(path, old, new) for path, (old, new) in wanted.items()],
        )
        self.index.next.put({path: new for path, (_, new) in wanted.items()})
        self.index.next.refresh()

    def _swap(self, commit: str) -> str | None:
        """Compare and swap the branch; then the index follows, whatever happens."""
        tip = self.proposal.tip
        if self.repository.head_ref() != tip.ref:
            raise Moved("another branch was checked out")
        kind = "commit" if tip.commit else "commit (initial)"
        subject = self.proposal.text.partition("\n")[0]
        asked = ("update-ref", "-m", f"{kind}: {subject}", tip.ref, commit, tip.commit or "")
        # Killed here, we leave a git behind that may move the branch after the next command has looked: with
        # our descriptor it keeps the lock until it has ended.
        try:
            done = self.repository.attempt(*asked, inherit=(self.lock.descriptor,))
        except GitDied:
            if self.repository.head() != commit:
                raise
            self.index.replace()  # it died too late to keep the branch from moving
            unlock(self.repository, tip.ref, commit)
            return commit
        if done.returncode == 0 or self.repository.head() == commit:  # only HEAD's log may have failed
            self.index.replace()
            return commit
        said = os.fsdecode(done.stderr)
        if self.repository.head() == tip.commit and not (barring(said) or "but expected" in said):
            raise failed(asked, done.stderr, self.repository.top)
        self._check_barred(said)
        return None

    def _check_barred(self, said: str) -> None:
        """Give up on a branch whose lock stays: a git that crashed has left it.

        Raises:
            Locked: it has been there for too long.
        """
        lock = barring(said)
        now = time.monotonic()
        self._barred_since = (self._barred_since or now) if lock else None
        if self._barred_since is not None and now - self._barred_since > _WAIT_SECONDS:
            path = os.path.join(self.repository.top, lock)
            raise Locked(
                f'another git process works in this repository: "{path}" exists',
                hint=f"if none does, it crashed: rm -f {shell_word(path)}",
            )

    def _wanted(self, commit: str, index: IndexFile) -> dict[str, tuple[Entry | None, Entry | None]]:
        """Give what the user's index holds at each path of the commit, and what it will hold.

        Raises:
            Moved: the user staged something at one of our paths since the edit was made.
        """
        ours = {draft.versions.path: draft for draft in self.proposal.drafts}
        changes = self._changes(commit)
        self.altered = dict(self._by_hooks(changes))
        now = self._held(index, ours, changes)
        wanted: dict[str, tuple[Entry | None, Entry | None]] = {}
        for path, draft in ours.items():
            if now.get(path) != draft.versions.index.entry:
                raise Moved("the index changed")
            final = changes[path][1] if path in changes else draft.head
            wanted[path] = now.get(path), self._staged(draft, final)
        for path, (before, after) in changes.items():  # what a hook added
            if path not in ours and _same(now.get(path), before):
                wanted[path] = now.get(path), after
        return {path: pair for path, pair in wanted.items() if not _same(*pair)}

    def _held(
        self, index: IndexFile, ours: Mapping[str, Draft], changes: Changes
    ) -> Mapping[str, Entry | None]:
        """Give what the copy of the user's index holds at all these paths."""
        if not self.index.was_copied_as(self.seen):
            return index.entries(*{**ours, **changes})
        known = {path: draft.versions.index.entry for path, draft in ours.items()}
        others = [path for path in changes if path not in known]
        return known | (index.entries(*others) if others else {})

    def _changes(self, commit: str) -> Changes:
        """Give the entries that the commit changes; without hooks these are just the edits."""
        if self.proposal.is_hooked():
            return changed_entries(self.repository, self.proposal.tip.commit, commit)
        sides = {d.versions.path: (d.versions.head.entry, d.head) for d in self.proposal.drafts}
        return {path: pair for path, pair in sides.items() if not _same(*pair)}

    def _by_hooks(self, changes: Changes) -> Iterator[tuple[str, tuple[Entry | None, Entry | None]]]:
        """Yield the entries of the commit that are not what the edit made."""
        wanted = {
            draft.versions.path: (draft.versions.head.entry, draft.head) for draft in self.proposal.drafts
        }
        for path in {**wanted, **changes}:
            before, edited = wanted.get(path, (None, None))
            found = changes.get(path, (before, before))
            if path not in wanted or not _same(found[1], edited):
                yield path, found

    def _staged(self, draft: Draft, final: Entry | None) -> Entry | None:
        """Give the user's entry for a file of ours: the edit, and what a hook made of it."""
        old = draft.versions.index.entry
        if _same(old, draft.versions.head.entry):
            return final and final._replace(tag=old.tag if old else final.tag)
        staged = draft.index and draft.index._replace(tag=old.tag if old else draft.index.tag)
        if staged is None or draft.head is None or final is None or _same(final, draft.head):
            return staged
        sides = (staged.blob, draft.head.blob, final.blob)
        contents = read_blobs(self.repository, sides)
        merged = merged_content(self.repository, *(contents[side] for side in sides))
        return staged if merged is None else staged._replace(blob=write_blobs(self.repository, [merged])[0])


def _same(one: Entry | None, other: Entry | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.mode, one.blob, one.stage) == (other.mode, other.blob, other.stage)
