"""Changing configuration: set, unset, a whole tree, an edited file; each planned, sealed, then carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.carry_out import carry_out
from gmconfig.api.config.edited import edited_values
from gmconfig.api.outcome import Deed
from gmconfig.api.secret.sealing import Sealing
from gmconfig.config.editing.edit import plan_set, plan_tree, plan_unset, plan_update
from gmconfig.config.editing.overriding import overriding
from gmconfig.config.resolve import Resolved
from gmconfig.config.strategy import rules_of
from gmconfig.errors import NotFound, UnknownDocument, UnknownPath
from gmconfig.path import KeyPath, Keys
from gmconfig.project.names import RESERVED_DOCUMENTS, is_name
from gmconfig.secret.token import Secret
from gmconfig.storage.change import WholeFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gmconfig.api.outcome import How, Outcome
    from gmconfig.api.workspace import Workspace
    from gmconfig.config.editing.edit import PlannedEdit


def set_value(
    workspace: Workspace,
    document: str,
    path: KeyPath,
    value: object,
    how: How,
    *,
    create: bool,
    copy_list: bool,
    secret: bool,
) -> Outcome:
    """Set one value in the layer of the environment that was named, without one in the base."""
    sealing = Sealing(workspace, "set", how.reason)
    wished = Secret(value) if secret else value
    try:
        resolved = _resolved(workspace, document, create=create, yaml_document=path.document)
    except UnknownDocument as error:
        if is_name(document) and document not in RESERVED_DOCUMENTS:
            error.hint = (
                f"{error.hint}{'' if str(error.hint).endswith('?') else ';'} --create begins a new one"
            )
        raise
    plan = plan_set(
        resolved,
        path,
        wished,
        create=create,
        copy_list=copy_list,
        seal=sealing.seal,
    )
    return _carried_out(workspace, plan, how, sealing, "set", f"{document}: {path}")


def unset_value(workspace: Workspace, document: str, path: KeyPath, how: How, *, copy_list: bool) -> Outcome:
    """Remove one key."""
    sealing = Sealing(workspace, "unset", how.reason)
    plan = plan_unset(_resolved(workspace, document, yaml_document=path.document), path, copy_list=copy_list)
    return _carried_out(workspace, plan, how, sealing, "unset", f"{document}: {path} removed")


def set_tree(workspace: Workspace, document: str, wanted: object, how: How) -> Outcome:
    """Make a document's resolved values those of a tree, writing only what differs."""
    return _from_values(workspace, document, wanted, how, plan_tree)


def adopt_tree(
    workspace: Workspace, document: str, wanted: object, value: object, at: KeyPath, how: How
) -> Outcome:
    """Make a document's values those of a tree that differs from its `value` at one path, or below it."""
    sealing = Sealing(workspace, "set", how.reason)
    resolved = _resolved(workspace, document)
    planned = plan_tree(resolved, wanted, value, seal=sealing.seal)
    keys = _keys(resolved, at)
    planned = planned.replaced(overriding=overriding(resolved, planned.layer, keys) if keys else ())
    return _carried_out(workspace, planned, how, sealing, "set", f"{document}: {at}", path=str(at))


def _keys(resolved: Resolved, at: KeyPath) -> Keys:
    """Give where a path leads, or would lead; nowhere where only live has that item of a list."""
    try:
        return at.resolve(resolved.merged)
    except UnknownPath:
        named = tuple(key for key in at.segments if isinstance(key, str))
        return named if len(named) == len(at.segments) else ()


def update_tree(workspace: Workspace, document: str, updates: object, how: How) -> Outcome:
    """Merge a tree into a document's values."""
    return _from_values(workspace, document, updates, how, plan_update)


