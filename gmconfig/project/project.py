"""The door of this room: a root, its settings, and what they say about files."""

from __future__ import annotations

from gmconfig.errors import UsageError
from gmconfig.log import debug
from gmconfig.path import did_you_mean
from gmconfig.project import environment as environments
from gmconfig.project.find import git_folder, root_of
from gmconfig.project.layout import Layout
from gmconfig.project.names import check_name, is_name
from gmconfig.project.parsed import cached, load
from gmconfig.project.settings import FILE, Settings, settings_of
from gmconfig.storage.snapshot import WorkingTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.project.environment import Environment
    from gmconfig.project.layout import Layer
    from gmconfig.storage.git import Repository
    from gmconfig.storage.snapshot import Snapshot

INDEX = ":index"
"""What `Project.snapshot` takes for git's index, where others name a revision."""

_REMEMBERED = 4
"""How many commits' files are kept at hand: a command reads the same ones over and over."""


class Project:
    """A root folder and what its gmconfig.yaml says; immutable, apart from what it finds out when asked."""

    __slots__ = (
        "_at",
        "_git_folder",
        "_prefix",
        "_repository",
        "_signature",
        "_snapshots",
        "layout",
        "root",
        "settings",
    )

    def __init__(self, root: str, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self.layout = Layout(settings)
        self._repository: Repository | None = None
        self._snapshots: dict[str, Snapshot] = {}
        self._at: dict[Snapshot, Project] = {}
        self._prefix: str | None = None
        self._git_folder: str | None = None
        self._signature: str | None = None

    @classmethod
    def find(cls, start: str | None = None) -> Project:
        """Give the project around a folder; None is the current one.

        Raises:
            NotFound: there is none.
            BrokenConfiguration: its gmconfig.yaml is not as it must be.
        """
        root = root_of(start)
        tree, shared = WorkingTree(root), git_folder(root)
        signature = tree.signature(FILE)
        debug("project", "root %s, git folder %s", root, shared)
        project = cls(root, settings_of(cached(tree, FILE, shared, "tree", load), tree))
        project._git_folder, project._signature = shared, signature
        return project

    def at(self, snapshot: Snapshot) -> Project:
        """Give the project as a snapshot's own gmconfig.yaml has it; without one there, as it is now."""
        known = self._at.get(snapshot)
        if known is not None:
            return known
        if self._is_current(snapshot) or not snapshot.exists(FILE):
            return self
        raw = snapshot.read(FILE)
        here = self.worktree()
        if self._is_current(here) and here.read(FILE) == raw:
            return self._remembered(snapshot, self)
        project = Project(self.root, settings_of(load(raw, FILE), snapshot))
        project._repository, project._git_folder = self._repository, self._git_folder
        project._prefix, project._at, project._snapshots = self._prefix, self._at, self._snapshots
        return self._remembered(snapshot, project)

    def _remembered(self, snapshot: Snapshot, project: Project) -> Project:
        if snapshot in self._snapshots.values():
            self._at[snapshot] = project
        return project

    def _is_current(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot is the working tree, with the gmconfig.yaml that this project was read from."""
        if not isinstance(snapshot, WorkingTree) or snapshot.root != self.root:
            return False
        return self._signature is not None and snapshot.signature(FILE) == self._signature

    # Where it lies

    @property
    def repository(self) -> Repository:
        """The git repository around the root.

        Raises:
            GitTrouble: there is none, or git cannot read it.
        """
        if self._repository is None:
            from gmconfig.storage.git import Repository

            self._repository = Repository.discover(self.root)
        return self._repository

    @property
    def git_folder(self) -> str | None:
        """The folder that all worktrees share, where caches go; None outside of git. Starts no process."""
        if self._git_folder is None:
            self._git_folder = git_folder(self.root)
        return self._git_folder

    @property
    def prefix(self) -> str:
        """The root below the repository's top, without slashes around it; empty for the top itself.

        Starts no process where the repository lies as it ordinarily does.
        """
        if self._prefix is None:
            from gmconfig.storage.git.plain import plain

            ordinary = plain(self.root) if self._repository is None else None
            self._prefix = (ordinary or self.repository).prefix(self.root)
        return self._prefix

    def worktree(self) -> WorkingTree:
        """Give the files as they lie on disk."""
        return WorkingTree(self.root)

    def snapshot(self, revision: str | None = None) -> Snapshot:
        """Give the files as of a revision; None is the working tree, `INDEX` what is staged."""
        if revision is None:
            return self.worktree()
        if revision == INDEX:
            return self.repository.snapshot(self.prefix, None)
        commit = self.repository.resolve(revision)
        known = self._snapshots.get(commit)
        if known is None:
            self._forget(len(self._snapshots) - _REMEMBERED + 1)
            self._snapshots[commit] = known = self.repository.snapshot(self.prefix, commit)
        return known

    def _forget(self, number: int) -> None:
        """Let go of the snapshots that were asked for first; others may do so at the same time."""
        for commit in tuple(self._snapshots)[: max(number, 0)]:
            snapshot = self._snapshots.pop(commit, None)
            if snapshot is not None:
                self._at.pop(snapshot, None)

    # What it declares

    @property
    def environments(self) -> Mapping[str, Environment]:
        """The declared environments by name, or the usual four."""
        return self.settings.environments

    @property
    def default_document(self) -> str:
        """The document whose overlays are named after the environment alone."""
        return self.settings.default_document

    @property
    def default_environment(self) -> str | None:
        """The environment that is meant when none is named; None is the base layer alone."""
        return self.settings.default_environment

    def environment(self, name: str) -> Environment:
        """Give a declared environment.

        Raises:
            UnknownEnvironment: none has that name.
        """
        return environments.known(self.environments, name)

    def chain(self, environment: str | None) -> tuple[str, ...]:
        """Give an environment's ancestors and itself, the root first; empty for None, the base alone."""
        return () if environment is None else environments.chain(self.environments, environment)

    # Which file is what

    def documents(self, snapshot: Snapshot) -> list[str]:
        """Give the names of all documents that have a file, sorted."""
        return sorted({layer.document for layer in self.every_layer(snapshot)})

    def every_layer(self, snapshot: Snapshot) -> list[Layer]:
        """Give each file of the snapshot that is a layer of some document; those of one machine excluded."""
        return [layer for file in sorted(snapshot.files()) if (layer := self.layout.read(file))]

    def check_document(self, snapshot: Snapshot, name: str) -> str:
        """Give a document's name back if a file makes it one.

        Raises:
            UnknownDocument: none does; the hint names the nearest.
        """
        names = self.documents(snapshot)
        if name in names:
            return name
        from gmconfig.project.unknown import unknown_document

        error = unknown_document(name, names, self.settings.default_document)
        if not names and self.git_folder and self.repository.left_out(self.prefix):
            error.hint = "a sparse checkout leaves every document out: git sparse-checkout disable"
        raise error

    def candidates(
        self, document: str, environment: str | None, variables: Mapping[str, str] | None = None
    ) -> list[Layer]:
        """Give every layer that a document may have, lowest first, whether the files exist or not.

        Raises:
            UnknownEnvironment: nothing declares the environment.
            UsageError: a name cannot be one, or no pattern knows a variable.
        """
        self._check_variables(variables or {})
        if not is_name(document):
            self.check_document(self.worktree(), document)
        return self.layout.candidates(document, self.chain(environment), variables or {})

    def layers(
        self,
        snapshot: Snapshot,
        document: str,
        environment: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> list[Layer]:
        """Give the layers of a document that exist in a snapshot, lowest first.

        Raises:
            BrokenConfiguration: one of their files is a layer by two patterns.
        """
        found = []
        for layer in self.candidates(document, environment, variables):
            if snapshot.exists(layer.file) and (
                layer.kind != "local" or self._is_ignored(snapshot, layer.file)
            ):
                self.layout.read(layer.file)
                found.append(layer)
        return found

    def environments_reached(self, environment: str | None) -> list[str | None]:
        """Give every environment that a layer of this one reaches: itself and its heirs; None reaches all."""
        if environment is None:
            return [None, *self.environments]
        return [name for name in self.environments if environment in self.chain(name)]

    def _check_variables(self, variables: Mapping[str, str]) -> None:
        for name, value in variables.items():
            if name not in self.layout.variables:
                hint = did_you_mean(name, tuple(self.layout.variables), f"declare it in layers: of {FILE}")
                raise UsageError(f'no layer has a variable "{name}"', hint=hint)
            check_name(f"a {name}", value)

    def _is_ignored(self, snapshot: Snapshot, file: str) -> bool:
        """Whether a local file may be read: git ignores it, and the working tree is what is read."""
        while (base := getattr(snapshot, "base", None)) is not None:
            snapshot = base
        if not isinstance(snapshot, WorkingTree) or self.git_folder is None:
            return False
        path = f"{self.prefix}/{file}" if self.prefix else file
        listed = self.repository.run("ls-files", "--others", "--ignored", "--exclude-standard", "--", path)
        return bool(listed)
