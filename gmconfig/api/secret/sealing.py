"""Sealed values that a change of configuration makes, moves or takes away: all in its one signed event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.loaded import load_documents
from gmconfig.config.strategy import rules_of
from gmconfig.path import walk
from gmconfig.secret.token import Sealed
from gmconfig.storage.change import WholeFile, YamlEdit
from gmconfig.storage.snapshot import Proposed
from gmconfig.storage.yaml.edit import Set

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gmconfig.api.workspace import Workspace
    from gmconfig.project import Project
    from gmconfig.secret.file.draft import Draft
    from gmconfig.secret.token import Context
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.snapshot import Snapshot

Edits = dict[str, "FileEdit"]


class Sealing:
    """What one change seals; `origin` is the vault that opens tokens which the change brings back."""

    def __init__(
        self, workspace: Workspace, operation: str, reason: str | None, origin: Vault | None = None
    ) -> None:
        self._workspace = workspace
        self._snapshot = workspace.project.worktree()
        self._operation = operation
        self._reason = reason
        self._origin = origin
        self._draft: Draft | None = None
        self._fresh: set[str] = set()
        self._in_place: set[str] = set()
        self._before: dict[str, dict[Context, Sealed]] = {}

    @property
    def draft(self) -> Draft:
        """The event in the making; opened when there is something to seal."""
        if self._draft is None:
            from gmconfig.secret.file.draft import Draft

            self._draft = Draft(self._workspace.vault(self._snapshot), self._operation, reason=self._reason)
        return self._draft

    def seal(self, context: Context, value: object, file: str, there: object) -> str:
        """Seal one value for its place, where `there` stands now; the same value again keeps its token."""
        known = there if isinstance(there, Sealed) and there.context == context else None
        before = known or self._standing(file).get(context)
        token = self.draft.seal(context, value, before=before)
        self._fresh.add(token)
        if before is not None:
            self._in_place.add(token)
        return token

    def settled(self, edits: Mapping[str, FileEdit]) -> Edits:
        """Give the edits with everything that belongs to them: moved values sealed again, and the event."""
        found: Edits = dict(edits)
        for file, edit in edits.items():
            if self._moves_nothing(edit):
                continue
            before = self._snapshot.read(file) if self._snapshot.exists(file) else None
            after = edit.apply(before)
            if b"gm1" in (before or b"") + (after or b"") and self._workspace.project.layout.read(file):
                found[file] = self._with_moves(file, edit, after)
        return found if self._draft is None else {**found, **self._draft.files()}

    def only_renews(self, edits: Mapping[str, FileEdit]) -> bool:
        """Whether edits put new tokens where tokens stand, and nothing else: nobody without a key sees a change."""
        return bool(edits) and all(map(self._moves_nothing, edits.values()))

    def _with_moves(self, file: str, edit: FileEdit, after: bytes | None) -> FileEdit:
        project = self._workspace.project
        old = self._standing(file)
        new = dict(tokens_in(project, Proposed(self._snapshot, {file: after}), file))
        moved = {
            sealed: self._again(context, sealed, old)
            for context, sealed in new.items()
            if sealed not in self._fresh and old.get(context) != sealed
        }
        for context, sealed in old.items():
            if context not in new:
                self.draft.drop(context, sealed)
        return _extended(edit, after, file, moved) if moved else edit

    def _moves_nothing(self, edit: FileEdit) -> bool:
        """Whether an edit only puts new tokens where tokens stand: nothing is moved then, or goes away."""
        return isinstance(edit, YamlEdit) and all(
            isinstance(each, Set) and isinstance(each.value, str) and each.value in self._in_place
            for each in edit.edits
        )

    def _standing(self, file: str) -> dict[Context, Sealed]:
        if file not in self._before:
            self._before[file] = dict(tokens_in(self._workspace.project, self._snapshot, file))
        return self._before[file]

    def _again(self, context: Context, sealed: Sealed, old: Mapping[Context, Sealed]) -> str:
        """Seal a value for the place that it was moved to, or that it comes back to."""
        source = next((one for one in old.values() if one == sealed), None)
        if source is None and self._origin is not None:
            value = self._origin.open(sealed)
        else:
            value = self.draft.vault.open(source or sealed)
        return self.draft.seal(context, value, before=old.get(context), same_as=sealed)


def tokens_in(project: Project, snapshot: Snapshot, file: str) -> Iterator[tuple[Context, Sealed]]:
    """Yield the sealed values of a layer's file with what their places mean."""
    layer = project.layout.read(file)
    if layer is None or not snapshot.exists(file) or b"gm1" not in snapshot.read(file):
        return
    for loaded in load_documents(snapshot, layer, rules_of(project.settings.merge)):
        for _, value in walk(loaded.tree):
            if isinstance(value, Sealed):
                yield value.context, value


def _extended(edit: FileEdit, after: bytes | None, file: str, moved: Mapping[Sealed, str]) -> FileEdit:
    from gmconfig.storage.yaml.edit import edit as edited

    sets = tuple(Set(sealed.written_at, token, False) for sealed, token in moved.items())
    if isinstance(edit, YamlEdit):
        return YamlEdit(file, (*edit.edits, *sets))
    return WholeFile(edited(after, sets, file=file))
