"""Edits of a YAML file that change the bytes of the value concerned and no others.

Each edit is planned as splices of the text and proved by reading the result: exactly that path changed. What
cannot be spliced goes through ruamel's round trip, and what that cannot do either is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.storage.yaml.comparison import plain
from gmconfig.storage.yaml.oneline import set_in_line
from gmconfig.storage.yaml.operations import Append, Edit, Insert, Set, Unset

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Append", "Edit", "Insert", "Set", "Unset", "edit"]


def edit(raw: bytes | None, edits: Sequence[Edit], *, file: str = "") -> bytes:
    """Give a file's bytes after edits; None is a file that does not exist yet.

    Raises:
        BrokenConfiguration: the file cannot be read as it is.
        UnknownPath: a path does not exist and is not to be created.
        Refused: an edit would change more than its path, or has no way to be written; the message says why.
    """
    content = raw or b""
    waiting = [_plain(wanted) for wanted in edits]
    if len(waiting) == 1 and (done_in_line := set_in_line(content, waiting[0])) is not None:
        return done_in_line
    from gmconfig.storage.yaml.planned import first_edits

    while waiting:
        content, done = first_edits(content, waiting, file)
        del waiting[:done]
    return content


def _plain(wanted: Edit) -> Edit:
    return wanted if isinstance(wanted, Unset) else wanted.replaced(value=plain(wanted.value))
