"""A commit of exactly the change, whatever the user has staged or half-edited.

The edit is made separately in HEAD's version, the index's and the working file; the tree is built in a
private index from HEAD. The order, so that a kill at any point leaves the old or the new state: working files
(their old ones are kept in a record), hooks, commit object, then under git's `index.lock` the branch and the
user's index. `interrupted.py` undoes what died before the branch moved, and ends what died after.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble, GmconfigError, Locked, Refused
from gmconfig.storage.files import check_paths, locate, read_if_exists
from gmconfig.storage.git.hooks import Hooks
from gmconfig.storage.git.identity import Identity, identity
from gmconfig.storage.git.index import IndexFile
from gmconfig.storage.git.interrupted import RECORD, settle_held, worktree_lock
from gmconfig.storage.git.message import Trailers, compose_message
from gmconfig.storage.git.objects import merged_content
from gmconfig.storage.git.publish import Moved, Publication
from gmconfig.storage.git.readiness import Tip, check_not_ignored, check_owned, ready
from gmconfig.storage.git.versions import Draft, drafted, read_versions
from gmconfig.storage.replacement import Changed, Replacement

if TYPE_CHECKING:
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.git.repository import Repository

_ATTEMPTS = 100


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What came of it; `commit` is None where the edits change nothing.

    `files` gives each working file before and after, by path below the project's root.
    """

    commit: str | None
    branch: str
    files: dict[str, tuple[bytes | None, bytes | None]]


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
    with worktree_lock(repository):
        settle_held(repository)
        result = _commit(repository, prefix.strip("/"), edits, text, author)
    if result.commit:
        Hooks(repository, repository.index_path).run_after("post-commit", repository.environ)
    return result


def _commit(
    repository: Repository, prefix: str, edits: Mapping[str, FileEdit], text: str, author: str | None
) -> CommitResult:
    for _ in range(_ATTEMPTS):
        try:
            return _Attempt(repository, prefix, edits).carry_out(text, author)
        except (Moved, Changed):  # the user, or another worktree, was faster: look again
            continue
    raise Locked("the branch or the files keep changing", hint="run the command again when it is quiet")


class _Attempt:
    """One try to commit, from what is there now; nothing is left of one that fails."""

    def __init__(self, repository: Repository, prefix: str, edits: Mapping[str, FileEdit]) -> None:
        self.repository = repository
        self.tip: Tip = ready(repository)
        self.names = _located(repository.top, prefix, edits)
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
            private = IndexFile(self.repository, os.path.join(files.record, "private"))
            private.fill(self.tip.commit)
            private.put({draft.versions.path: draft.head for draft in self.drafts})
            commit = self._commit(files, private, text, people)
        except BaseException:
            files.undo(lambda *sides: merged_content(self.repository, *sides))
            raise
        files.keep()
        return CommitResult(commit, self.tip.ref.removeprefix("refs/heads/"), self._shown())

    def _commit(
        self, files: Replacement, private: IndexFile, text: str, people: tuple[Identity, Identity]
    ) -> str | None:
        before = private.write_tree()
        if before == _tree_of(self.repository, self.tip.commit):
            return None
        files.place()
        text = self._hooked(private, files.record, text)
        tree = private.write_tree()
        commit = _commit_tree(self.repository, tree, self.tip.commit, text, people)
        Publication(self.repository, files, self.tip, commit, text).publish(self.drafts)
        return commit

    def _hooked(self, private: IndexFile, record: str, text: str) -> str:
        """Run the hooks that come before a commit; they may change the private index and the message."""
        hooks = Hooks(self.repository, private.path)
        hooks.run("pre-commit")
        if not any([hooks.has("prepare-commit-msg"), hooks.has("commit-msg")]):
            return text
        path = os.path.join(record, "COMMIT_EDITMSG")
        with open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        hooks.run("prepare-commit-msg", path, "message")
        hooks.run("commit-msg", path)
        said = (read_if_exists(path) or b"").decode("utf-8", "replace")
        if not said.strip():
            raise Refused("a hook left the commit without a message", hint=f"look into '{hooks.folder}'")
        return said

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


def preview(root: str, edits: Mapping[str, FileEdit]) -> dict[str, tuple[bytes | None, bytes | None]]:
    """Give each working file before and after the edits; nothing is written."""
    shown: dict[str, tuple[bytes | None, bytes | None]] = {}
    for _ in check_paths(edits):
        pass
    for name, edit in edits.items():
        old = read_if_exists(locate(root, name))
        shown[name] = old, edit.apply(old)
    return shown


def write_working(root: str, edits: Mapping[str, FileEdit]) -> dict[str, tuple[bytes | None, bytes | None]]:
    """Make the edits in the working tree only, all or none, and give each file before and after."""
    from gmconfig.storage.git.working import replace_working

    return replace_working(root, lambda: preview(root, edits))


def _located(top: str, prefix: str, edits: Mapping[str, FileEdit]) -> dict[str, str]:
    """Give where the edits' files really lie below the top, with the names they were given."""
    names: dict[str, str] = {}
    for _ in check_paths(edits):
        pass
    base = os.path.realpath(top)
    for name in edits:
        path = os.path.relpath(locate(os.path.join(base, prefix), name), base)
        if path in names:
            raise Refused(f'"{name}" and "{names[path]}" are the same file', hint="change one at a time")
        if os.path.isdir(os.path.join(base, path)):
            raise GmconfigError(f'"{name}" is a folder')
        names[path] = name
    return names


def _before_and_after(draft: Draft) -> tuple[bytes | None, bytes | None]:
    if draft.versions.left_out:
        return draft.versions.index.content, None
    return draft.versions.working.content, draft.working


def _tree_of(repository: Repository, commit: str | None) -> str | None:
    return repository.text("rev-parse", "--verify", commit + "^{tree}") if commit else None


def _commit_tree(
    repository: Repository, tree: str, parent: str | None, text: str, people: tuple[Identity, Identity]
) -> str:
    author, committer = people
    env = {
        "GIT_AUTHOR_NAME": author.name,
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_COMMITTER_NAME": committer.name,
        "GIT_COMMITTER_EMAIL": committer.email,
    }
    parents: Sequence[str] = ("-p", parent) if parent else ()
    signed = ("-S",) if repository.switched_on("commit.gpgsign") else ()
    asked = ("-c", "i18n.commitEncoding=UTF-8", "commit-tree", *signed, *parents, tree)
    done = repository.attempt(*asked, stdin=text.encode("utf-8", "replace"), env=env)
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        hint = (
            "check the key: git config user.signingkey; or git config commit.gpgsign false"
            if signed
            else None
        )
        raise GitTrouble(f"the commit could not be {'signed' if signed else 'made'}: {said}", hint=hint)
    return done.stdout.decode().strip()
