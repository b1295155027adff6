"""Changing flags: each change is a few edits of one flag's lines, checked and committed like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.api.flag.deed import FlagDeed, carried_out
from gmconfig.errors import NotFound, Refused, UsageError, shell_word
from gmconfig.flag.catalogue import Catalogue, sound
from gmconfig.flag.lowering import is_off_in_flagd
from gmconfig.flag.shape import FIELDS
from gmconfig.flag.state import FeatureState
from gmconfig.path import KeyPath, did_you_mean, format_keys
from gmconfig.storage.change import WholeFile, YamlEdit
from gmconfig.storage.yaml.edit import Set, Unset

if TYPE_CHECKING:
    from gmconfig.api.flag.answers import FlagOutcome
    from gmconfig.api.outcome import How
    from gmconfig.api.workspace import Workspace
    from gmconfig.path import Keys
    from gmconfig.storage.yaml.edit import Edit

_SHORT = 200
USUAL_FILE = "flags/flags.yaml"


def create(workspace: Workspace, name: str, definition: Mapping[str, Any], how: How) -> FlagOutcome:
    """Write a new flag, into the only file of flags, or the usual one.

    Raises:
        Refused: there is one of that name.
    """
    catalogue = _catalogue(workspace)
    if name in catalogue.flags:
        place = catalogue.place(name, ())
        raise Refused(
            f'there is a flag named "{name}" already', hint=f"gmconfig flag show {name}", place=place
        )
    files = [file.name for file in catalogue.files]
    file = files[0] if len(files) == 1 else USUAL_FILE
    edits: list[Edit] = [] if files else [Set(KeyPath(("bucketing",)), str(catalogue.bucketing))]
    edits.append(Set(KeyPath(("flags", name)), dict(definition)))
    deed = FlagDeed("create", name, f"flag {name}: create")
    return carried_out(workspace, {file: YamlEdit(file, tuple(edits))}, how, deed)


def update(
    workspace: Workspace, name: str, fields: Mapping[str, Any], how: How, *, rebucket: bool = False
) -> FlagOutcome:
    """Set keys of a flag, in the environment that was named, without one for all; None takes one away."""
    for key in fields:
        if key not in FIELDS:
            hint = did_you_mean(key, tuple(FIELDS), f"keys: {', '.join(FIELDS)}")
            raise UsageError(f'a flag has no key "{key}"', hint=hint)
    values: dict[Keys, object] = {(key,): value for key, value in fields.items()}
    return set_paths(workspace, name, values, how, "set", rebucket=rebucket)


def set_path(
    workspace: Workspace, name: str, path: str, value: object, how: How, *, rebucket: bool = False
) -> FlagOutcome:
    """Set what stands at a path of a flag, such as `rollout.by`."""
    keys = tuple(key for key in KeyPath.parse(path).segments if isinstance(key, str | int))
    if len(keys) != len(KeyPath.parse(path).segments) or not keys:
        raise UsageError(
            f'"{path}" does not name one key of a flag', hint="such as rollout.by or rules[0].serve"
        )
    return set_paths(workspace, name, {keys: value}, how, "set", rebucket=rebucket)


def set_paths(
    workspace: Workspace,
    name: str,
    values: Mapping[Keys, object],
    how: How,
    operation: str,
    *,
    subject: str | None = None,
    rebucket: bool = False,
) -> FlagOutcome:
    """Set several paths of a flag in one commit; `subject` names it where its values would not.

    Raises:
        Refused: it deals users out anew (another salt or unit), unless `rebucket` says that it may.
    """
    catalogue = known(_catalogue(workspace), name)
    environment = workspace.given
    above: Keys = ("flags", name, "environments", environment) if environment else ("flags", name)
    edits = [_edit(catalogue, name, above, keys, value) for keys, value in values.items()]
    file = catalogue.flags[name].name
    changed = YamlEdit(file, tuple(edit for edit in edits if edit is not None))
    told = ", ".join(f"{format_keys(keys)} {_told(value)}" for keys, value in values.items())
    deed = FlagDeed(
        operation,
        name,
        f"flag {name}: {subject or told}" + (f" in {environment}" if environment else ""),
        still_overridden=() if environment else _overriding(catalogue, name, values),
    )
    return carried_out(workspace, {file: changed} if changed.edits else {}, how, deed, rebucket=rebucket)


def delete(workspace: Workspace, name: str, how: How, code: Sequence[str] = ()) -> FlagOutcome:
    """Remove a flag from its file; one that another flag requires is refused by the check.

    Raises:
        Refused: an experiment runs on it, whose report would be gone with it, or the code still mentions it.
    """
    from gmconfig.api.flag.experiments import experiments

    catalogue = known(_catalogue(workspace), name)
    for environment in (None, *workspace.project.environments):
        if any(one.flag == name and one.is_running for one in experiments(workspace, environment)):
            where = f" -e {environment}" if environment else ""
            hint = f"gmconfig flag experiment stop {name}{where}"
            raise Refused(f'an experiment runs on "{name}"', hint=hint)
    _check_unmentioned(workspace, name, code)
    file = catalogue.flags[name].name
    edits = {file: YamlEdit(file, (Unset(KeyPath(("flags", name))),))}
    return carried_out(workspace, edits, how, FlagDeed("delete", name, f"flag {name}: delete"))


def _check_unmentioned(workspace: Workspace, name: str, code: Sequence[str]) -> None:
    import shlex

    from gmconfig.flag.code.files import references

    if places := references([name], code, workspace.project.root)[name]:
        many = f"{len(places):,} places" if len(places) > 1 else "one place"
        raise Refused(
            f'the code mentions "{name}" in {many}',
            hint=f"remove it there first: grep -rnw -e {shlex.quote(name)} {shlex.join(code)}",
            place=places[0],
        )


def enable(workspace: Workspace, name: str, how: How) -> FlagOutcome:
    """Switch a flag on again: for the share of users that is written down for it, else for everybody."""
    project = workspace.project
    catalogue = known(_catalogue(workspace), name)
    flag = catalogue.flag(name, project.chain(workspace.given))
    shared = any(flag.get(key) for key in ("rollout", "schedule", "progressive"))
    state = FeatureState.ROLLOUT if shared else FeatureState.ENABLED
    current = flag.get("state")
    if current is not None and not FeatureState(current).is_off:
        state = FeatureState(current)
    values: dict[Keys, object] = {("state",): str(state)}
    if is_off_in_flagd(flag):
        values = {("flagd", "state"): "ENABLED", **(values if current else {})}
    return set_paths(workspace, name, values, how, "enable", subject="enable" if len(values) > 1 else None)


def disable(workspace: Workspace, name: str, how: How) -> FlagOutcome:
    """Switch a flag off for everybody, whatever else is said about it."""
    return set_paths(workspace, name, {("state",): "disabled"}, how, "disable")


def roll_out(workspace: Workspace, name: str, percentage: float, how: How) -> FlagOutcome:
    """Serve a flag to a share of users.

    Raises:
        Refused: its shares are given in another way than by one percentage.
    """
    catalogue = known(_catalogue(workspace), name)
    flag = catalogue.flag(name, workspace.project.chain(workspace.given))
    for key in ("progressive", "schedule", "targeting", "flagd"):
        if flag.get(key):
            place = catalogue.place(name, (key,), workspace.project.chain(workspace.given), key=True)
            hint = _instead(workspace, name, key, flag[key])
            raise Refused(f'"{name}" is rolled out by its {key}', hint=hint, place=place)
    values: dict[Keys, object] = {("rollout", "percentage"): plain_number(percentage)}
    if FeatureState(flag.get("state") or "enabled") not in (FeatureState.ROLLOUT, FeatureState.EXPERIMENT):
        values = {("state",): "rollout", **values}
    return set_paths(workspace, name, values, how, "rollout")


def _instead(workspace: Workspace, name: str, key: str, value: object) -> str:
    """Say how a raw rule is changed: by the command that writes it as it is now, for people to change its weights."""
    import json

    rule = value.get("targeting") if key == "flagd" and isinstance(value, Mapping) else value
    text = json.dumps(rule, ensure_ascii=False)
    if not rule or key in ("progressive", "schedule") or len(text) > _SHORT:
        return "change that instead"
    path = "flagd.targeting" if key == "flagd" else key
    where = f" -e {workspace.given}" if workspace.given else ""
    return f"change that instead: gmconfig flag set {shell_word(name)} {path} {shell_word(text)}{where}"


def import_file(workspace: Workspace, tree: Mapping[str, Any], file: str, how: How) -> FlagOutcome:
    """Write a new file of flags."""
    from gmconfig.storage.yaml import dump

    if not file.startswith("flags/") or not file.endswith((".yaml", ".yml")) or ".." in file:
        raise UsageError(f'"{file}" is not a file of flags', hint=f"such as {USUAL_FILE}")
    if workspace.project.worktree().exists(file):
        raise Refused(f'"{file}" exists already', hint="name another one with --into flags/NAME.yaml")
    edits = {file: WholeFile(dump(dict(tree)))}
    return carried_out(workspace, edits, how, FlagDeed("import", None, f"flags: import {file}"))


def known(catalogue: Catalogue, name: str) -> Catalogue:
    """Give the catalogue back if it has the flag.

    Raises:
        NotFound: it has not; the hint names the nearest.
    """
    if name not in catalogue.flags:
        hint = did_you_mean(name, tuple(catalogue.flags), "gmconfig flag list")
        raise NotFound(f'no flag named "{name}"', hint=hint)
    return catalogue


def plain_number(value: float) -> float:
    """Give a number as people write it: 25.0 is 25."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _catalogue(workspace: Workspace) -> Catalogue:
    return sound(workspace.project, workspace.project.worktree())


def _edit(catalogue: Catalogue, name: str, above: Keys, keys: Keys, value: object) -> Edit | None:
    written = catalogue.flags[name].tree
    if any(isinstance(key, int) for key in keys) and _at(written, (*above, *keys)) is _ABSENT:
        raise Refused(f'"{format_keys(keys)}" is not written there', hint="set the whole list")
    path = KeyPath((*above, *keys))
    if value is None and len(above) == 2:
        return None if _at(written, (*above, *keys)) is _ABSENT else Unset(path)
    return Set(path, value)


_ABSENT = object()


def _at(tree: Any, keys: Keys) -> object:
    for key in keys:
        try:
            tree = tree[key]
        except (KeyError, IndexError, TypeError):
            return _ABSENT
    return tree


def _overriding(catalogue: Catalogue, name: str, values: Mapping[Keys, object]) -> list[str]:
    overrides = catalogue.flags[name].section("flags")[name].get("environments") or {}
    return [
        environment
        for environment, written in overrides.items()
        if any(_at(written, keys) is not _ABSENT for keys in values)
    ]


def _told(value: object) -> str:
    text = "removed" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 40 and text.isprintable() else "changed"
