"""The moment of a commit: the branch and the user's index, together under git's own lock."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.storage.git.index import IndexFile, UserIndex
from gmconfig.storage.git.objects import (
    Entry,
    changed_entries,
    merged_content,
    read_blobs,
    write_blobs,
)
from gmconfig.storage.git.process import failed
from gmconfig.storage.git.readiness import Tip

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository
    from gmconfig.storage.git.versions import Draft
    from gmconfig.storage.replacement import Replacement

STAGED = "index"
"""The name of the user's next index in the record's folder."""


class Moved(GmconfigError):
    """The branch or the index changed under our hands; nothing was published."""


class Publication:
    """One commit object on its way to its branch."""

    def __init__(self, repository: Repository, files: Replacement, tip: Tip, commit: str, text: str) -> None:
        self.repository = repository
        self.files = files
        self.tip = tip
        self.commit = commit
        self.text = text

    def publish(self, drafts: Sequence[Draft]) -> None:
        """Move the branch and update the user's index.

        Raises:
            Moved: somebody was faster; the branch and the index are as they left them.
        """
        index = UserIndex(self.repository, os.path.join(self.files.record, STAGED))
        wanted = self._wanted(drafts, index.copy())
        self.files.note(
            ref=self.tip.ref,
            commit=self.commit,
            index=[(path, old, new) for path, (old, new) in wanted.items()],
        )
        index.staged.put({path: new for path, (_, new) in wanted.items()})
        index.staged.refresh()
        if not index.seize():
            raise Moved("the index changed")
        try:
            self._move_branch()
        except BaseException:
            index.release()
            raise
        index.commit()

    def _wanted(
        self, drafts: Sequence[Draft], index: IndexFile
    ) -> dict[str, tuple[Entry | None, Entry | None]]:
        """Give what the user's index holds at each path of the commit, and what it will hold.

        Raises:
            Moved: the user staged something at one of our paths since the edit was made.
        """
        ours = {draft.versions.path: draft for draft in drafts}
        changes = changed_entries(self.repository, self.tip.commit, self.commit)
        now = index.entries(*{**ours, **changes})
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

    def _move_branch(self) -> None:
        """Compare and swap."""
        if self.repository.head_ref() != self.tip.ref:
            raise Moved("another branch was checked out")
        kind = "commit" if self.tip.commit else "commit (initial)"
        subject = self.text.partition("\n")[0]
        asked = (
            "update-ref",
            "-m",
            f"{kind}: {subject}",
            self.tip.ref,
            self.commit,
            self.tip.commit or "",
        )
        done = self.repository.attempt(*asked)
        if done.returncode:
            if self.repository.head() != self.tip.commit:
                raise Moved("the branch moved")
            raise failed(asked, done.stderr, self.repository.top)


def _same(one: Entry | None, other: Entry | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.mode, one.blob, one.stage) == (other.mode, other.blob, other.stage)
