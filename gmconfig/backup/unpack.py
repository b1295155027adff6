"""A backup made a repository again, in a folder of its own: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.backup import manifest
from gmconfig.backup.bundle import unbundle
from gmconfig.backup.uncommitted import lay_out
from gmconfig.errors import GmconfigError, Refused
from gmconfig.storage.files import make_folders, reported
from gmconfig.storage.git import Repository
from gmconfig.storage.git.environment import environment_for
from gmconfig.storage.git.process import failed, run_git
from gmconfig.storage.scratch import beside

if TYPE_CHECKING:
    from gmconfig.backup.contents import Contents
    from gmconfig.backup.opening import Opening
    from gmconfig.project import Project

_UNBORN = "refs/heads/gmconfig-restored"
_HOOKS = "core.hooksPath"


class Unpacked(NamedTuple):
    """A repository that was made of a backup: the project's root, and why nothing could be held there."""

    root: str
    unheld: str | None = None


def restore(opening: Opening, folder: str, *, pin: str | None = None, held_by: str | None = None) -> Unpacked:
    """Make a folder a repository with every ref of a backup, and what was uncommitted then.

    Args:
        opening: the backup.
        folder: a folder that does not exist, or is empty.
        pin: the root of the access policy that the new clone is to trust; None leaves that to its first use.
        held_by: who holds every environment at what was deployed last, so that nothing is deployed from the
            old state by accident; None holds nothing.

    Raises:
        Refused: the folder holds something.
    """
    check_free(folder)
    contents = opening.contents
    with _whole(folder) as fresh, _silent(_begun(fresh, contents)) as repository:
        _fill(repository, opening, contents)
        _check_out(repository, contents)
        archive = opening.piece(manifest.UNCOMMITTED)
        if archive is not None:
            lay_out(fresh, archive, contents.removed)
        unheld = _settled(fresh, contents, pin, held_by, opening.manifest.id)
    return Unpacked(os.path.join(folder, contents.prefix) if contents.prefix else folder, unheld)


def check_free(folder: str) -> None:
    """Refuse a folder that holds something.

    Raises:
        Refused: it does.
    """
    with reported(folder):
        if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
            raise Refused(f'"{folder}" exists and is not empty', hint="name a new folder: --to DIR")


@contextmanager
def _whole(folder: str) -> Iterator[str]:
    """Give a folder beside the wanted one, which takes its name when the block ends well."""
    folder = os.path.abspath(folder)
    make_folders(os.path.dirname(folder))
    with reported(folder), beside(folder) as fresh:
        yield fresh
        if os.path.isdir(folder):
            os.rmdir(folder)
        os.rename(fresh, folder)


def _begun(folder: str, contents: Contents) -> Repository:
    _git(folder, "init", "--quiet", "--template=", f"--object-format={contents.object_format}", folder)
    return Repository.discover(folder)


def _fill(repository: Repository, opening: Opening, contents: Contents) -> None:
    repository.run("symbolic-ref", "HEAD", contents.head or _UNBORN)
    if contents.shallow:
        with open(os.path.join(repository.common_dir, "shallow"), "w", encoding="ascii") as file:
            file.write("".join(f"{commit}\n" for commit in contents.shallow))
    for kind in (manifest.BUNDLE, manifest.SINCE, manifest.JOURNAL):
        raw = opening.piece(kind)
        if raw is not None:
            unbundle(repository, raw)
    repository.run("update-ref", "--no-deref", "--stdin", "-z", input=_commands(contents.refs))
    for name, target in contents.links.items():
        repository.run("symbolic-ref", name, target)


@contextmanager
def _silent(repository: Repository) -> Iterator[Repository]:
    """Let no hook and no filter of the user's own configuration run: either could ask the network."""
    attributes = os.path.join(repository.common_dir, "info", "attributes")
    make_folders(os.path.dirname(attributes))
    repository.run("config", "--local", _HOOKS, os.devnull)
    with open(attributes, "w", encoding="ascii") as file:
        file.write("* -filter\n")
    yield repository
    os.unlink(attributes)
    repository.run("config", "--local", "--unset", _HOOKS)


def _commands(refs: Mapping[str, str]) -> bytes:
    return b"".join(os.fsencode(f"create {name}\0{commit}\0") for name, commit in sorted(refs.items()))


def _check_out(repository: Repository, contents: Contents) -> None:
    if contents.commit is None:
        return
    if contents.head is None:
        repository.run("update-ref", "--no-deref", "HEAD", contents.commit)
    repository.run("reset", "--quiet", "--hard")


def _settled(folder: str, contents: Contents, pin: str | None, held_by: str | None, name: str) -> str | None:
    """Trust and hold what is to be; give why nothing could be held, in words."""
    from gmconfig.project import Project
    from gmconfig.project.settings import FILE
    from gmconfig.secret.log.pin import pin as pin_root

    root = os.path.join(folder, contents.prefix) if contents.prefix else folder
    if not os.path.exists(os.path.join(root, FILE)):
        return None
    if pin:
        pin_root(Repository.discover(folder), contents.prefix, pin)
    try:
        if held_by is not None:
            _hold(Project.find(root), held_by, name)
    except GmconfigError as error:  # a broken gmconfig.yaml can be mended there
        return f"{FILE}: {error.message}"
    return None


def _hold(project: Project, by: str, name: str) -> None:
    """Hold every environment that something is deployed into."""
    from gmconfig.backup.destination import now
    from gmconfig.record.chain import Chain
    from gmconfig.record.entry import State
    from gmconfig.record.hold import Hold, Holds
    from gmconfig.record.standing import apart
    from gmconfig.target.declared import targets

    head = project.repository.head()
    if head is None:
        return
    for environment in dict.fromkeys(target.environment for target in targets(project).values()):
        good, records = (State.SUCCEEDED, State.PARTIAL), list(Chain(project, environment).records())
        last = next((one for one in records if one.state in good), None)
        hold = Hold(head, by=by, reason=f"restored from the backup {name}", since=now())
        if last is not None:
            flags, others = last.flags_commit or "", apart(records, last)
            hold = hold.replaced(commit=last.commit, record=last.id, flags=flags, apart=others)
        Holds(project, environment).add(hold)


def _git(folder: str, *arguments: str) -> None:
    environ = environment_for(folder, os.environ, os.getcwd())
    done = run_git(arguments, cwd=folder, environ=environ)
    if done.returncode:
        raise failed(arguments, done.stderr, folder)
