"""What one run of the command line knows: where to work, how much to say."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from gmconfig.cli import terminal

if TYPE_CHECKING:
    from gmconfig.api import ConfigManager, ConfigValidator, SecretsManager


@dataclass(frozen=True)
class Session:
    """The shared options of one run."""

    directory: str = ""
    quiet: bool = False
    debug: bool = False
    _current: ClassVar[Session | None] = None

    @classmethod
    def current(cls) -> Session:
        """Give the session of this process; a fresh one when none was begun."""
        return cls._current or cls()

    def begun(self) -> Session:
        """Make this the process's session, and act on what it says."""
        Session._current = self
        terminal.be_quiet(self.quiet)
        if self.debug:
            log_everything()
        return self

    def refined(self, directory: str, quiet: bool, debug: bool) -> Session:
        """Lay a verb's own options over those given before it."""
        where = os.path.join(self.directory, directory) if directory else self.directory  # noqa: PTH118
        return replace(
            self, directory=where, quiet=self.quiet or quiet, debug=self.debug or debug
        ).begun()

    def manager(self, environment: str | None = None, **settings: object) -> ConfigManager:
        """Open the configuration of this folder."""
        from gmconfig.api import ConfigManager

        return ConfigManager(environment, root=self.directory or None, **settings)  # type: ignore[arg-type]

    def secrets(self, environment: str | None = None, **settings: object) -> SecretsManager:
        """Open the secrets of this folder."""
        from gmconfig.api import SecretsManager

        return SecretsManager(environment, root=self.directory or None, **settings)  # type: ignore[arg-type]

    def validator(self, environment: str | None = None) -> ConfigValidator:
        """Open the checks of this folder."""
        from gmconfig.api import ConfigValidator

        return ConfigValidator(environment, root=self.directory or None)


def log_everything() -> None:
    """Send the debug log to stderr."""
    import logging

    logging.basicConfig(level=logging.DEBUG, format="gmconfig: debug: %(name)s: %(message)s")
