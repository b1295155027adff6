"""What git calls to show and to merge files with sealed values."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.config.strategy import own_path, rules_of
from gmconfig.errors import GmconfigError
from gmconfig.secret import plaintext, seal
from gmconfig.secret.file.conflict import Labels
from gmconfig.secret.file.editing import store_contexts
from gmconfig.secret.file.merging import LineMerge, Merged, Opener, merge
from gmconfig.secret.file.readable import Show, as_mark, in_plain, readable
from gmconfig.secret.token import Context, Sealed, parse
from gmconfig.storage.files import reported
from gmconfig.storage.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from subprocess import CompletedProcess

    from gmconfig.api.workspace import Workspace
    from gmconfig.path import Keys
    from gmconfig.project import Project
    from gmconfig.secret.file.editing import Contexts
    from gmconfig.secret.vault import Vault

_KEY = "diff-key"


class Sides(NamedTuple):
    """The three versions that git wants merged: files, and the path that they are versions of."""

    base: Path
    ours: Path
    theirs: Path
    path: str


def diff_text(workspace: Workspace, raw: bytes, *, reveal: bool) -> bytes:
    """Give one version of a file as `git diff` shows it; never fails, since that would end the diff."""
    found: list[Vault] = []

    def vault() -> Vault:
        if not found:
            found.append(workspace.vault(workspace.project.worktree()))
        return found[0]

    show: Show = in_plain(vault) if reveal else as_mark(vault, _diff_key(workspace.project))
    return readable(raw, show)


def merge_sides(workspace: Workspace, sides: Sides, labels: Labels) -> Merged:
    """Merge three versions of a file by value; the caller writes the result where git wants it."""
    project = workspace.project
    file = _below_root(project, sides.path)
    return merge(
        *(side.read_bytes() for side in sides[:3]),
        file=file,
        context=contexts(project, file),
        opener=_opener(workspace),
        lines=_lines(project.repository.attempt, labels),
        labels=labels,
    )


def merge_as_text(sides: Sides, labels: Labels) -> Merged:
    """Merge as git would without us, for where the project cannot be read."""
    from gmconfig.storage.git.process import run_git

    lines = _lines(lambda *args: run_git(args, cwd=os.getcwd(), environ=os.environ), labels)
    return Merged(*lines(*(side.read_bytes() for side in sides[:3])))


def contexts(project: Project, file: str) -> Contexts:
    """Give what paths of a file mean: of named secrets, of a layer, of any other file by their names alone."""
    layer = project.layout.read(file)
    if layer is None:
        environment = os.path.basename(file).removesuffix(".yaml")
        return store_contexts(None if environment == "common" else environment)
    rules = rules_of(project.settings.merge)

    def context(tree: object, keys: Keys, number: int) -> Context:
        return Context(
            layer.document,
            layer.environment,
            own_path(tree, keys, rules),
            variables=layer.variables,
            yaml_document=number,
        )

    return context


def _lines(git: Callable[..., CompletedProcess[bytes]], labels: Labels) -> LineMerge:
    """Merge as git merges text; what lies on disk meanwhile is sealed."""

    def lines(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bool]:
        with reported("a temporary file"), scratch("merge") as folder:
            files = [os.path.join(folder, name) for name in ("ours", "base", "theirs")]
            for file, raw in zip(files, (ours, base, theirs), strict=True):
                with open(file, "wb") as out:
                    out.write(raw)
            names = [word for label in (labels.ours, "base", labels.theirs) for word in ("-L", label)]
            done = git("merge-file", "-p", "-q", f"--marker-size={labels.size}", *names, *files)
        if done.returncode > 127:  # the number of conflicts ends there; above are failures
            raise GmconfigError("git cannot merge this as text")
        return done.stdout, done.returncode == 0

    return lines


def _opener(workspace: Workspace) -> Opener:
    """Open values for comparing only; their keys may have come with either side."""
    vaults = _Vaults(workspace)

    def opener(sealed: Sealed) -> bytes | None:
        try:
            token = parse(sealed)
            key = vaults.key(*token.key_name)
            return key and plaintext.encode(seal.open_token(token, key, sealed.context))
        except GmconfigError:
            return None

    return opener


class _Vaults:
    """Keys from our side, and from any commit that brought one: the other side is not checked out yet."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._keys: dict[tuple[str, str], bytes | None] = {}
        self._own: Vault | None = None

    def key(self, scope: str, generation: str) -> bytes | None:
        name = (scope, generation)
        if name not in self._keys:
            self._keys[name] = next((key for v in self._vaults(*name) if (key := _key(v, *name))), None)
        return self._keys[name]

    def _vaults(self, scope: str, generation: str) -> Iterator[Vault]:
        from gmconfig.secret.access.generation import record_file

        project = self._workspace.project
        if self._own is None:
            self._own = self._workspace.vault(project.snapshot("HEAD"))
        yield self._own
        path = record_file(scope, generation)
        name = f"{project.prefix}/{path}" if project.prefix else path
        found = project.repository.attempt("log", "--all", "--reflog", "-1", "--format=%H", "--", name)
        for commit in found.stdout.decode().split():
            yield self._workspace.vault(project.snapshot(commit))


def _key(vault: Vault, scope: str, generation: str) -> bytes | None:
    try:
        return vault.key(scope, generation)
    except GmconfigError:
        return None


def _below_root(project: Project, path: str) -> str:
    return path.removeprefix(f"{project.prefix}/") if project.prefix else path


def _diff_key(project: Project) -> bytes:
    """Give this clone's own key for marks; a lost one only makes other marks."""
    from gmconfig.storage.files import read_if_exists, write_private

    path = os.path.join(project.repository.common_dir, "gmconfig", _KEY)
    try:
        key = read_if_exists(path)
        if key is None or len(key) != 32:
            write_private(path, key := os.urandom(32))
    except GmconfigError:
        return b"read-only"
    return key
