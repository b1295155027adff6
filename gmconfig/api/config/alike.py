"""Which documents cannot differ between two sides, told without their values: all that makes them is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.mention import may_refer, may_seal, named_documents, reaching
from gmconfig.storage.listed import Listed
from gmconfig.storage.snapshot import WorkingTree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from gmconfig.api.config.side import Side
    from gmconfig.api.workspace import Workspace
    from gmconfig.project import Project

    Files = Mapping[str, Sequence[str]]
    """The files of documents, by name."""

_STANDING = ("secrets/", "schemas/", "access.yaml")
"""Files that have a say in what a placeholder or a sealed value stands for."""


def alike(workspace: Workspace, left: Side, right: Side, names: AbstractSet[str]) -> dict[str, bool]:
    """Give those of all documents that cannot differ, and whether they have a layer there at all."""
    sides = left, right
    projects = [workspace.project.at(side.files) for side in sides]
    if _shape(projects[0]) != _shape(projects[1]) or not _knows(projects[0], sides):
        return {}
    one, other = (_files(workspace, side) for side in sides)
    listed = {name: files for name in names if (files := one.get(name, [])) == other.get(name, [])}
    same = _of_same_content(listed, sides)
    needy = _dependent(same, sides, names - same.keys()) if same else frozenset()
    return {name: bool(files) for name, files in same.items() if name not in needy}


def _shape(project: Project) -> tuple[object, ...]:
    """Give what gmconfig.yaml says about how layers make a document."""
    settings = project.settings
    ancestors = {name: environment.extends for name, environment in project.environments.items()}
    declared = tuple(settings.section("documents").items()), tuple(settings.merge.items())
    return (
        *declared,
        settings.further_layers,
        settings.default_document,
        settings.placeholders,
        ancestors,
    )


def _knows(project: Project, sides: tuple[Side, Side]) -> bool:
    return all(side.environment is None or side.environment in project.environments for side in sides)


def _files(workspace: Workspace, side: Side) -> Files:
    """Give each document's layers in the side's environment; without one, in any."""
    project, there = workspace.project.at(side.files), Listed(side.files)
    found: dict[str, list[str]] = {}
    for layer in project.every_layer(there):
        found.setdefault(layer.document, []).append(layer.file)
    if side.environment is None:
        return found
    return {
        name: [layer.file for layer in project.layers(there, name, side.environment, workspace.variables)]
        for name in found
    }


def _of_same_content(documents: Files, sides: tuple[Side, Side]) -> Files:
    if _are_one_tree(sides):
        return documents
    one, other = _keys(documents, sides)
    return {
        name: files
        for name, files in documents.items()
        if all(one.get(file) == other.get(file) for file in files)
    }


def _keys(documents: Files, sides: tuple[Side, Side]) -> list[Mapping[str, object]]:
    """Give what tells files' contents apart; only those of the same kind of snapshot are comparable."""
    if _are_stored(sides):
        return [side.files.files() for side in sides]
    files = _all_of(documents)
    return [side.files.read_many(files) for side in sides]


def _dependent(documents: Files, sides: tuple[Side, Side], unlike: AbstractSet[str]) -> AbstractSet[str]:
    """Give the documents that may differ although their files are the same: what these refer to may differ."""
    steady = _is_steady(sides)
    if steady and not unlike:
        return frozenset()
    raws = sides[0].files.read_many(_all_of(documents))
    texts = {name: [raws[file] for file in files if file in raws] for name, files in documents.items()}
    if steady:
        return reaching({name: named_documents(found) for name, found in texts.items()}, unlike)
    may_need = may_refer if _are_one_tree(sides) else _may_need
    return {name for name, found in texts.items() if any(map(may_need, found))}


def _is_steady(sides: tuple[Side, Side]) -> bool:
    """Whether variables, secrets and schemas are the same on both sides."""
    if sides[0].environment != sides[1].environment:
        return False
    return _are_one_tree(sides) or (_are_stored(sides) and _standing(sides[0]) == _standing(sides[1]))


def _standing(side: Side) -> Mapping[str, str]:
    return {file: key for file, key in side.files.files().items() if file.startswith(_STANDING)}


def _may_need(raw: bytes) -> bool:
    return may_refer(raw) or may_seal(raw)


def _are_one_tree(sides: tuple[Side, Side]) -> bool:
    return all(isinstance(side.files, WorkingTree) for side in sides) or sides[0].files is sides[1].files


def _are_stored(sides: tuple[Side, Side]) -> bool:
    """Whether both are commits, whose keys are comparable; what is staged is read as a file of its own."""
    return all(side.files.commit is not None for side in sides)


def _all_of(documents: Files) -> list[str]:
    return [file for files in documents.values() for file in files]
