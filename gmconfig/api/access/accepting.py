"""`accept`: the signed way out after honest work with plain git; shows what it signs for, then does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmconfig.api.access.answers import Acceptance
from gmconfig.api.access.changes import past_of
from gmconfig.api.access.verifying import removed_events
from gmconfig.api.carry_out import carry_out
from gmconfig.api.outcome import Deed
from gmconfig.api.secret.inventory import sealed_values
from gmconfig.counted import counted
from gmconfig.errors import NotFound
from gmconfig.secret.file.draft import Draft
from gmconfig.secret.log import acceptance
from gmconfig.storage.change import WholeFile
from gmconfig.storage.snapshot import Proposed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.api.outcome import How
    from gmconfig.api.workspace import Workspace
    from gmconfig.secret.log.past import Removed
    from gmconfig.secret.log.sayings import Entry
    from gmconfig.secret.token import Sealed
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.change import FileEdit


class Accepting(NamedTuple):
    """What there is to accept, found and not signed yet."""

    vault: Vault
    present: list[Sealed]
    unsettled: list[Sealed]
    gone: list[Entry]
    restored: list[Removed]

    @property
    def shown(self) -> Acceptance:
        """What a person sees before it is signed."""
        values = tuple(f"{one.context}: {_why(self.vault, one)}" for one in self.unsettled)
        gone = tuple(f"{one.context}: last {one.event.described}" for one in self.gone)
        return Acceptance(None, values, gone, tuple(one.event.described for one in self.restored))


def to_accept(workspace: Workspace, paths: Sequence[str] = ()) -> Accepting:
    """Find what the log does not vouch for; `paths` are files or names of secrets, none means all.

    Raises:
        NotFound: a path holds nothing that is sealed.
    """
    tree = workspace.project.worktree()
    restored = removed_events(workspace)
    vault = workspace.vault(Proposed(tree, {one.event.file: one.raw for one in restored}))
    present = sealed_values(workspace.project, vault.snapshot)
    unsettled = acceptance.unsettled(vault, _named(present, paths))
    gone = [] if paths else _gone(vault, present)
    return Accepting(vault, present, unsettled, gone, restored)


def accept(workspace: Workspace, found: Accepting, how: How) -> Acceptance:
    """Seal again what stands, log what is gone, bring removed events back: one signed event, one commit."""
    draft = Draft(found.vault, "accept", reason=how.reason)
    edits: dict[str, FileEdit] = {one.event.file: WholeFile(one.raw) for one in found.restored}
    edits |= acceptance.accept(draft, found.unsettled, {one.context for one in found.present})
    acceptance.accept_removal(draft, found.gone)
    edits |= draft.files()
    shown = found.shown
    count = len(found.unsettled) + len(found.gone)
    deed = Deed("secret-accept", f"secret: accept {counted(count, 'value')}")
    outcome = carry_out(workspace.project, edits, how, deed, checked=False)
    if outcome.commit:
        past_of(workspace).settled(outcome.commit)
    return Acceptance(outcome, shown.values, shown.gone, shown.restored)


def _named(present: list[Sealed], paths: Sequence[str]) -> list[Sealed]:
    for path in paths:
        if not any(_is_meant(one, path) for one in present):
            raise NotFound(f'nothing sealed stands in "{path}"', hint="gmconfig secret verify")
    return [one for one in present if not paths or any(_is_meant(one, path) for path in paths)]


def _is_meant(sealed: Sealed, path: str) -> bool:
    return sealed.file == path or (sealed.context.document is None and sealed.context.path[0] == path)


def _gone(vault: Vault, present: list[Sealed]) -> list[Entry]:
    there = {one.context for one in present}
    standing = vault.standing
    found = {
        entry.context: entry
        for name, entry in standing.entries.items()
        if entry.context not in there and standing.replacement(name, entry.scope) is None
    }
    return list(found.values())


def _why(vault: Vault, sealed: Sealed) -> str:
    from gmconfig.errors import GmconfigError

    try:
        vault.check(sealed)
    except GmconfigError as error:
        return error.message.removeprefix(f"{sealed.context}: ")
    return "written several times side by side; the value that stands here wins"
