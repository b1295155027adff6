"""What every manager stands on: a project, the environment that is meant, a snapshot, the keys at hand."""

from __future__ import annotations

import os

from gmconfig.config.lookup import open_lookup
from gmconfig.config.resolve import Resolved, resolve
from gmconfig.project import Project

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gmconfig.config.lookup import Lookup
    from gmconfig.secret.keyring.sources import Sources
    from gmconfig.secret.token import Sealed
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.snapshot import Snapshot


class Workspace:
    """One project as one caller sees it.

    `given` is the environment that the caller named, where changes go; `asked` is that or
    `GMCONFIG_ENVIRONMENT`; `environment` is the one that reads use: the asked one, else the project's
    default, else None, the base alone.
    """

    def __init__(
        self,
        environment: str | None = None,
        root: str | os.PathLike[str] | None = None,
        *,
        variables: Mapping[str, str] | None = None,
        identity: str | None = None,
        ask: Callable[[str], str] | None = None,
    ) -> None:
        self.project = Project.find(os.fspath(root) if root is not None else None)
        self.given = self._known(environment)
        self.asked = self.given or self._known(os.environ.get("GMCONFIG_ENVIRONMENT") or None)
        self.environment = self.asked or self._known(self.project.default_environment or None)
        self.variables = dict(variables or {})
        self.identity = identity
        self.ask = ask
        self.before_secrets: Callable[[Workspace], None] | None = None
        """Who wants to know before the first value is opened or sealed: a person may have to be asked."""

    def reopened(self) -> Workspace:
        """Give the same view with today's gmconfig.yaml."""
        return Workspace(
            self.given or self.environment,
            self.project.root,
            variables=self.variables,
            identity=self.identity,
            ask=self.ask,
        )

    def vault(self, snapshot: Snapshot) -> Vault:
        """Give what opens and seals, as of a snapshot."""
        from gmconfig.secret.door import vault_of

        before, self.before_secrets = self.before_secrets, None
        if before is not None:
            before(self)
        return vault_of(self.project, snapshot, self.sources)

    @property
    def sources(self) -> Sources:
        """Where this process's identity is looked for."""
        from gmconfig.secret.keyring.sources import Sources

        return Sources(os.environ, self.identity, self.ask)

    def resolved(
        self,
        document: str,
        snapshot: Snapshot,
        environment: str | None,
        *,
        overrides: bool = False,
        yaml_document: int = 0,
        remembered: bool = True,
    ) -> Resolved:
        """Merge a document's layers; with `overrides`, `GMCONFIG__…` variables have the last word.

        `yaml_document` reads one document of a file that holds several. With `remembered`, what is parsed is
        kept for the next process.
        """
        return resolve(
            self.project.at(snapshot),
            snapshot,
            document,
            environment,
            variables=self.variables,
            environ=os.environ if overrides else None,
            yaml_document=yaml_document,
            remembered=remembered,
        )

    def lookup(self, snapshot: Snapshot, environment: str | None, *, tolerant: bool = False) -> Lookup:
        """Give what placeholders stand for in this process; `tolerant` leaves unreadable secrets unknown."""
        return open_lookup(self.project, environment, _LateVault(self, snapshot), tolerant=tolerant)

    def _known(self, environment: str | None) -> str | None:
        return None if environment is None else self.project.environment(str(environment)).name


class _LateVault:
    """A vault that is opened when the first secret is met: most reads meet none, and its libraries cost most."""

    def __init__(self, workspace: Workspace, snapshot: Snapshot) -> None:
        self._open: Callable[[], Vault] = lambda: workspace.vault(snapshot)
        self._vault: Vault | None = None

    def open(self, sealed: Sealed) -> object:
        """Give the plain value."""
        return self._opened().open(sealed)

    def open_many(self, sealed: Sequence[Sealed]) -> list[object] | None:
        """Give the plain values; None where they are better opened one by one."""
        return self._opened().open_many(sealed)

    def named(self, name: str, environment: str | None) -> Sealed:
        """Give a named secret's token as an environment sees it."""
        return self._opened().named(name, environment)

    def _opened(self) -> Vault:
        if self._vault is None:
            self._vault = self._open()
        return self._vault
