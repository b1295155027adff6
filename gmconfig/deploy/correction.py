"""Putting drift back: what the last deployment brought, all of it or chosen paths, and nothing newer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gmconfig.config.diff import REMOVED
from gmconfig.drift.made import Wanted
from gmconfig.drift.survey import Survey
from gmconfig.drift.taking import taken
from gmconfig.errors import Refused
from gmconfig.immutable import Data
from gmconfig.path import KeyPath
from gmconfig.target.formats import About
from gmconfig.target.rendering import leaves

if TYPE_CHECKING:
    from gmconfig.drift.difference import Difference
    from gmconfig.drift.standing import Standing
    from gmconfig.target.declared import Target
    from gmconfig.target.rendering import Rendering


class Correction(Data):
    """Which drift to put back.

    Attributes:
        only: globs of paths; none mean all.
        prune: whether what is live and was never put there is taken away.
    """

    only: tuple[KeyPath, ...] = ()
    prune: bool = False

    def takes(self, difference: Difference) -> bool:
        """Whether it puts a difference back."""
        if difference.change.kind == REMOVED and not self.prune:
            return False
        return not self.only or any(map(difference.is_at, self.only))


def put_there(survey: Survey, standing: Standing, commit: str) -> Wanted:
    """Give the commits of what the last deployment put on a target: with its secrets, and its flags.

    Where those secrets are not to be had any more, it is with those of `commit`.
    """
    target, put = standing.target, standing.lost or (standing.live.marker if standing.live else None)
    if put is None:
        return Wanted(commit, commit)
    made = survey.made_of(target, put, Wanted(commit, commit))
    if made is None or not (target.agent or survey.rendering(target, made).files):
        return Wanted(put.commit, commit, made.flags if made else "")
    return made


def correct(survey: Survey, standing: Standing, correction: Correction, commit: str) -> Standing:
    """Give a target's standing against what was put there: its drift is what would change.

    What is live and wanted by now, as when it was adopted, stays: the next deployment records it.

    Raises:
        Refused: what stays is in a list whose items have no fixed place, or what was put there is not known.
    """
    if standing.lost is not None and not standing.lost.commit:
        raise Refused(
            f"no record says what was put on {standing.target.name}",
            hint=f"gmconfig deploy apply {standing.target.name}",
        )
    taken = tuple(
        one for one in standing.drift if correction.takes(one) and not _is_wanted_by_now(one, standing)
    )
    if not taken:
        return standing.replaced(rendering=None, changes=(), drift=())
    kept = tuple(one for one in standing.drift if one not in taken)
    for one in kept:
        _check_can_stay(one)
    rendering = survey.rendering(standing.target, put_there(survey, standing, commit))
    return standing.replaced(rendering=rendering, changes=taken, drift=taken, kept=(*standing.kept, *kept))


def _is_wanted_by_now(one: Difference, standing: Standing) -> bool:
    """Whether a deployment would leave it as it is live."""
    if standing.rendering is None or standing.lost is not None or one.problem or not one.change.path:
        return False
    return not any(
        other.document == one.document and _overlap(other.change.path, one.change.path)
        for other in standing.changes
    )


def _overlap(one: Sequence[object], other: Sequence[object]) -> bool:
    """Whether one path is the other, or leads to it."""
    return all(left == right for left, right in zip(one, other, strict=False))


def with_kept(
    rendering: Rendering, target: Target, files: Mapping[str, bytes], kept: Sequence[Difference]
) -> dict[str, bytes]:
    """Give a release's files with some of the drift left in them."""
    trees, _ = rendering.parsed(files)
    changed = dict(files)
    for document in dict.fromkeys(one.document for one in kept):
        part, tree = rendering.parts[document], trees[document]
        for one in kept:
            tree = taken(tree, one) if one.document == document else tree
        about = About(document, target.settings.get("name"), target.settings.get("namespace"))
        changed[part.file] = part.form.render(leaves.revealed(tree, flat=part.form.is_flat), about)
    return changed


def _check_can_stay(one: Difference) -> None:
    if one.problem or not one.change.path:
        raise Refused(
            f'"{one.path or one.document}" cannot stay while other drift is put back',
            hint="correct all of it: leave --only out, and add --prune",
        )
