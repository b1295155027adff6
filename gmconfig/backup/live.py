"""What is live on each target, as a backup keeps it: files that hold secrets are sealed to those secrets' scopes.

So whoever may open the backup sees no more than the access policy lets them: a file with secrets of two
scopes takes the keys of both.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from gmconfig.errors import BrokenConfiguration, GmconfigError, NotFound, UsageError
from gmconfig.path import walk
from gmconfig.secret import canonical, seal
from gmconfig.secret.access.policy import DEFAULT_SCOPE
from gmconfig.secret.token import Context, parse
from gmconfig.storage.bounds import read_json
from gmconfig.storage.files import check_paths
from gmconfig.target.declared import Target, targets
from gmconfig.target.registry import LOCAL, kind_of
from gmconfig.target.rendering import Renderer
from gmconfig.target.together import side_by_side

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.secret.keyring.sources import Sources
    from gmconfig.secret.vault import Vault
    from gmconfig.target.kind import Access, Live
    from gmconfig.target.rendering import Rendering

_TOKEN = re.compile(r"gm1s?\.([a-z0-9_-]+)\.")


@dataclass(frozen=True, slots=True)
class Seen:
    """A target that was looked at: what is live there, or why that is not known."""

    target: Target
    live: Live | None = None
    problem: str | None = None


class Lives:
    """What is live on all targets that the project declares."""

    def __init__(self, project: Project, access: Access, vault: Vault | None, sources: Sources) -> None:
        self.project = project
        self.access = access
        self.vault = vault
        self.sources = sources
        declared = list(targets(project).values())
        local = all(target.kind in LOCAL for target in declared)
        self.seen = side_by_side(self._look, declared, waiting=not local)
        self._renderers: dict[str, Renderer] = {}

    @property
    def lacking(self) -> tuple[str, ...]:
        """Which targets could not be looked at, and why."""
        return tuple(f"{one.target.name}: {one.problem}" for one in self.seen if one.problem)

    @property
    def count(self) -> int:
        """How many are in the backup."""
        return sum(1 for one in self.seen if one.live is not None and one.live.release is not None)

    def key(self) -> str:
        """Give what identifies it all: what is live where, and the keys that it would be sealed with."""
        states = [[one.target.name, one.live.digest] for one in self.seen if one.live is not None]
        keys = sorted(self.vault.standing.records) if self.vault else []
        return sha256(canonical.dumps([states, keys])).hexdigest()

    def as_bytes(self) -> bytes:
        """Write it."""
        told = [self._told(one) for one in self.seen if one.live and one.live.release]
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()

    def _look(self, target: Target) -> Seen:
        try:
            kind = kind_of(target, self.access)
            try:
                return Seen(target, kind.read())
            finally:
                kind.close()
        except GmconfigError as error:
            return Seen(target, problem=error.message)

    def _told(self, one: Seen) -> dict[str, Any]:
        live = one.live
        marker = live.marker if live else None
        scopes = self._scopes(one)
        return {
            "target": one.target.name,
            "environment": one.target.environment,
            "record": marker.record if marker else None,
            "commit": marker.commit if marker else None,
            "wanted": marker.wanted if marker else None,
            "files": {
                name: self._file(one.target.name, name, content, scopes.get(name, (DEFAULT_SCOPE,)))
                for name, content in (live.files if live else {}).items()
            },
        }

    def _file(self, target: str, name: str, content: bytes, scopes: Sequence[str]) -> dict[str, Any]:
        """Give a file's content, sealed once for each scope, the last one outermost."""
        keys = [record for scope in scopes if (record := self._key(scope))]
        if not keys:
            return {"plain": b64encode(content).decode()}
        sealed: object = content
        for record in keys:
            context = place(target, name)
            sealed = seal.seal_for_readers(sealed, record.public, record.scope, record.generation, context)
        return {"sealed": sealed, "scopes": [record.scope for record in keys]}

    def _key(self, scope: str) -> Any:
        records = self.vault.standing.current(scope) if self.vault else ()
        return records[0] if records else None

    def _scopes(self, one: Seen) -> dict[str, tuple[str, ...]]:
        """Give the scopes of the secrets in each live file; a file that no rendering explains is not in it."""
        if self.vault is None or one.live is None or one.live.marker is None:
            return {}
        rendering = self._rendering(one.target, one.live.marker.commit)
        if rendering is None:
            return {}
        found = {part.file: _scopes_in(part.tree) for part in rendering.parts.values() if not part.is_opaque}
        explained = {name for name in found if self._is_as_expected(rendering, one.live, name)}
        return {name: scopes for name, scopes in found.items() if name in explained}

    def _is_as_expected(self, rendering: Rendering, live: Live, name: str) -> bool:
        """Whether a live file is what the release put there, or can at least be read as that document."""
        if live.untouched:
            return True
        part = next(part for part in rendering.parts.values() if part.file == name)
        trees, _ = rendering.parsed({name: live.files.get(name, b"")})
        return part.document in trees

    def _rendering(self, target: Target, commit: str) -> Rendering | None:
        try:
            if commit not in self._renderers:
                files = self.project.snapshot(commit)
                self._renderers[commit] = Renderer(self.project, files, sources=self.sources)
            return self._renderers[commit].render(target)
        except GmconfigError:
            return None


def place(target: str, file: str) -> Context:
    """Give the place that a live file is sealed for, which no document's value can have."""
    return Context(None, None, ("live", target, file))


def of_bytes(raw: bytes) -> list[Mapping[str, Any]]:
    """Read what was live. Whoever made the backup may have written anything into it.

    Raises:
        BrokenConfiguration: it is damaged, or names a file outside of the target's folder.
    """
    try:
        tree: list[Mapping[str, Any]] = read_json(raw)
        if not isinstance(tree, list):
            raise TypeError("list")
        for entry in tree:
            _check(entry)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, UsageError):
        raise BrokenConfiguration("what was live on the targets is damaged in this backup") from None
    return tree


def _check(entry: Mapping[str, Any]) -> None:
    for _ in check_paths([entry["target"], *entry["files"]]):
        pass
    for told in entry["files"].values():
        if set(told) == {"plain"}:
            b64decode(told["plain"], validate=True)
        elif set(told) != {"sealed", "scopes"}:
            raise ValueError("file")


def files(entry: Mapping[str, Any], vault: Vault | None) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of each file that was live on a target.

    Raises:
        AccessDenied: it holds secrets of a scope that the identity at hand may not read.
    """
    for name, told in entry["files"].items():
        yield name, _content(str(entry["target"]), name, told, vault)


def _content(target: str, name: str, told: Mapping[str, Any], vault: Vault | None) -> bytes:
    if "plain" in told:
        return b64decode(told["plain"])
    if vault is None:
        raise NotFound("what was live is sealed, and this repository has no access policy to open it with")
    value: object = told["sealed"]
    while isinstance(value, str):
        token = parse(value)
        value = seal.open_token(token, vault.key(*token.key_name), place(target, name))
    return value if isinstance(value, bytes) else b""


def _scopes_in(tree: object) -> tuple[str, ...]:
    texts = (leaf for _, leaf in walk(tree) if isinstance(leaf, str))
    return tuple(sorted({scope for text in texts for scope in _TOKEN.findall(text)}))
