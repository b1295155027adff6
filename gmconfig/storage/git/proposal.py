"""The commit object that is to be: its tree, built in a private index from HEAD, and its message."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble, Refused, shell_word
from gmconfig.storage.files import read_if_exists, reported
from gmconfig.storage.git.hooks import Hooks
from gmconfig.storage.git.identity import Identity
from gmconfig.storage.git.index import IndexFile
from gmconfig.storage.git.objects import tree_entries
from gmconfig.storage.git.process import SIGNING, remedy
from gmconfig.storage.git.readiness import Tip

if TYPE_CHECKING:
    from gmconfig.storage.git.draft import Draft
    from gmconfig.storage.git.repository import Repository

_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg")


class Proposal:
    """A change of some files on top of a tip; author and committer are `people`."""

    def __init__(
        self,
        repository: Repository,
        tip: Tip,
        drafts: Sequence[Draft],
        record: str,
        people: tuple[Identity, Identity],
    ) -> None:
        self.repository = repository
        self.tip = tip
        self.drafts = drafts
        self.people = people
        self.text = ""
        self._record = record
        self._index = IndexFile(repository, os.path.join(record, "private"))
        self._hooks = Hooks(repository, self._index.path)
        self._fill()

    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        if not self.tip.commit:
            return False
        return all(draft.head == draft.versions.head.entry for draft in self.drafts)

    def is_hooked(self) -> bool:
        """Whether a hook of the user's may have changed it."""
        return any(map(self._hooks.has, _HOOKS))

    def settle_message(self, text: str) -> None:
        """Run the hooks that come before a commit; they may change the private index and the message.

        Raises:
            Refused: one says no.
        """
        self._hooks.run("pre-commit")
        self.text = text
        if not any(self._hooks.has(name) for name in _HOOKS[1:]):
            return
        path = os.path.join(self._record, "COMMIT_EDITMSG")
        with reported(path), open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        self._hooks.run("prepare-commit-msg", path, "message")
        self._hooks.run("commit-msg", path)
        self.text = (read_if_exists(path) or b"").decode("utf-8", "replace")
        if not self.text.strip():
            hint = f"look into {shell_word(self._hooks.folder)}"
            raise Refused("a hook left the commit without a message", hint=hint)

    def rebase(self, tip: Tip) -> bool:
        """Follow the branch to a later tip; False if the change would have to be looked at again there.

        Hooks have seen the old tip's tree, and the edit was made in the old tip's files.
        """
        if tip == self.tip:
            return True
        before = {draft.versions.path: draft.versions.head.entry for draft in self.drafts}
        now = tree_entries(self.repository, tip.commit, list(before)) if tip.commit else {}
        if tip.ref != self.tip.ref or self.is_hooked():
            return False
        if any(now.get(path) != entry for path, entry in before.items()):
            return False
        self.tip = tip
        self._fill()
        return True

    def commit(self) -> str:
        """Write the tree and the commit object, signed if git is set to sign; nothing refers to it yet."""
        tree = self._index.write_tree()
        return _commit_tree(self.repository, tree, self.tip.commit, self.text, self.people)

    def _fill(self) -> None:
        self._index.fill(self.tip.commit)
        self._index.put({draft.versions.path: draft.head for draft in self.drafts})


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
        raise GitTrouble(
            f"the commit could not be {'signed' if signed else 'made'}: {said}",
            hint=remedy(done.stderr) or (SIGNING if signed else None),
        )
    return done.stdout.decode().strip()
