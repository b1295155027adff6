"""The kind `branch`: a commit of the rendered files, only if they differ, and moved there by compare-and-swap."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration, Locked, Refused
from gmconfig.storage.git import refs
from gmconfig.target.errors import in_words
from gmconfig.target.kind import UNMANAGED, Live
from gmconfig.target.kinds.branch.history import History
from gmconfig.target.kinds.branch.message import ended_message, keyed, message_of
from gmconfig.target.kinds.branch.place import Elsewhere, Here
from gmconfig.target.kinds.layout.store import check_file, check_id, moved_on, overtaken

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Access, Release
    from gmconfig.target.kinds.branch.place import Place
    from gmconfig.target.marker import Marker

_ATTEMPTS = 10


class Branch:
    """One target of this kind."""

    def __init__(self, target: Target, access: Access) -> None:
        from gmconfig.project import Project

        if target.secrets == "plain":
            hint = "secrets: omit, or sops with recipients:"
            raise BrokenConfiguration(f'target "{target.name}": a branch takes no plain secrets', hint=hint)
        self.target = target
        self.take_over = access.take_over
        project = Project.find(access.root)
        self.repository = project.repository
        self.ref = _ref(target)
        self.place = _place(target, project, self.ref)
        self.history = History(self.repository, target.name, _folder(target))

    def read(self) -> Live:
        """Give what the branch holds now."""
        return self._live(self.place.tip())

    def check(self, size: int) -> list[str]:  # noqa: ARG002  # a repository says nothing of its room
        """Say what applying lacks."""
        if self.read().release == UNMANAGED and not self.take_over:
            return [in_words(self._not_ours())]
        return []

    def stage(self, release: Release) -> None:
        """Store the files as objects of this repository; no ref names them."""
        check_id(release.id)
        for name in release.files:
            check_file(name)
        self.history.store(release.files)

    def activate(self, release: Release, *, expected: str | None) -> str:
        """Commit the files and move the branch; a branch that holds them already stays."""
        check_id(release.id)
        tree = self.history.store(release.files)
        for _ in range(_ATTEMPTS):
            tip = self.place.tip()
            live = self._live(tip)
            if live.release is not None and self._is_there(tip, live, tree, release.marker):
                return live.release
            self._check(live, expected, release.marker.fencing)
            new = self._commit(tip, tree, message_of(release.marker, "deploy"))
            if self.place.move(new, tip):
                return new
        raise Locked(f'"{self.ref}" keeps changing', hint="run the command again")

    def revert(self, to: str | None, *, expected: str | None, fencing: int) -> None:
        """Commit what was there before; the branch goes away where it was ours alone."""
        for _ in range(_ATTEMPTS):
            tip = self.place.tip()
            live = self._live(tip)
            if live.release == to:
                return
            self._check(live, expected, fencing, reverting=True)
            if tip is None or self.place.move(self._before(tip, to, fencing), tip):
                return
        raise Locked(f'"{self.ref}" keeps changing', hint="run the command again")

    def prune(self) -> list[str]:
        """Nothing goes: history is what is kept."""
        return []

    def close(self) -> None:
        """Nothing is held."""

    def _live(self, tip: str | None) -> Live:
        tree = self.history.tree(tip) if tip else None
        if tip is None or tree is None:
            return Live()
        files, strange = self.history.files(tree)
        problem = f"no plain files: {', '.join(strange)}" if strange else None
        ours = self.history.ours(tip)
        if ours is None:
            return Live(UNMANAGED, files, None, False, tree, problem)
        untouched = ours.tree == tree
        put = files if untouched or ours.tree is None else self.history.files(ours.tree)[0]
        return Live(ours.released, files, keyed(ours.marker, put), untouched, tree, problem)

    def _is_there(self, tip: str | None, live: Live, tree: str, marker: Marker) -> bool:
        """Whether the branch holds what is wanted: the same files, or the same secrets encrypted another time."""
        if live.marker is None or not live.untouched:
            return False
        return self.history.tree(tip or "") == tree or live.marker.wanted == marker.wanted

    def _check(self, live: Live, expected: str | None, fencing: int, *, reverting: bool = False) -> None:
        if live.marker is not None and fencing < live.marker.fencing:
            raise overtaken(self.target.name, fencing, live.marker.fencing)
        if live.release != expected:
            raise moved_on(self.target.name, live.release, expected)
        if live.release == UNMANAGED and not (self.take_over or reverting):
            raise self._not_ours()

    def _not_ours(self) -> Refused:
        return Refused(
            f'target "{self.target.name}": "{self.ref}" exists, and gmconfig did not put it there',
            hint="gmconfig deploy apply --take-over, which keeps what is there as the commit before",
        )

    def _commit(self, tip: str | None, tree: str | None, message: str) -> str:
        parents = (tip,) if tip else ()
        around, sign = self.history.around(tip, tree), self.repository.switched_on("commit.gpgsign")
        return refs.chained(self.repository, parents, around, message, sign=sign)

    def _before(self, tip: str, to: str | None, fencing: int) -> str | None:
        """Give the commit that puts back what was there; None where the branch goes away."""
        if to is None:
            alone = not self.history.folder and self.history.unmanaged(tip) is None
            return None if alone else self._commit(tip, None, ended_message("remove", self.target.name))
        if to == UNMANAGED:
            before = self.history.unmanaged(tip)
            if before is None:
                raise self._gone(to)
            return self._commit(tip, self.history.tree(before), ended_message("give back", self.target.name))
        commit = self.history.commit(to)
        if commit is None:
            raise self._gone(to)
        marker = replace(commit.marker, fencing=fencing)
        return self._commit(tip, commit.tree, message_of(marker, "revert"))

    def _gone(self, to: str) -> Refused:
        return Refused(f'target "{self.target.name}" no longer keeps release "{to}"')


def _ref(target: Target) -> str:
    branch = str(target.settings.get("branch") or f"env/{target.environment}")
    try:
        return refs.check_name(f"refs/heads/{branch}")
    except ValueError as error:
        raise BrokenConfiguration(f'target "{target.name}": "{branch}" cannot name a branch') from error


def _folder(target: Target) -> str:
    folder = str(target.settings.get("folder") or "").strip("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" for part in folder.split("/") if folder):
        raise BrokenConfiguration(f'target "{target.name}": "{folder}" does not stay on the branch')
    return folder


def _place(target: Target, project: Project, ref: str) -> Place:
    """Give where the branch lies: the address that is named, else the project's remote, else here."""
    address = target.settings.get("repository")
    remote = project.settings.remote
    if address is None and project.repository.setting(f"remote.{remote}.url") is None:
        return Here(project.repository, ref)
    if address is not None and (
        address.startswith(("./", "../", "~")) or os.path.isdir(f"{project.root}/{address}")
    ):
        address = os.path.normpath(os.path.join(project.root, os.path.expanduser(address)))
    prefix = project.settings.ref_prefix
    return Elsewhere(project.repository, address or remote, ref, prefix=prefix, seconds=target.timeout)
