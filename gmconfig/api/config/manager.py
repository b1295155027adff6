"""ConfigManager: read, explain, change and roll back configuration."""

from __future__ import annotations

from gmconfig.api.config.change_methods import ConfigChangeMethods
from gmconfig.api.workspace import Workspace
from gmconfig.path import KeyPath, value_at

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from gmconfig.api.answers import DocumentDifference, DocumentLayers, Explanation, Update
    from gmconfig.api.config.live import LiveConfig
    from gmconfig.config.diff import Change
    from gmconfig.config.versions import Version
    from gmconfig.storage.snapshot import Snapshot


class ConfigManager(ConfigChangeMethods):
    """The configuration of one repository, as one environment sees it.

    Args:
        environment: an `Environment` or a declared name; None is `GMCONFIG_ENVIRONMENT`, else the project's
            default, else the base layer alone. Changes go to the file of the environment that is named here,
            without one to the base.
        root: a folder of the project; the current one by default.
        variables: values for the variables of further layers, such as `{"host": "web-1"}`.
        at: read another version: `v7` (then of one document), a commit, a tag.
        identity: a file with the identity that opens and signs.
        ask: how to get a passphrase from a person; None where nobody can be asked.

    What changes something is one commit, and gives an `Outcome`. It takes `user` (the author; git's identity by
    default), `reason` (why; part of the commit message), `dry_run=True` to change nothing, and `commit=False` to
    leave the change in the working tree.

    Raises:
        NotFound: there is no gmconfig.yaml there or above.
        UnknownEnvironment: the project does not declare it.
    """

    def __init__(
        self,
        environment: str | None = None,
        root: str | os.PathLike[str] | None = None,
        *,
        variables: Mapping[str, str] | None = None,
        at: str | None = None,
        identity: str | None = None,
        ask: Callable[[str], str] | None = None,
    ) -> None:
        self.workspace = Workspace(environment, root, variables=variables, identity=identity, ask=ask)
        self.at = at

    @property
    def environment(self) -> str | None:
        """The environment that reads use; None is the base layer alone."""
        return self.workspace.environment

    @property
    def environments(self) -> tuple[str, ...]:
        """The declared environments."""
        return tuple(self.workspace.project.environments)

    # Reading

    def get_config(self, name: str, section: str | None = None) -> Any:
        """Give a document's resolved values, or those of one section, with secrets in plain.

        The returned tree is the caller's own: changing it changes nothing else.

        Raises:
            UnknownDocument: no document has that name.
            UnknownPath: the section does not exist.
            Unresolved: a placeholder has neither a value nor a default.
            AccessDenied: a secret does not open with the identity at hand.
        """
        from gmconfig.api.config.plain import plain

        return plain(self.value(name, section or ""))

    def value(self, name: str, path: str = "") -> object:
        """Give the resolved value at a path; secrets are `Secret` until `.reveal()`."""
        from gmconfig.api.config.reading import value

        return value(self.workspace, self.snapshot(name), name, KeyPath.parse(path))

    def raw(self, name: str, path: str = "") -> object:
        """Give the merged value at a path as it is written: placeholders and sealed tokens stay."""
        at, snapshot = KeyPath.parse(path), self.snapshot(name)
        found = self.workspace.resolved(
            name, snapshot, self.environment, overrides=self.at is None, yaml_document=at.document
        )
        return value_at(found.merged, found.keys(at))

    def live(self, name: str, *, interval: float = 1.0) -> LiveConfig:
        """Give a document that follows its files: `get` costs one look-up, a reload swaps all values at once.

        `interval` is how many seconds pass between two looks.
        """
        from gmconfig.api.config.live import LiveConfig

        return LiveConfig(self.workspace, name, interval=interval)

    def on_change(
        self, path: str, callback: Callable[[Change], None], *, name: str | None = None
    ) -> LiveConfig:
        """Call back with each change at or below a path of a document (the default one); starts to watch.

        Returns:
            What watches; its `stop()` ends it.
        """
        live = self.live(name or self.workspace.project.default_document)
        live.on_change(path, callback)
        return live.start()

    def watch(self, name: str | None = None, *, interval: float = 1.0) -> Iterator[Update]:
        """Yield each change of a document (the default one) for ever; looks every `interval` seconds."""
        return self.live(name or self.workspace.project.default_document, interval=interval).updates()

    def list_documents(self) -> tuple[str, ...]:
        """Give the names of all documents."""
        return tuple(self.workspace.project.documents(self.snapshot()))

    def documents(self) -> tuple[DocumentLayers, ...]:
        """Give every document with the files of each environment."""
        from gmconfig.api.config.reading import documents

        return documents(self.workspace, self.snapshot())

    def process_environment(self, name: str | None = None) -> dict[str, str]:
        """Give a document's values (the default one's) as environment variables, secrets in plain."""
        from gmconfig.config.environ import variables_of

        return variables_of(self.get_config(name or self.workspace.project.default_document))

    # Asking why

    def explain(self, name: str, path: str) -> Explanation:
        """Give every layer that has a say on a value, with place, commit, author and reason."""
        from gmconfig.api.config.explaining import explain

        return explain(self.workspace, self.snapshot(name), name, KeyPath.parse(path))

    def diff(self, left: str, right: str, documents: Sequence[str] = ()) -> tuple[DocumentDifference, ...]:
        """Compare two sides, of all documents or of those that `documents` names.

        A side is an environment, a revision or `environment@revision`; a revision such as `v7` needs one document.
        """
        from gmconfig.api.config.differing import diff

        return diff(self.workspace, left, right, tuple(documents))

    def get_versions(self, name: str) -> tuple[Version, ...]:
        """Give a document's versions, newest first: `v12` is its twelfth commit.

        Raises:
            UnknownDocument: no document has that name.
            GitTrouble: the clone is shallow, so that older commits are missing.
        """
        from gmconfig.config.versions import versions

        self.workspace.project.check_document(self.snapshot(), name)
        return versions(self.workspace.project, name)

    def history(self, name: str, path: str = "") -> tuple[Version, ...]:
        """Give a document's versions, or only those that changed one path's value in this environment.

        Without a path but with an environment that was asked for, those that changed one of its layers.
        """
        from gmconfig.config.versions import environment_versions, history

        space = self.workspace
        if not path and space.asked:
            space.project.check_document(self.snapshot(), name)
            return environment_versions(space.project, name, space.asked, variables=space.variables)
        if not path:
            return self.get_versions(name)
        return history(
            space.project, name, KeyPath.parse(path), self.environment, variables=space.variables
        ).entries

    def snapshot(self, name: str | None = None) -> Snapshot:
        """Give the files that reads use: the working tree, or the version that `at` names."""
        from gmconfig.api.config.reading import snapshot

        return snapshot(self.workspace, self.at, name)
