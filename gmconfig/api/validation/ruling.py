"""Keeping a compliance rule: a minimal edit of a file below `policies/`, as one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmconfig.api.carry_out import carry_out
from gmconfig.api.config.edited import edited_values
from gmconfig.api.outcome import Deed
from gmconfig.errors import InvalidConfiguration
from gmconfig.path import KeyPath
from gmconfig.storage.change import YamlEdit
from gmconfig.storage.yaml import load
from gmconfig.storage.yaml.edit import Append, Set, Unset
from gmconfig.validate.policy.load import FOLDER, is_policy
from gmconfig.validate.policy.written import USUAL, entry_of

if TYPE_CHECKING:
    from gmconfig.api.outcome import How, Outcome
    from gmconfig.api.workspace import Workspace
    from gmconfig.storage.yaml.edit import Edit
    from gmconfig.validate.policy.rule import ComplianceRule

    Trees = dict[str, dict[str, Any]]

USUAL_FILE = f"{FOLDER}rules.yaml"


def keep_rule(workspace: Workspace, rule: ComplianceRule, how: How) -> Outcome:
    """Write a rule where one of its id stands, else into the only policy file, or the usual one.

    Raises:
        Refused: it carries a function of Python.
        InvalidConfiguration: the project does not keep to it, or it is not a rule; nothing was changed.
    """
    project, entry = workspace.project, entry_of(rule)
    trees = _policies(workspace)
    file, edits = _replacing(trees, entry) or _adding(trees, entry)
    files = {file: YamlEdit(file, tuple(edits))} if edits else {}
    deed = Deed("policy", f"policies: {rule.id}", changes=edited_values(project, files, files=list(files)))
    try:
        return carry_out(project, files, how, deed)
    except InvalidConfiguration as error:
        error.hint = "mend what is named or waive it below policies/, or begin with severity warning"
        raise


def _policies(workspace: Workspace) -> Trees:
    snapshot = workspace.project.worktree()
    files = sorted(file for file in snapshot.files() if is_policy(file))
    trees = {file: load(snapshot.read(file), file) for file in files}
    return {file: tree if isinstance(tree, dict) else {} for file, tree in trees.items()}


def _replacing(trees: Trees, entry: dict[str, Any]) -> tuple[str, list[Edit]] | None:
    """Change what differs in the rule of that id; None where there is none."""
    for file, tree in trees.items():
        for index, old in enumerate(tree.get("rules") or ()):
            if isinstance(old, dict) and old.get("id") == entry["id"]:
                return file, list(_differing(("rules", index), old, entry))
    return None


def _differing(at: tuple[str, int], old: dict[str, Any], new: dict[str, Any]) -> list[Edit]:
    stays = [key for key in old if key in USUAL and old[key] == USUAL[key]]
    gone: list[Edit] = [Unset(KeyPath((*at, key))) for key in old if key not in new and key not in stays]
    return gone + [Set(KeyPath((*at, key)), new[key]) for key in new if old.get(key) != new[key]]


def _adding(trees: Trees, entry: dict[str, Any]) -> tuple[str, list[Edit]]:
    file = next(iter(trees)) if len(trees) == 1 else USUAL_FILE
    path = KeyPath(("rules",))
    if trees.get(file, {}).get("rules"):
        return file, [Append(path, entry)]
    return file, [Set(path, [entry])]
