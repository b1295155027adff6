"""The flags that a program asks: compiled once, and again when their files change."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.flag.catalogue import FOLDER, Catalogue, sound
from gmconfig.flag.compiled import Compiled, compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.api.workspace import Workspace
    from gmconfig.flag.flag_set import FlagSet

log = logging.getLogger("gmconfig.flag")


class LiveFlags:
    """One environment's flags; a look at the files' times each `interval` seconds finds changes.

    Files that cannot be used leave the last good flags. Any number of threads may ask.
    """

    def __init__(self, workspace: Workspace, at: str | None, interval: float) -> None:
        self._workspace = workspace
        self._at = at
        self._interval = interval
        self._lock = threading.Lock()
        self._set: FlagSet | None = None
        self._signature: tuple[object, ...] = ()
        self._next = 0.0

    def current(self) -> FlagSet:
        """Give the flags as they are now.

        Raises:
            GmconfigError: they cannot be used, and never could.
        """
        found = self._set
        if found is not None and time.monotonic() < self._next:
            return found
        with self._lock:
            return self._looked()

    def expire(self) -> None:
        """Look at the files when next asked."""
        self._next = 0.0

    def catalogue(self) -> Catalogue:
        """Read the flags as they are written."""
        project = self._workspace.project
        snapshot = project.snapshot(self._at)
        return sound(project.at(snapshot), snapshot)

    def compiled(self) -> Compiled:
        """Compile the flags."""
        project = self._workspace.project
        project = project.at(project.snapshot(self._at))
        return compiled(self.catalogue(), project.chain(self._workspace.environment))

    def _looked(self) -> FlagSet:
        if self._at is not None and self._set is not None:
            return self._set
        signature = tuple(_signatures(self._workspace.project.root))
        self._next = time.monotonic() + self._interval
        if self._set is None:
            self._set = self.compiled().flag_set()
        elif signature != self._signature:
            self._reload()
        self._signature = signature
        assert self._set is not None  # noqa: S101  # loaded above, or before
        return self._set

    def _reload(self) -> None:
        try:
            self._set = self.compiled().flag_set()
        except GmconfigError as error:
            log.warning("flags were not reloaded, the last good ones stay: %s", error)
        else:
            log.debug("flags reloaded")


def _signatures(root: str) -> Iterator[object]:
    """Yield what changes when a flag file or the project's settings do."""
    files = [os.path.join(root, "gmconfig.yaml")]
    for folder, _, names in os.walk(os.path.join(root, FOLDER)):
        files += [os.path.join(folder, name) for name in sorted(names)]
    for file in files:
        try:
            status = os.stat(file)
        except OSError:
            continue
        yield file, status.st_mtime_ns, status.st_size, status.st_ino
