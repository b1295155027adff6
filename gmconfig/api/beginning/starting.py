"""`init`: begin a repository, or adopt one; files, identity, access policy and pin, in one commit."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.api.beginning.founding import trusted
from gmconfig.api.carry_out import carry_out
from gmconfig.api.outcome import Deed
from gmconfig.errors import GitTrouble, Refused
from gmconfig.project import Project
from gmconfig.project.settings import FILE
from gmconfig.secret.keyring.sources import Sources, required_path
from gmconfig.storage.change import WholeFile
from gmconfig.storage.git import Repository
from gmconfig.storage.git.create import create_repository, is_unfinished
from gmconfig.storage.git.identity import require_author
from gmconfig.storage.git.root import bare_root, find_root
from gmconfig.storage.snapshot import Proposed, WorkingTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.api.outcome import How, Outcome
    from gmconfig.storage.change import FileEdit

_SETTINGS = """\
# The project file: marks the root. Every key has a default; after `gmconfig init --schemas` an editor lists them.
environments:
  production: {}
  staging: {}
  development: {}
  testing: {}
"""
_BASE = """\
# The base layer of the document "settings": what all environments share.
# What one of them changes goes to config/environments/<environment>.yaml.
{}
"""


@dataclass(frozen=True, slots=True)
class Started:
    """What `init` did: the `outcome` of its commit, and `notes` for people."""

    outcome: Outcome
    notes: tuple[str, ...] = ()


def start(
    folder: str | os.PathLike[str] = ".",
    *,
    how: How,
    patterns: Sequence[str] = (),
    extract: bool = False,
    by: str | None = None,
    schemas: bool = False,
    identity: str | None = None,
) -> Started:
    """Begin in a folder, which is made, with a git repository, where there is none; what is there stays.

    Args:
        folder: the project's root.
        how: who, why, and how far.
        patterns: adopt the files that these mean, such as `values-{environment}.yaml`.
        extract: move what the environments' files share to a base layer.
        by: with `extract`, match the items of lists by this key.
        schemas: put the schemas of gmconfig's own files into the repository, and lines for editors in the files.
        identity: a file with the identity to begin with; else it is looked for, and made if there is none.

    Raises:
        Refused: files are to be adopted, but there is a gmconfig.yaml already.
    """
    root = os.path.realpath(os.fspath(folder))
    repository = _repository(root, identity, dry_run=how.dry_run)
    edits, notes = _files(root, patterns, extract, by)
    project = _project(root, edits)
    access = trusted(project, repository, identity, dry_run=how.dry_run)
    operation = "adopt" if patterns else "init"
    edits.update(access.files)
    if schemas:
        from gmconfig.api.beginning.editor_schemas import with_editor_schemas

        edits = with_editor_schemas(project.worktree(), edits)
    deed = Deed(operation, f"gmconfig: {operation}")
    outcome = carry_out(project, edits, how, deed, checked=False)
    if not how.dry_run:
        access.pin()
    around = _surroundings(project) if outcome.changed else ()
    return Started(outcome, (*notes, *access.notes, *around))


def _surroundings(project: Project) -> tuple[str, ...]:
    """Say that the repository is a larger one: somebody who only tries something out may not mean it."""
    if not os.path.isdir(project.root) or not project.git_folder or not project.prefix:
        return ()
    return (
        f"{project.prefix}/ is a folder of the repository {project.repository.top}, which gets the commits",
    )


def _repository(root: str, identity: str | None, *, dry_run: bool) -> Repository | None:
    try:
        return Repository.discover(root) if os.path.isdir(root) else _made(root, identity, dry_run)
    except GitTrouble:
        if (find_root(root) or bare_root(root)) and not is_unfinished(root):
            raise
        return _made(root, identity, dry_run)


def _made(root: str, identity: str | None, dry_run: bool) -> Repository | None:
    """Make a repository, once it is known that its first commit has an author and an identity to sign with."""
    if dry_run:
        return None
    sources = Sources(os.environ, identity)
    if not sources.is_given:
        required_path(sources)
    require_author(_nearest_folder(root))
    create_repository(root)
    return Repository.discover(root)


def _nearest_folder(path: str) -> str:
    """Give the folder itself, or the one above it that is there already."""
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path


def _files(
    root: str, patterns: Sequence[str], extract: bool, by: str | None
) -> tuple[dict[str, FileEdit], tuple[str, ...]]:
    tree = WorkingTree(root)
    there = os.path.isdir(root) and tree.exists(FILE)
    if patterns:
        if there:
            raise Refused(f"there is a {FILE} already", hint=f"map more files under documents: in {FILE}")
        return _adopted(tree, patterns, extract, by)
    if there:
        return {}, ()
    edits: dict[str, FileEdit] = {FILE: WholeFile(_SETTINGS.encode())}
    if not os.path.isdir(os.path.join(root, "config")):
        edits["config/settings.yaml"] = WholeFile(_BASE.encode())
    return edits, ()


def _adopted(
    tree: WorkingTree, patterns: Sequence[str], extract: bool, by: str | None
) -> tuple[dict[str, FileEdit], tuple[str, ...]]:
    from gmconfig.config.adoption.finding import adopted

    adoption = adopted(tree, patterns)
    notes = [f"adopted {', '.join(adoption.names)} in {', '.join(adoption.environments) or 'no environment'}"]
    edits: dict[str, FileEdit] = {}
    if extract:
        from gmconfig.config.adoption.extract_files import extract_base

        extraction = extract_base(tree, adoption, by)
        adoption, edits = extraction.adoption, dict(extraction.edits)
        notes.append(
            f"{extraction.shared:,} of {extraction.total:,} values are shared now; no resolved value changed"
        )
    return {FILE: WholeFile(adoption.text.encode()), **edits}, tuple(notes)


def _project(root: str, edits: dict[str, FileEdit]) -> Project:
    """Give the project as it will be."""
    from gmconfig.project.settings import settings_of
    from gmconfig.storage.yaml import load

    tree = WorkingTree(root)
    if FILE not in edits:
        return Project.find(root)
    proposed = Proposed(tree, {FILE: edits[FILE].apply(None)})
    return Project(root, settings_of(load(proposed.read(FILE), FILE), proposed))
