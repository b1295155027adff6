"""`drift explain`: who set the wanted value and when, what is live, and which deployment put it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.config.diff import ABSENT
from gmconfig.errors import GitTrouble, UnknownPath
from gmconfig.path import KeyPath, Keys, value_at
from gmconfig.secret.token import Secret

if TYPE_CHECKING:
    from gmconfig.api.drifting import Drifter
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
    standing, difference = drifter.one(target, document, path)
    assert standing.rendering is not None and standing.live is not None  # noqa: PT018, S101  # it was compared
    name = document or drifter.document_of(standing, str(KeyPath.parse(path)))
    part, marker = standing.rendering.parts[name], standing.live.marker
    keys = _keys(part, path)
    sides = (difference.wanted, difference.live) if difference else _equal(standing, part, keys)
    if sides == (ABSENT, ABSENT):
        raise UnknownPath(
            f'"{path}" is neither wanted nor live on {target}', hint=f"gmconfig drift detect {target}"
        )
    origin = None if sides[0] is ABSENT else standing.rendering.origin(name, keys)
    revision = _revision(drifter, standing, part, keys) if origin and origin.layer else None
    return DriftExplanation(
        target,
        standing.target.environment,
        name,
        path,
        *sides,
        place=origin.place if origin else None,
        revision=revision,
        record=marker.record if marker else "",
        since=marker.time if marker else "",
        drifted=difference is not None,
    )


def _keys(part: Part, path: str) -> Keys:
    parsed = KeyPath.parse(path)
    try:
        return parsed.resolve(part.tree)
    except UnknownPath:
        return tuple(key for key in parsed.segments if isinstance(key, str | int))


def _equal(standing: Standing, part: Part, keys: Keys) -> tuple[object, object]:
    """Give the value that wanted and live share; a change that was not deployed yet has two."""
    for one in standing.changes:
        if one.document == part.document and one.change.path == keys:
            return one.wanted, one.live
    try:
        value = value_at(part.tree, keys)
    except (LookupError, TypeError):
        return ABSENT, ABSENT
    shown = Secret(value) if any(keys[: len(at)] == at for at in part.secret_paths) else value
    return shown, shown


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
