"""The repository's part of a backup: all refs, of which a later backup holds only what came since a whole one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.backup import bundle, manifest
from gmconfig.backup.contents import Contents
from gmconfig.errors import GitTrouble

if TYPE_CHECKING:
    from gmconfig.backup.making import Making
    from gmconfig.backup.manifest import Piece
    from gmconfig.project import Project

_MOST = 2
"""A whole bundle is made again once what came since the last one is more than one part in so many of it."""


class _Wanted(NamedTuple):
    """Refs that are to be put away, with what they name."""

    names: Sequence[str]
    ids: Mapping[str, str]
    head: bool

    @property
    def key(self) -> str:
        return bundle.key(self.ids, list(self.ids))


def put_away(project: Project, making: Making) -> Contents:
    """Put all refs away, the journal's apart: all others often did not change since the last backup."""
    repository = project.repository
    refs = bundle.Refs(repository)
    rest, journal = refs.parted(project)
    pinned = {"HEAD": refs.commit} if refs.commit else {}
    ids = dict(_History(project, making).put(_Wanted(rest, {**_of(refs, rest), **pinned}, bool(pinned))))
    if journal:
        ids |= _whole(project, making, manifest.JOURNAL, _Wanted(journal, _of(refs, journal), head=False))
    head = ids.pop("HEAD", refs.commit)
    form = repository.setting("extensions.objectformat") or "sha1"
    shallow = _shallow(repository.common_dir) if repository.is_shallow() else ()
    return Contents(ids, refs.links, refs.head, head, form, project.prefix, shallow)


def _of(refs: bundle.Refs, names: Sequence[str]) -> dict[str, str]:
    return {name: refs.ids[name] for name in names}


def _whole(project: Project, making: Making, kind: str, wanted: _Wanted) -> Mapping[str, str]:
    """Put refs away with all of their history."""
    if making.again(kind, wanted.key):
        return wanted.ids
    with bundle.stream(project.repository, wanted.names, head=wanted.head) as source:
        piece = making.write(kind, source)
    making.take(kind, bundle.key(source.ids, list(source.ids)), piece, holds=source.ids.get("HEAD", ""))
    return source.ids


class _History:
    """All refs but the journal's: a whole bundle once, shared from then on, and what came since beside it."""

    def __init__(self, project: Project, making: Making) -> None:
        self.repository = project.repository
        self.project = project
        self.making = making

    def put(self, wanted: _Wanted) -> Mapping[str, str]:
        """Put refs away; give what each of them names in the backup."""
        if self.making.again(manifest.BUNDLE, wanted.key):
            return wanted.ids
        base = self._base()
        ids = self._since(base, wanted) if base else None
        return _whole(self.project, self.making, manifest.BUNDLE, wanted) if ids is None else ids

    def _base(self) -> Piece | None:
        """Give the whole bundle of the newest backup, unless there is too much beside it already."""
        newest = next((made for made in self.making.before if made.piece(manifest.BUNDLE)), None)
        base = newest.piece(manifest.BUNDLE) if newest else None
        beside = newest.piece(manifest.SINCE) if newest else None
        if base is None or not base.holds or self.repository.is_shallow():
            return None
        if beside is not None and beside.size * _MOST > base.size:
            return None
        return base if self.repository.has(base.holds) else None

    def _since(self, base: Piece, wanted: _Wanted) -> Mapping[str, str] | None:
        """Share a whole bundle, and put away what came since; None where that cannot be told apart."""
        if not self.making.share(base):
            return None
        ids = self._added(base, wanted)
        if ids is None:
            self.making.pieces.remove(base)
        return ids

    def _added(self, base: Piece, wanted: _Wanted) -> Mapping[str, str] | None:
        if self.making.again(manifest.SINCE, f"{base.name} {wanted.key}"):
            return wanted.ids
        piece, written = self._written(wanted, base.holds)
        ids = {**wanted.ids, **written}
        if piece is None or not self._is_complete(ids, written, base.holds):
            self.making.forget(piece)
            return None
        self.making.take(manifest.SINCE, f"{base.name} {bundle.key(ids, list(ids))}", piece)
        return ids

    def _written(self, wanted: _Wanted, holds: str) -> tuple[Piece | None, Mapping[str, str]]:
        """Write what came since a commit; None where nothing did, such as after the deletion of a branch."""
        piece = None
        try:
            with bundle.stream(self.repository, wanted.names, head=wanted.head, since=holds) as source:
                piece = self.making.write(manifest.SINCE, source)
        except GitTrouble:
            self.making.forget(piece)
            return None, {}
        return piece, source.ids

    def _is_complete(self, ids: Mapping[str, str], written: Mapping[str, str], holds: str) -> bool:
        """Whether git left out only refs whose history is in the whole bundle."""
        left_out = {commit for name, commit in ids.items() if name not in written}
        asked = "".join(f"{commit}\n" for commit in (*sorted(left_out), f"^{holds}"))
        answer = self.repository.attempt("rev-list", "--max-count=1", "--stdin", stdin=asked.encode())
        return not answer.returncode and not answer.stdout


def _shallow(common_dir: str) -> tuple[str, ...]:
    from gmconfig.storage.files import read_if_exists

    raw = read_if_exists(os.path.join(common_dir, "shallow")) or b""
    return tuple(raw.decode().split())
