"""Bringing back what a backup has: as a new commit here, as a repository elsewhere, or as plain files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.api.backup.proving import checked_proof
from gmconfig.api.carry_out import carry_out, changed_files
from gmconfig.api.config.edited import edited_values
from gmconfig.api.outcome import Deed
from gmconfig.api.secret.sealing import Sealing
from gmconfig.backup import live, manifest
from gmconfig.backup.bundle import unbundle
from gmconfig.backup.create import Asked
from gmconfig.backup.opening import Opening
from gmconfig.backup.unpack import check_free, restore
from gmconfig.config.rollback import moved, restored
from gmconfig.errors import NotFound, Refused, UnknownVersion
from gmconfig.project.settings import FILE
from gmconfig.storage.change import WholeFile
from gmconfig.storage.files import write_private
from gmconfig.storage.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.api.backup.backing_up import Backups
    from gmconfig.api.deploy.deploying import Deployer
    from gmconfig.api.outcome import How, Outcome
    from gmconfig.api.workspace import Workspace
    from gmconfig.backup.destination import Destination
    from gmconfig.project import Project
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.snapshot import Snapshot

_LIVE = "live"
_FOLDERS = ("schemas/", "policies/", "flags/")
"""What belongs to a configuration beside its documents; keys, the signed log and access never go back."""


class Restored(NamedTuple):
    """What a restore did.

    Attributes:
        backup: the backup that was restored.
        outcome: the new commit, where it was brought back here; None elsewhere.
        folder: where it was brought to instead.
        files: the files that were written there; empty for a whole repository.
        before: the id of the backup that was made first of what is replaced.
        trusted: whether the new clone trusts its access policy already.
        unheld: why no environment could be held there, in words; None where each is.
        doubt: why nothing proves who made the backup, in words; None where that is proved.
    """

    backup: manifest.Manifest
    outcome: Outcome | None = None
    folder: str | None = None
    files: tuple[str, ...] = ()
    before: str | None = None
    trusted: bool = True
    unheld: str | None = None
    doubt: str | None = None


def restore_here(
    backups: Backups,
    word: str,
    how: How,
    *,
    only: Sequence[str] = (),
    secrets: bool = False,
    unproven: bool = False,
) -> Restored:
    """Make the configuration what a backup has, as a new commit; no ref moves backwards.

    A backup of what is replaced is made first, where the project's backups go. Sealed values stay today's, with
    `secrets` those of documents come back, sealed again. Documents that did not exist then stay.

    Raises:
        NotFound: the backup has nothing of what `only` asks for.
        Refused: it is another repository's, or nobody vouches for it and `unproven` was not asked for.
        InvalidConfiguration: what was fine then would not pass validation now.
    """
    workspace = _workspace(backups, only)
    destination, found = _own(backups, word)
    doubt = checked_proof(backups, destination, found, unproven=unproven)
    with destination.in_use():
        commit = _fetched(workspace.project, Opening(destination, found, backups.sources))
    edits, files = _edits(workspace, commit, only or found.documents, how, secrets=secrets)
    before = None
    changes = bool(changed_files(workspace.project.worktree(), edits))
    if changes and not how.dry_run:
        before = _usual(backups).create(Asked(f"before-{found.id}", f"before {found.id} was restored")).id
    deed = Deed(
        "restore",
        f"restore {', '.join(only) or 'the configuration'} from the backup {found.name or found.id}",
        trailers={"Backup": found.id, "Restored": commit},
        changes=edited_values(workspace.project, edits, files=files),
    )
    outcome = carry_out(workspace.project, edits, how, deed)
    if outcome.commit:
        backups.tell("restored", found.id, commit=outcome.commit)
    return Restored(found, outcome, before=before, doubt=doubt)


def _usual(backups: Backups) -> Backups:
    """Give the project's own backups: what is restored may come from a place where nothing can be written."""
    return type(backups)(backups.workspace, user=backups.user)


def _workspace(backups: Backups, only: Sequence[str]) -> Workspace:
    if backups.workspace is None:
        raise Refused("there is no project here to restore into", hint="name a new folder: --to DIR")
    if any(_is_live(pattern) for pattern in only):
        hint = "deploy what was deployed then: gmconfig deploy rollback; or look at it: --to DIR"
        raise Refused("what was live comes back by a deployment, not by a restore", hint=hint)
    return backups.workspace


def _own(backups: Backups, word: str) -> tuple[Destination, manifest.Manifest]:
    destination, found = backups.find(word)
    if not destination.is_own(found):
        message = f'{found.id} is a backup of another repository, "{found.repository}"'
        raise Refused(message, hint="restore it into a new folder: --to DIR")
    return destination, found


def restored_here(
    backups: Backups, word: str, how: How, *, only: Sequence[str] = (), secrets: bool = False
) -> Outcome:
    """Restore here and give the commit alone."""
    from gmconfig.api.outcome import Outcome

    done = restore_here(backups, word, how, only=only, secrets=secrets)
    return done.outcome or Outcome("nothing to change")