def update_trees(workspace: Workspace, changes: Mapping[str, object], how: How, subject: str) -> Outcome:
    """Merge trees into several documents' values, as one change."""
    sealing = Sealing(workspace, "set", how.reason)
    plans = [_planned(workspace, document, tree, plan_update, sealing) for document, tree in changes.items()]
    edits = {file: edit for plan in plans for file, edit in plan.edits.items()}
    deed = Deed(
        "deploy",
        subject,
        environment=workspace.given,
        trailers={"Documents": ", ".join(changes)},
        changes=edited_values(workspace.project, edits, files=tuple(plan.layer.file for plan in plans)),
    )
    checked = not sealing.only_renews(edits)
    return carry_out(workspace.project, sealing.settled(edits), how, deed, checked=checked)


def layer_text(workspace: Workspace, document: str) -> tuple[str, str]:
    """Give the file that changes go to, and its text; empty where it does not exist yet."""
    from gmconfig.config.editing.own import Own

    snapshot = workspace.project.worktree()
    layer = Own(workspace.project, snapshot, document, workspace.given, variables=workspace.variables).layer
    raw = snapshot.read(layer.file) if snapshot.exists(layer.file) else b""
    return layer.file, raw.decode("utf-8", "surrogateescape")


def replace_layer(
    workspace: Workspace, document: str, file: str, before: str, after: str, how: How
) -> Outcome:
    """Replace a layer's whole text."""
    project = workspace.project
    sealing = Sealing(workspace, "edit", how.reason)
    content = after.encode("utf-8", "surrogateescape")
    edits = sealing.settled({file: WholeFile(content)}) if after != before else {}
    deed = Deed(
        "edit",
        f"{document}: edit {file}",
        document=document,
        environment=workspace.given,
        changes=edited_values(project, edits, files=(file,)),
    )
    return carry_out(project, edits, how, deed)


def _from_values(
    workspace: Workspace, document: str, wanted: object, how: How, plan: Callable[..., PlannedEdit]
) -> Outcome:
    sealing = Sealing(workspace, "set", how.reason)
    planned = _planned(workspace, document, wanted, plan, sealing)
    return _carried_out(workspace, planned, how, sealing, "set", f"{document}: update")


def _planned(
    workspace: Workspace,
    document: str,
    wanted: object,
    plan: Callable[..., PlannedEdit],
    sealing: Sealing,
) -> PlannedEdit:
    resolved = _resolved(workspace, document)
    value = resolved.value(workspace.lookup(resolved.snapshot, resolved.environment, tolerant=True))
    return plan(resolved, wanted, value, seal=sealing.seal)


def _carried_out(
    workspace: Workspace,
    plan: PlannedEdit,
    how: How,
    sealing: Sealing,
    operation: str,
    subject: str,
    *,
    path: str = "",
) -> Outcome:
    project, environment = workspace.project, plan.layer.environment
    edits = sealing.settled(plan.edits)
    path = str(KeyPath(plan.keys, plan.resolved.yaml_document)) if plan.keys else path
    deed = Deed(
        operation,
        subject + (f" in {environment}" if environment else ""),
        document=plan.layer.document,
        environment=environment,
        trailers={"Path": path} if path else None,
        changes=edited_values(project, edits, files=(plan.layer.file,)),
        still_overridden=plan.overriding,
    )
    checked = not sealing.only_renews(plan.edits)  # what is sealed is sealed to the checks too
    return carry_out(project, edits, how, deed, checked=checked)


def _resolved(
    workspace: Workspace, document: str, *, create: bool = False, yaml_document: int = 0
) -> Resolved:
    """Resolve a document where changes go; with `create`, one without any layer yet is an empty one."""
    snapshot = workspace.project.worktree()
    try:
        # The files are about to change, and whoever edits them has to parse them anyway.
        return workspace.resolved(
            document, snapshot, workspace.given, yaml_document=yaml_document, remembered=False
        )
    except NotFound:
        if not create:
            raise
    project = workspace.project
    rules = rules_of(project.settings.merge)
    return Resolved(
        project, snapshot, document, workspace.given, (), variables=workspace.variables, rules=rules
    )
