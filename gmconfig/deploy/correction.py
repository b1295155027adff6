"""Putting drift back: what the last deployment brought, all of it or chosen paths, and nothing newer."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gmconfig.config.diff import ABSENT, REMOVED
from gmconfig.drift.survey import Survey, Wanted
from gmconfig.errors import Refused
from gmconfig.path import KeyPath, Keys
from gmconfig.target.formats import About

if TYPE_CHECKING:
    from gmconfig.drift.difference import Difference
    from gmconfig.drift.standing import Standing
    from gmconfig.target.declared import Target
    from gmconfig.target.rendering import Rendering


@dataclass(frozen=True, slots=True)
class Correction:
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
        keys = tuple(key for key in difference.change.path if isinstance(key, str | int))
        return not self.only or any(glob.matches(keys) for glob in self.only)


def put_there(standing: Standing, commit: str) -> Wanted:
    """Give the commits of what the last deployment put on a target."""
    marker = standing.live.marker if standing.live else None
    return Wanted(marker.commit, commit) if marker else Wanted(commit, commit)


def correct(survey: Survey, standing: Standing, correction: Correction, commit: str) -> Standing:
    """Give a target's standing against what was put there: its drift is what would change.

    Raises:
        Refused: what stays is in a list whose items have no fixed place.
    """
    taken = tuple(one for one in standing.drift if correction.takes(one))
    if not taken:
        return replace(standing, rendering=None, changes=(), drift=())
    kept = tuple(one for one in standing.drift if one not in taken)
    for one in kept:
        _keys(one)
    rendering = survey.rendering(standing.target, put_there(standing, commit))
    return replace(standing, rendering=rendering, changes=taken, drift=taken, kept=kept)


def with_kept(
    rendering: Rendering, target: Target, files: Mapping[str, bytes], kept: Sequence[Difference]
) -> dict[str, bytes]:
    """Give a release's files with some of the drift left in them."""
    trees, _ = rendering.parsed(files)
    changed = dict(files)
    for document in dict.fromkeys(one.document for one in kept):
        part, tree = rendering.parts[document], copy.deepcopy(trees[document])
        for one in kept:
            if one.document == document:
                _put(tree, _keys(one), _plain(one.live))
        about = About(document, target.settings.get("name"), target.settings.get("namespace"))
        changed[part.file] = part.form.render(tree, about)
    return changed


def _keys(one: Difference) -> Keys:
    keys = tuple(key for key in one.change.path if isinstance(key, str | int))
    if one.problem or not keys or len(keys) != len(one.change.path):
        raise Refused(
            f'"{one.path or one.document}" cannot stay while other drift is put back',
            hint="correct all of it: leave --only out, and add --prune",
        )
    return keys


def _put(tree: Any, keys: Keys, value: object) -> None:
    """Put a live value into what is written; lists have the same length here, or differ as a whole."""
    for key in keys[:-1]:
        tree = tree.setdefault(key, {}) if isinstance(tree, dict) else tree[key]
    if value is ABSENT:
        del tree[keys[-1]]
    else:
        tree[keys[-1]] = value


def _plain(value: object) -> object:
    return value.reveal() if hasattr(value, "reveal") else value
