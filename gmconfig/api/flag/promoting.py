"""Changes that reach beyond one flag's keys: promoting, renaming, another bucketing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.flag.changes import USUAL_FILE, known
from gmconfig.api.flag.deed import FlagDeed, carried_out
from gmconfig.errors import Refused, UsageError
from gmconfig.flag.catalogue import sound
from gmconfig.flag.promotion import edits, override
from gmconfig.flag.rebucketing import salted_by_name
from gmconfig.flag.renaming import Renaming, requiring
from gmconfig.path import KeyPath
from gmconfig.storage.change import YamlEdit
from gmconfig.storage.yaml.edit import Set

if TYPE_CHECKING:
    from gmconfig.api.flag.answers import FlagOutcome
    from gmconfig.api.outcome import How
    from gmconfig.api.workspace import Workspace
    from gmconfig.flag.flagd.bucketing import Bucketing
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.yaml.edit import Edit


def promote(
    workspace: Workspace, name: str, source: str, target: str, how: How, *, rebucket: bool = False
) -> FlagOutcome:
    """Let one environment serve a flag as another does, by the smallest override that says so.

    Raises:
        UnknownEnvironment: one of them is not declared.
        Refused: it deals the target's users out anew, unless `rebucket` says that it may.
    """
    project = workspace.project
    source, target = (project.environment(one).name for one in (source, target))
    if source == target:
        raise UsageError(f'"{source}" cannot be promoted to itself', hint="name two environments")
    catalogue = known(sound(project, project.worktree()), name)
    below = catalogue.flag(name, project.chain(target)[:-1])
    wanted = override(below, catalogue.flag(name, project.chain(source)))
    file = catalogue.flags[name]
    written = file.section("flags")[name].get("environments") or {}
    changed = tuple(edits(("flags", name, "environments", target), written.get(target), wanted))
    files: dict[str, FileEdit] = {file.name: YamlEdit(file.name, changed)} if changed else {}
    deed = FlagDeed("promote", name, f"flag {name}: promote {source} to {target}", environment=target)
    return carried_out(workspace, files, how, deed, rebucket=rebucket)


def rename(workspace: Workspace, old: str, new: str, how: How, *, rebucket: bool = False) -> FlagOutcome:
    """Give a flag another name; its users stay where they are, for its old name is kept as the salt.

    With `rebucket` it is not, and they are dealt out anew.

    Raises:
        Refused: there is a flag of the new name.
    """
    project = workspace.project
    catalogue = known(sound(project, project.worktree()), old)
    if new in catalogue.flags:
        place = catalogue.place(new, ())
        raise Refused(f'there is a flag named "{new}" already', hint=f"gmconfig flag show {new}", place=place)
    file = catalogue.flags[old].name
    found: dict[str, list[Edit]] = {file: []}
    chains = [project.chain(name) for name in (None, *project.environments)]
    if not rebucket and any(salted_by_name(old, catalogue.flag(old, chain)) for chain in chains):
        found[file].append(Set(KeyPath(("flags", old, "rollout", "salt")), old))
    for where, edit in requiring(catalogue, old, new):
        found.setdefault(where, []).append(edit)
    files: dict[str, FileEdit] = {where: YamlEdit(where, tuple(some)) for where, some in found.items()}
    files[file] = Renaming(YamlEdit(file, tuple(found[file])), old, new)
    deed = FlagDeed("rename", new, f"flag {old}: rename to {new}", was=old)
    return carried_out(workspace, files, how, deed, rebucket=rebucket)


def rebucket(workspace: Workspace, bucketing: Bucketing, how: How, *, rebucket: bool = False) -> FlagOutcome:
    """Let all flags deal their users out in another of flagd's ways.

    Raises:
        Refused: it moves users, unless `rebucket` says that it may.
    """
    project = workspace.project
    catalogue = sound(project, project.worktree())
    said = [file.name for file in catalogue.files if file.tree.get("bucketing")]
    files = said or [file.name for file in catalogue.files[:1]] or [USUAL_FILE]
    changed = (Set(KeyPath(("bucketing",)), str(bucketing)),)
    edits: dict[str, FileEdit] = {file: YamlEdit(file, changed) for file in files}
    deed = FlagDeed("bucketing", None, f"flags: bucketing {bucketing}")
    return carried_out(workspace, edits, how, deed, rebucket=rebucket)
