"""Finding flags that have done their work."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from gmconfig.finding import Place
from gmconfig.flag.catalogue import sound
from gmconfig.flag.code.files import references
from gmconfig.flag.past import Version, versions
from gmconfig.flag.stale import Reason, Settling, last_change, reasons, required_by
from gmconfig.validate.run import current_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.api.workspace import Workspace
    from gmconfig.flag.catalogue import Catalogue
    from gmconfig.project import Project


@dataclass(frozen=True, slots=True)
class StaleFlag:
    """A flag that may go.

    Attributes:
        flag, place, owner: its name, where it stands, and who answers for it.
        reasons: why it may go.
        commit, author, changed: who changed it last, and when; None where it was never committed as it stands.
        references: where the code that was searched still mentions it.
        required_by: other flags that need it.
    """

    flag: str
    reasons: tuple[Reason, ...]
    place: Place
    owner: str | None
    commit: str | None
    author: str | None
    changed: datetime | None
    references: tuple[Place, ...]
    required_by: tuple[str, ...]


def stale(workspace: Workspace, code: Sequence[str], days: int) -> tuple[StaleFlag, ...]:
    """Give the stale flags of the working tree, by name; in `code` they are looked for.

    Raises:
        GitTrouble: there is no history to ask, or a shallow clone lacks a part of it.
    """
    project = workspace.project
    catalogue = sound(project, project.worktree())
    past = list(versions(project))
    places = references(sorted(catalogue.flags), code, project.root) if code else None
    since = Settling(catalogue, past, _chains(project), time.time())
    found = []
    for name in sorted(catalogue.flags):
        mentioned = None if places is None else bool(places[name])
        why = reasons(catalogue, name, current_day(), is_mentioned=mentioned, since=since, least=days)
        if told := tuple(why):
            found.append(_answer(catalogue, name, told, past, (places or {}).get(name, [])))
    return tuple(found)


def _chains(project: Project) -> dict[str | None, tuple[str, ...]]:
    return {name: project.chain(name) for name in project.environments} or {None: ()}


def _answer(
    catalogue: Catalogue, name: str, why: tuple[Reason, ...], past: Sequence[Version], places: Sequence[Place]
) -> StaleFlag:
    written = catalogue.flags[name].section("flags")[name]
    changed = last_change(name, written, past)
    revision = changed.revision if changed else None
    return StaleFlag(
        name,
        why,
        catalogue.place(name, ()),
        written.get("owner"),
        revision.commit if revision else None,
        revision.author if revision else None,
        revision.date if revision else None,
        tuple(places),
        required_by(catalogue, name),
    )
