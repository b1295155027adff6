"""What is live of one value, for `config explain`: on targets that can be read right here, without any waiting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.config.diff import ABSENT
from gmconfig.errors import GmconfigError, UnknownPath
from gmconfig.path import KeyPath, value_at

if TYPE_CHECKING:
    from gmconfig.api.deploy.deploying import Deployer
    from gmconfig.api.drift.drifting import Drifter
    from gmconfig.api.workspace import Workspace
    from gmconfig.drift.standing import Standing
    from gmconfig.drift.survey import Survey
    from gmconfig.target.declared import Target
    from gmconfig.target.rendering.rendering import Part


@dataclass(frozen=True, slots=True)
class LiveValue:
    """One value on one target.

    Attributes:
        target: its name.
        value: what is live, with the document's type; `ABSENT` for none, a secret as `Secret`.
        record, since: the deployment that was last there, and when that was (ISO 8601).
        drifted: whether live is not what that deployment put there.
        unknown: why nothing is known of it, in words; empty where it is.
    """

    target: str
    value: object = ABSENT
    record: str = ""
    since: str = ""
    drifted: bool = False
    unknown: str = ""


def live_values(workspace: Workspace, document: str, path: str) -> tuple[LiveValue, ...]:
    """Give what is live of a value on each target of the workspace's environment that has its document.

    Only folders and files of this machine are read: what is elsewhere, or answers late, is named as not looked at.
    """
    if workspace.environment is None or not workspace.project.settings.section("targets"):
        return ()
    from gmconfig.api.deploy.deploying import Deployer

    deployer = Deployer(workspace, offline=True)
    try:
        declared = deployer.declared()
    except GmconfigError:  # what is wrong with it is not an answer to this question
        return ()
    having = [
        one
        for one in declared.values()
        if one.environment == workspace.environment and document in one.documents
    ]
    return tuple(_told(deployer, having, document, path)) if having else ()


def _told(deployer: Deployer, targets: list[Target], document: str, path: str) -> Iterator[LiveValue]:
    from gmconfig.api.drift.drifting import Drifter
    from gmconfig.deploy.planning import wanted_of

    commit = deployer.project.repository.resolve("HEAD")
    holds = deployer.ledger(targets[0].environment).holds.all()
    with deployer.survey() as survey:
        near = [one for one in targets if _is_here(survey, one)]
        looked = survey.look([(one, wanted_of(holds, one, commit)[0]) for one in near])
        standings = {one.target.name: one for one in looked}
        drifter = Drifter(deployer)
        for target in targets:
            found = standings.get(target.name)
            if found is None:
                yield LiveValue(target.name, unknown="not looked at")
            else:
                yield _value(drifter, found, document, path)


def _is_here(survey: Survey, target: Target) -> bool:
    return target.kind == "directory" and (target.host is None or survey.is_near(target))


def _value(drifter: Drifter, standing: Standing, document: str, path: str) -> LiveValue:
    from gmconfig.api.drift.explaining import explained

    name = standing.target.name
    if standing.error is not None:
        return LiveValue(name, unknown=standing.error.message)
    if standing.is_new:
        return LiveValue(name, unknown="not deployed yet")
    rendering, marker = standing.rendering, standing.live.marker if standing.live else None
    part = rendering.parts.get(document) if rendering else None
    flat = part if part and part.form.is_flat else None
    try:
        found = explained(drifter, standing, document, path, authored=False)
    except UnknownPath:  # it stands neither in the last commit nor on the target
        unknown = _written_elsewhere(flat, path) if flat else ""
        record, since = (marker.record, marker.time) if marker else ("", "")
        return LiveValue(name, record=record, since=since, unknown=unknown)
    value = _read(found.live, flat, path) if flat else found.live
    return LiveValue(name, value, found.record, found.since, found.drifted)


def _read(live: object, part: Part, path: str) -> object:
    """Give the value that a text of a flat form stands for, where the document has no text there."""
    if not isinstance(live, str):
        return live
    import json

    try:
        written = value_at(part.written, KeyPath.parse(path).resolve(part.written))
        value = json.loads(live)
    except (UnknownPath, ValueError):  # it stands on the target alone, or is a text
        return live
    return live if isinstance(written, str) or json.dumps(value, ensure_ascii=False) != live else value


def _written_elsewhere(part: Part, path: str) -> str:
    """Say where a flat form has what the document has at a path: a map is in several of its values, or in none."""
    try:
        keys = KeyPath.parse(path).resolve(part.written)
    except UnknownPath:
        return ""
    paths = part.form.paths(part.written) if part.form.paths else {}
    below = sorted(name for name, at in paths.items() if at[: len(keys)] == keys)
    if below:
        return f"in {below[0]}" + (f" and {len(below) - 1:,} more" if below[1:] else "")
    return next((f"within {name}" for name, at in paths.items() if keys[: len(at)] == at), "")
