"""What a commit says in the end: the user's hooks may have changed values, added files, or reworded it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.config.edited import MASK, values_between

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.api.outcome import Edited, Outcome
    from gmconfig.storage.git import CommitResult


def as_committed(outcome: Outcome, result: CommitResult) -> Outcome:
    """Give the outcome with what was committed in place of what was asked for."""
    done = outcome.replaced(commit=result.commit, branch=result.branch)
    if result.commit and result.subject != _first_line(outcome.message):
        done = done.replaced(message=result.subject)
    if not result.altered:
        return done
    files = {**outcome.files, **result.altered}
    return done.replaced(
        changes=tuple(_changes(outcome, result)),
        files={file: sides for file, sides in files.items() if sides[0] != sides[1]},
    )


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].rstrip()


def _changes(outcome: Outcome, result: CommitResult) -> Iterator[Edited]:
    """Yield the values of each file, those of an altered one as the commit has them."""
    told = dict.fromkeys(change.place.file for change in outcome.changes)
    secret = {(one.place.file, one.path) for one in outcome.changes if MASK in (one.before, one.after)}
    for file in told:
        if file not in result.altered:
            yield from (change for change in outcome.changes if change.place.file == file)
            continue
        for change in values_between(file, *result.altered[file]):
            yield _hidden(change) if (file, change.path) in secret else change


def _hidden(change: Edited) -> Edited:
    """Mask a value that took a sealed one's place, whatever a hook made of it."""
    before, after = (None if value is None else MASK for value in (change.before, change.after))
    return change.replaced(before=before, after=after)