def redeployed(deployer: Deployer, only: str | None) -> tuple[str, ...]:
    """Deploy what was restored, into one environment or each that has targets; give the deployments' ids."""
    environments = dict.fromkeys(target.environment for target in deployer.declared().values())
    wanted = [name for name in environments if only in (None, name)]
    done = [applied.record for name in wanted for applied in deployer.apply((name,))]
    return tuple(record.id for record in done if record is not None)


def restore_elsewhere(
    backups: Backups, word: str, folder: str, *, only: Sequence[str] = (), unproven: bool = False
) -> Restored:
    """Make a new folder a repository with every ref of a backup, its environments held; or write some files.

    Raises:
        Refused: the folder holds something, or nobody vouches for the backup.
        AccessDenied: no identity at hand opens the backup.
    """
    destination, found = backups.find(word)
    opening = Opening(destination, found, backups.sources)
    folder = os.path.abspath(folder)
    check_free(folder)
    doubt = checked_proof(backups, destination, found, unproven=unproven)
    if only:
        with destination.in_use():
            files = tuple(_written(backups, opening, folder, only))
        if not files:
            raise NotFound(f"the backup has nothing that answers to {', '.join(only)}")
        return Restored(found, None, folder, files, doubt=doubt)
    pin = backups.trusted_root(destination, found)
    with destination.in_use():
        unheld = restore(opening, folder, pin=pin, held_by=backups.user).unheld
    backups.tell("restored", found.id, folder=folder)
    trusted = pin is not None or not found.sealed_to
    return Restored(found, None, folder, trusted=trusted, unheld=unheld, doubt=doubt)


def _fetched(project: Project, opening: Opening) -> str:
    """Give the backup's commit, its objects put into this repository if they are not there any more."""
    commit = opening.contents.commit
    if commit is None:
        raise NotFound("there was no commit yet when this backup was made")
    try:
        return project.repository.resolve(commit)
    except UnknownVersion:
        for kind in (manifest.BUNDLE, manifest.SINCE):
            raw = opening.piece(kind)
            if raw is not None:
                unbundle(project.repository, raw)
    return project.repository.resolve(commit)


def _edits(
    workspace: Workspace, commit: str, only: Sequence[str], how: How, *, secrets: bool
) -> tuple[dict[str, FileEdit], tuple[str, ...]]:
    project = workspace.project
    then = project.snapshot(commit)
    edits: dict[str, FileEdit] = {}
    chosen = 0
    for document in project.at(then).documents(then):
        if _is_meant(document, only):
            chosen += 1
            edits |= restored(project, document, commit, secrets=secrets)
    for file in _beside(then):
        if _is_meant(file, only):
            chosen += 1
            edits[file] = WholeFile(then.read(file))
    if not chosen:
        raise NotFound(f"the backup has nothing that answers to {', '.join(only)}")
    sealing = Sealing(workspace, "restore", how.reason, origin=workspace.vault(then))
    settled = sealing.settled(edits)
    if FILE not in edits:
        return settled, tuple(edits)
    whole = moved(project, project.at(then), settled)
    return whole, tuple(file for file in whole if file in edits or file not in settled)


def _beside(then: Snapshot) -> Iterator[str]:
    yield from (file for file in sorted(then.files()) if file == FILE or file.startswith(_FOLDERS))


def _is_meant(name: str, only: Sequence[str]) -> bool:
    return not only or any(fnmatchcase(name, pattern) for pattern in only)


def _is_live(pattern: str) -> bool:
    return pattern == _LIVE or pattern.startswith(f"{_LIVE}/")


def _written(backups: Backups, opening: Opening, folder: str, only: Sequence[str]) -> Iterator[str]:
    for name, content in (*_live_files(backups, opening, only), *_repository_files(opening, only)):
        path = os.path.normpath(os.path.join(folder, name))
        if not path.startswith(folder + os.sep):
            raise Refused(f'the backup has a file "{name}", which would leave {folder}')
        write_private(path, content)
        yield name


def _live_files(backups: Backups, opening: Opening, only: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    patterns = [pattern for pattern in only if _is_live(pattern)]
    raw = opening.piece(manifest.LIVE) if patterns else None
    vault = None
    if raw and backups.workspace:
        vault = backups.workspace.vault(backups.workspace.project.worktree())
    for entry in live.of_bytes(raw) if raw else ():
        name = f"{_LIVE}/{entry['target']}"
        if any(pattern == _LIVE or fnmatchcase(name, pattern) for pattern in patterns):
            for file, content in live.files(entry, vault):
                yield f"{name}/{file}", content


def _repository_files(opening: Opening, only: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the backup's commit that are meant, from a scratch repository."""
    from gmconfig.project import Project

    patterns = [pattern for pattern in only if not _is_live(pattern)]
    if not patterns:
        return
    with scratch("restore") as folder:
        project = Project.find(restore(opening, os.path.join(folder, "repository")).root)
        tree = project.snapshot("HEAD")
        layers: Mapping[str, str] = {one.file: one.document for one in project.every_layer(tree)}
        for file in sorted(tree.files()):
            if _is_meant(file, patterns) or (file in layers and _is_meant(layers[file], patterns)):
                yield file, tree.read(file)
