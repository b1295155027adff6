"""`drift explain`: who set the wanted value and when, what is live, and which deployment put it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.config.diff import ABSENT
from gmconfig.config.equal import same
from gmconfig.drift.difference import rules_of
from gmconfig.drift.secrets import Veil
from gmconfig.errors import GitTrouble, UnknownPath
from gmconfig.path import KeyPath, Keys, value_at

if TYPE_CHECKING:
    from gmconfig.api.drift.drifting import Drifter
    from gmconfig.drift.standing import Standing
    from gmconfig.finding import Place
    from gmconfig.storage.git import Revision
    from gmconfig.target.rendering.rendering import Part


@dataclass(frozen=True, slots=True)
class DriftExplanation:
    """One path on one target.

    Attributes:
        target, environment, document, path: which.
        wanted, live: both values; `ABSENT` for none, a secret as `Secret`.
        place: where the wanted value is written; None for what is written nowhere.
        revision: the commit that made the wanted value what it is.
        record: the deployment that was last there; empty where gmconfig put nothing there.
        since: when that was, ISO 8601.
        drifted: whether live is not what that deployment put there.
    """

    target: str
    environment: str
    document: str
    path: str
    wanted: object
    live: object
    place: Place | None
    revision: Revision | None
    record: str
    since: str
    drifted: bool


def explain(drifter: Drifter, target: str, document: str | None, path: str) -> DriftExplanation:
    """Explain one value of one target.

    Raises:
        NotFound: there is no such target.
        UnknownPath: neither side has the path.
    """
    return explained(drifter, drifter.looked_at(target), document, path)


def explained(
    drifter: Drifter, standing: Standing, document: str | None, path: str, *, authored: bool = True
) -> DriftExplanation:
    """Explain one value of a target that was looked at; unless `authored`, without who wrote what is wanted.

    Raises:
        UnknownPath: neither side has the path.
    """
    target, parsed = standing.target.name, KeyPath.parse(path)
    assert standing.rendering is not None and standing.live is not None  # noqa: S101  # it was compared
    name = document or drifter.document_of(standing, parsed)
    if name not in standing.rendering.parts:
        raise UnknownPath(f'{target} has no document "{name}"', hint=f"gmconfig drift detect {target}")
    part, put = standing.rendering.parts[name], standing.lost or standing.live.marker
    wanted, live = _trees(standing, part)
    keys = _keys(part, wanted, parsed)
    sides = _at(wanted, keys), _at(live, _keys(part, live, parsed))
    if sides == (ABSENT, ABSENT):
        raise UnknownPath(
            f'"{path}" is neither wanted nor live on {target}', hint=f"gmconfig drift detect {target}"
        )
    origin = standing.rendering.origin(name, keys) if keys is not None else None
    return DriftExplanation(
        target,
        standing.target.environment,
        name,
        path,
        *sides,
        place=origin.place if origin else None,
        revision=_revision(drifter, standing, part, keys) if authored and keys is not None else None,
        record=put.record if put else "",
        since=put.time if put else "",
        drifted=_is_drifted(standing, name, parsed) and not (same(*sides) and not standing.is_behind),
    )


def _trees(standing: Standing, part: Part) -> tuple[object, object]:
    """Give what is wanted and what is live, secrets masked."""
    assert standing.rendering is not None and standing.live is not None  # noqa: S101  # it was compared
    live, rendering = standing.live, standing.rendering
    veil = Veil(rendering, part, live.marker, rules_of(part))
    wanted = veil.over_wanted(part.tree)
    if live.untouched and not standing.is_behind:
        return wanted, wanted
    trees, problems = rendering.parsed(live.files)
    if part.document in problems:
        raise UnknownPath(
            f"{part.file} on {standing.target.name}: {problems[part.document]}",
            hint=f"gmconfig drift correct {standing.target.name}",
        )
    return wanted, veil.over_live(trees[part.document]) if part.document in trees else ABSENT


def _is_drifted(standing: Standing, document: str, path: KeyPath) -> bool:
    inside = (one for one in standing.drift if one.document == document)
    return standing.lost is not None or any(
        one.is_at(path) or one.is_below(path) or one.is_above(path) for one in inside
    )


def _keys(part: Part, tree: object, path: KeyPath) -> Keys | None:
    """Give where a path leads in a tree; in a flat form the document's own path leads there too."""
    try:
        return path.resolve(tree)
    except UnknownPath:
        paths = part.form.paths(part.written) if part.form.paths else {}
    return next(((name,) for name, keys in paths.items() if path.matches(keys, part.written)), None)


def _at(tree: object, keys: Keys | None) -> object:
    try:
        return ABSENT if keys is None else value_at(tree, keys)
    except (LookupError, TypeError):
        return ABSENT


def _revision(drifter: Drifter, standing: Standing, part: Part, keys: Keys) -> Revision | None:
    from gmconfig.config.history.change import last_change

    assert standing.rendering is not None  # noqa: S101
    origin = standing.rendering.origin(part.document, keys)
    if origin is None or origin.layer is None:
        return None
    try:
        return last_change(
            drifter.deployer.project,
            origin.layer.file,
            origin.keys,
            yaml_document=1,
            revision=part.source.snapshot.commit or "HEAD" if part.source else "HEAD",
        )
    except GitTrouble:  # a shallow clone does not know; all else is still worth saying
        return None
