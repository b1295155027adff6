"""What one run of the command line knows: where to work, how much to say."""

from __future__ import annotations

import os

from gmconfig.cli import terminal
from gmconfig.log import warn_by

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from gmconfig.api import (
        ConfigManager,
        ConfigMonitor,
        ConfigValidator,
        FeatureFlagManager,
        SecretsManager,
    )
    from gmconfig.api.automation.automating import Automation
    from gmconfig.api.backup.backing_up import Backups
    from gmconfig.api.deploy.deploying import Deployer
    from gmconfig.api.drift.drifting import Drifter
    from gmconfig.api.workspace import Workspace


class Session:
    """The shared options of one run."""

    _current: ClassVar[Session | None] = None

    def __init__(self, directory: str = "", quiet: bool = False, debug: bool = False) -> None:
        self.directory = directory
        self.quiet = quiet
        self.debug = debug

    @classmethod
    def current(cls) -> Session:
        """Give the session of this process; a fresh one when none was begun."""
        return cls._current or cls()

    def begun(self) -> Session:
        """Make this the process's session, and act on what it says."""
        Session._current = self
        terminal.be_quiet(self.quiet)
        warn_by(terminal.warning)
        if self.debug:
            log_everything()
        return self

    def refined(self, directory: str, quiet: bool, debug: bool) -> Session:
        """Lay a verb's own options over those given before it."""
        where = os.path.join(self.directory, directory) if directory else self.directory
        return Session(where, self.quiet or quiet, self.debug or debug).begun()

    def manager(self, environment: str | None = None, **settings: Any) -> ConfigManager:
        """Open the configuration of this folder."""
        from gmconfig.api import ConfigManager

        manager = ConfigManager(environment, root=self.directory or None, **settings)
        manager.workspace.before_secrets = _meet if terminal.interactive() else None
        return manager

    def secrets(self, environment: str | None = None, **settings: Any) -> SecretsManager:
        """Open the secrets of this folder."""
        from gmconfig.api import SecretsManager
        from gmconfig.cli.first_use import settle_trust

        manager = SecretsManager(environment, root=self.directory or None, **settings)
        settle_trust(manager.workspace)
        tell_unfinished(manager.workspace)
        return manager

    def flags(self, environment: str | None = None, **settings: Any) -> FeatureFlagManager:
        """Open the feature flags of this folder."""
        from gmconfig.api import FeatureFlagManager

        return FeatureFlagManager(environment, root=self.directory or None, record=False, **settings)

    def deployer(self, user: str | None = None, **settings: Any) -> Deployer:
        """Open the deployments of this folder."""
        from gmconfig.api.deploy.deploying import Deployer
        from gmconfig.api.workspace import Workspace

        return Deployer(Workspace(root=self.directory or None), user=user, **settings)

    def drifter(self, user: str | None = None, **settings: Any) -> Drifter:
        """Open the drift of this folder's targets."""
        from gmconfig.api.drift.drifting import Drifter

        return Drifter(self.deployer(user, **settings))

    def monitor(self, environment: str | None = None, **settings: Any) -> ConfigMonitor:
        """Open the alerts and figures of this folder."""
        from gmconfig.api import ConfigMonitor

        return ConfigMonitor(self.manager(environment), **settings)

    def backups(self, place: str | None = None, user: str | None = None) -> Backups:
        """Open the backups of this folder; where it has no project, those that its user has."""
        from gmconfig.api.backup.backing_up import Backups
        from gmconfig.api.workspace import Workspace
        from gmconfig.errors import NotFound

        try:
            workspace = Workspace(root=self.directory or None)
        except NotFound:
            return Backups(None, place, user=user)
        return Backups(workspace, place, user=user)

    def automation(self, user: str | None = None, *, offline: bool = False) -> Automation:
        """Open the automation rules of this folder."""
        from gmconfig.api.automation.automating import Automation
        from gmconfig.api.workspace import Workspace

        return Automation(Workspace(root=self.directory or None), user=user, offline=offline)

    def validator(self, environment: str | None = None) -> ConfigValidator:
        """Open the checks of this folder."""
        from gmconfig.api import ConfigValidator

        return ConfigValidator(environment, root=self.directory or None)


def _meet(workspace: Workspace) -> None:
    """Ask whether to trust the clone's policy, when the first value of it is wanted."""
    from gmconfig.cli.first_use import settle_trust

    settle_trust(workspace)


def tell_unfinished(workspace: Workspace) -> None:
    """Warn of rotations that were cut short: their source may have a value that nobody has committed."""
    from gmconfig.api.secret.unfinished import unfinished

    for one in unfinished(workspace):
        terminal.warning(f"{one}: {one.command} finishes")


def log_everything() -> None:
    """Send the debug log to stderr."""
    import logging

    class OnOneLine(logging.Formatter):
        """One that lets no name or message command the terminal."""

        def format(self, record: logging.LogRecord) -> str:
            return terminal.harmless(f"gmconfig: {record.levelname.lower()}: {super().format(record)}")

    to_stderr = logging.StreamHandler()
    to_stderr.setFormatter(OnOneLine("%(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG, handlers=[to_stderr])
