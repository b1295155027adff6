"""What is done to flags, carried out as one commit that says whom it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.carry_out import carry_out
from gmconfig.api.config.edited import edited_values
from gmconfig.api.flag.moving import Movement, with_moves
from gmconfig.api.outcome import Deed, Edited
from gmconfig.flag.rebucketing import REBUCKET
from gmconfig.flag.renaming import Renaming
from gmconfig.immutable import Immutable
from gmconfig.path import format_keys
from gmconfig.storage.change import WholeFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gmconfig.api.flag.answers import FlagOutcome
    from gmconfig.api.outcome import How
    from gmconfig.api.workspace import Workspace
    from gmconfig.flag.catalogue import Catalogue
    from gmconfig.project import Project
    from gmconfig.storage.change import FileEdit


class FlagDeed(Immutable):
    """What is done to one flag, or to all.

    Args:
        operation: its name, such as `create`.
        flag: the flag's name, after it; None for all flags.
        subject: the commit message's first line.
        environment: what is changed, where it is another than the one that was named.
        was: the flag's name before, where it is renamed.
        still_overridden: the environments that keep a value of their own.
    """

    __slots__ = ("operation", "flag", "subject", "environment", "was", "still_overridden")

    def __init__(
        self,
        operation: str,
        flag: str | None,
        subject: str,
        environment: str | None = None,
        was: str | None = None,
        still_overridden: Sequence[str] = (),
    ) -> None:
        self.operation = operation
        self.flag = flag
        self.subject = subject
        self.environment = environment
        self.was = was
        self.still_overridden = tuple(still_overridden)


def carried_out(
    workspace: Workspace,
    edits: Mapping[str, FileEdit],
    how: How,
    done: FlagDeed,
    *,
    rebucket: bool = False,
) -> FlagOutcome:
    """Make a change of flags as one commit, and say whom it moves.

    Raises:
        Refused: it would deal users out anew, and nobody said that it may.
        InvalidConfiguration: the flags would not pass validation.
    """
    project = workspace.project
    movement = Movement(project, edits)
    if rebucket:
        project.repository.environ[REBUCKET] = "1"  # the hooks' validate may not stop what was allowed
    else:
        movement.check_buckets()
    is_new = done.flag is not None and done.operation == "create"
    moved = () if is_new else tuple(movement.differences(done.flag, done.was))
    deed = Deed(
        f"flag-{done.operation}",
        done.subject,
        document="flags",
        environment=done.environment or workspace.given,
        trailers={"Flag": done.flag} if done.flag else None,
        changes=_changes(project, movement.before, edits),
        still_overridden=done.still_overridden,
    )
    return with_moves(carry_out(project, edits, how, deed), moved)


def _changes(project: Project, before: Catalogue, edits: Mapping[str, FileEdit]) -> tuple[Edited, ...]:
    """Give each value that changes; a renamed flag is one of them, not all that stands below its name."""
    plain = {file: edit.edits if isinstance(edit, Renaming) else edit for file, edit in edits.items()}
    files = tuple(file for file, edit in plain.items() if not isinstance(edit, WholeFile))
    renamed = (edit for edit in edits.values() if isinstance(edit, Renaming))
    names = (
        Edited(before.place(one.old, (), key=True), format_keys(("flags", one.new)), "~", one.old, one.new)
        for one in renamed
    )
    return (*names, *edited_values(project, plain, files=files))
