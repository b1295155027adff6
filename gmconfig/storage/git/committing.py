"""A commit of exactly the change, whatever the user has staged or half-edited.

The edit is made separately in HEAD's version, the index's and the working file; the tree is built in a
private index from HEAD. The order, so that a kill at any point leaves the old or the new state: working files
(their old ones are kept in a record), hooks, commit object, then under git's `index.lock` the branch and the
user's index. `interrupted.py` undoes what died before the branch moved, and ends what died after.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError, Locked
from gmconfig.immutable import Immutable
from gmconfig.storage.git.draft import Draft, drafted
from gmconfig.storage.git.hooks import Hooks
from gmconfig.storage.git.identity import identity
from gmconfig.storage.git.index import signature
from gmconfig.storage.git.interrupted import (
    RECORD,
    free_branch,
    is_published,
    is_staged,
    settle_held,
    worktree_lock,
)
from gmconfig.storage.git.message import Trailers, compose_message
from gmconfig.storage.git.objects import merged_content, read_blobs
from gmconfig.storage.git.process import GitDied
from gmconfig.storage.git.proposal import Proposal
from gmconfig.storage.git.publish import Changes, Moved, Publication
from gmconfig.storage.git.readiness import Tip, check_not_ignored, check_owned, ready
from gmconfig.storage.git.user_index import UserIndex
from gmconfig.storage.git.versions import read_versions
from gmconfig.storage.git.working import located
from gmconfig.storage.replacement import Changed, Replacement, recorded

if TYPE_CHECKING:
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.git.repository import Repository
    from gmconfig.storage.lock import Lock

_ATTEMPTS = 100
_SUBMODULE = "160000"


class CommitResult(Immutable):
    """What came of it; `commit` is None where the edits change nothing.

    `files` gives each working file before and after, by path below the project's root; `altered` what the
    user's hooks made of the commit: each file that is in it otherwise than edited. `subject` is the message's,
    `parent` the commit that it follows.
    """

    __slots__ = ("commit", "branch", "files", "altered", "subject", "parent")

    def __init__(
        self,
        commit: str | None,
        branch: str,
        files: dict[str, tuple[bytes | None, bytes | None]],
        altered: dict[str, tuple[bytes | None, bytes | None]] | None = None,
        subject: str = "",
        parent: str | None = None,
    ) -> None:
        self.commit = commit
        self.branch = branch
        self.files = files
        self.altered = altered or {}
        self.subject = subject
        self.parent = parent


def commit(
    repository: Repository,
    prefix: str,
    edits: Mapping[str, FileEdit],
    message: str,
    *,
    author: str | None = None,
    trailers: Trailers = (),
) -> CommitResult:
    """Commit the edits to the current branch, and nothing else; working tree and index get them too.

    Args:
        repository: where to commit.
        prefix: the project's root below the top; the paths of `edits` are relative to it.
        edits: what to change, by path.
        message: subject and body.
        author: "Name <mail>" or a plain name; None is git's own identity.
        trailers: machine-readable lines below the message.

    Raises:
        Refused: an operation is unfinished, HEAD is detached, a hook said no, or what is to change has a
            change of the user's that is not committed.
        Locked: another gmconfig or git process works here for too long.
    """
    text = compose_message(message, trailers)
    with worktree_lock(repository) as lock:
        settle_held(repository)
        result = _commit(repository, lock, prefix.strip("/"), edits, text=text, author=author)
    if result.commit:
        Hooks(repository, repository.index_path).run_after("post-commit", repository.environ)
    return result


def _commit(
    repository: Repository,
    lock: Lock,
    prefix: str,
    edits: Mapping[str, FileEdit],
    *,
    text: str,
    author: str | None,
) -> CommitResult:
    for _ in range(_ATTEMPTS):
        try:
            return _Attempt(repository, lock, prefix, edits).carry_out(text, author)
        except (Moved, Changed):  # the user, or another worktree, was faster: look again
            continue
    raise Locked("the branch or the files keep changing", hint="run the command again when it is quiet")


class _Attempt:
    """One try to commit, from what is there now; nothing is left of one that fails."""

    def __init__(
        self, repository: Repository, lock: Lock, prefix: str, edits: Mapping[str, FileEdit]
    ) -> None:
        self.repository = repository
        self.lock = lock
        self.prefix = prefix
        self.seen = signature(repository.index_path)
        self.tip: Tip = ready(repository)
        self.names = located(repository.top, prefix, edits)
        check_owned(repository, list(self.names))
        versions = read_versions(repository, self.tip.commit, list(self.names))
        untracked = [one.path for one in versions if not (one.head.entry or one.index.entry)]
        check_not_ignored(repository, untracked)
        self.drafts = drafted(repository, versions, {path: edits[name] for path, name in self.names.items()})

    def carry_out(self, text: str, author: str | None) -> CommitResult:
        """Put the new files in place, run the hooks, commit; undo it all if anything fails."""
        people = identity(self.repository, author), identity(self.repository, None, "COMMITTER")
        files = self._replacement()
        try:
            files.prepare()
            proposal = Proposal(self.repository, self.tip, self.drafts, files.record, people)
            commit, changes = self._publish(files, proposal, text)
        except BaseException as error:
            self._undo(files, error)
            raise
        files.keep()
        branch, subject = (
            self.tip.ref.removeprefix("refs/heads/"),
            proposal.text.strip().partition("\n")[0].rstrip(),
        )
        return CommitResult(
            commit, branch, self._shown(), self._altered(changes), subject, proposal.tip.commit
        )

    def _undo(self, files: Replacement, error: BaseException) -> None:
        """Bring back what was; an interruption after the branch moved ends the commit instead."""
        plan = recorded(files.record)
        UserIndex(self.repository, files.record).release()  # an interruption may come as soon as it is taken
        if is_published(self.repository, plan):
            settle_held(self.repository)
            return
        if isinstance(error, GitDied) or not isinstance(error, GmconfigError):  # an interruption ends it too
            free_branch(self.repository, plan)
        files.undo(
            lambda *sides: merged_content(self.repository, *sides),
            lambda path: is_staged(self.repository, path),
        )

    def _publish(self, files: Replacement, proposal: Proposal, text: str) -> tuple[str | None, Changes]:
        if proposal.is_empty():
            return None, {}
        files.place()
        proposal.settle_message(text)
        publication = Publication(self.repository, self.lock, files, proposal, self.seen)
        return publication.publish(), publication.altered

    def _altered(self, changes: Changes) -> dict[str, tuple[bytes | None, bytes | None]]:
        """Give the contents of what the hooks altered, as far as it lies in the project."""
        below = f"{self.prefix}/" if self.prefix else ""
        meant = {
            path: pair
            for path, pair in changes.items()
            if path.startswith(below) and not any(one and one.mode == _SUBMODULE for one in pair)
        }
        blobs = {entry.blob for pair in meant.values() for entry in pair if entry}
        contents = read_blobs(self.repository, tuple(blobs)) if blobs else {}
        return {
            path.removeprefix(below): (old and contents[old.blob], new and contents[new.blob])
            for path, (old, new) in meant.items()
        }

    def _replacement(self) -> Replacement:
        placed = [draft for draft in self.drafts if not draft.versions.left_out]
        absolute = {os.path.join(self.repository.top, draft.versions.path): draft for draft in placed}
        changed = {path: d for path, d in absolute.items() if d.working != d.versions.working.content}
        return Replacement(
            os.path.join(self.repository.own_folder(), RECORD),
            {path: draft.versions.working.content for path, draft in changed.items()},
            {path: draft.working for path, draft in changed.items()},
        )

    def _shown(self) -> dict[str, tuple[bytes | None, bytes | None]]:
        return {self.names[d.versions.path]: _before_and_after(d) for d in self.drafts}


def _before_and_after(draft: Draft) -> tuple[bytes | None, bytes | None]:
    if draft.versions.left_out:
        return draft.versions.index.content, None
    return draft.versions.working.content, draft.working
