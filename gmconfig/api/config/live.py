"""A document that follows its files while a program runs: one look-up a read, one swap a reload."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

from gmconfig.api.answers import Update
from gmconfig.api.config.plain import plain
from gmconfig.config.strategy import rules_of
from gmconfig.config.watch import Reload, Watcher, files_of
from gmconfig.errors import GmconfigError
from gmconfig.log import logger
from gmconfig.record import names
from gmconfig.storage.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gmconfig.api.workspace import Workspace
    from gmconfig.config.diff import Change

log = logger("config")


class LiveConfig:
    """The current values of one document; `get("database.host")` costs one dictionary look-up.

    Nothing watches before `start()` (or a `with`); `reload()` looks at once. A reload swaps all values in one
    step, so nobody sees half a change; files that cannot be used leave the last good values.

    Args:
        workspace: whose; `ConfigManager.live` gives its own.
        document: the document's name.
        interval: how many seconds pass between two looks.

    Raises:
        GmconfigError: the document cannot be loaded for the first time.
    """

    def __init__(self, workspace: Workspace, document: str, *, interval: float = 1.0) -> None:
        self.document = document
        self._workspace = workspace
        self._project = workspace.project
        self._listeners: list[queue.SimpleQueue[Reload | None]] = []
        self._watcher = Watcher(
            self._loaded,
            self._files,
            rules=rules_of(workspace.project.settings.merge),
            interval_seconds=interval,
            on_reload=self._noted,
            opened=plain,
        )

    def get(self, path: str, default: object = None) -> object:
        """Give the value at a path, secrets in plain, or the default; maps and lists cannot be changed."""
        return self._watcher.current.get(path, default)

    def __getitem__(self, path: str) -> object:
        return self._watcher.current[path]

    def __contains__(self, path: object) -> bool:
        return path in self._watcher.current

    @property
    def values(self) -> object:
        """The whole document as it is now; a later reload does not change what this gave."""
        return self._watcher.current.tree

    def on_change(self, path: str, callback: Callable[[Change], None]) -> None:
        """Call back with each change at or below a path, after the swap, on the watching thread.

        A secret's two sides are `Secret`, which shows nothing until `.reveal()`; `get` gives its new value.
        """
        self._watcher.on_change(path, callback)

    def start(self) -> LiveConfig:
        """Begin to watch, on a thread that ends with the program."""
        self._watcher.start()
        return self

    def stop(self) -> None:
        """End watching, and `updates`."""
        self._watcher.stop()
        for listener in list(self._listeners):
            listener.put(None)

    def reload(self) -> Update:
        """Read the files now, whether they changed or not: what a signal handler calls."""
        return self._told(self._watcher.reload())

    def updates(self) -> Iterator[Update]:
        """Yield each reload as it happens, until `stop`."""
        reloads: queue.SimpleQueue[Reload | None] = queue.SimpleQueue()
        self._listeners.append(reloads)
        try:
            with self._watcher:
                while (reload := reloads.get()) is not None:
                    if reload.changes or reload.error:
                        yield self._told(reload)
        finally:
            self._listeners.remove(reloads)

    def __enter__(self) -> LiveConfig:
        return self.start()

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def _noted(self, reload: Reload) -> None:
        """Pass a reload on; one that failed also becomes an event, from which an alert is made."""
        for listener in list(self._listeners):
            listener.put(reload)
        if reload.error is None:
            log.debug("%s reloaded, %d changes", self.document, len(reload.changes))
            return
        log.warning("%s was not reloaded, the last good values stay: %s", self.document, reload.error)
        event = {
            "kind": "reload-failed",
            "document": self.document,
            "environment": self._workspace.environment,
            "message": str(reload.error),
        }
        project = self._workspace.project
        try:
            Journal(project.repository, names.below(project)).append(event)
        except (GmconfigError, OSError) as error:
            log.warning("the event was not recorded: %s", error)

    def _told(self, reload: Reload) -> Update:
        return Update(self.document, reload.changes, reload.error)

    def _loaded(self) -> object:
        workspace = self._workspace.reopened()
        self._project = workspace.project
        files = workspace.project.worktree()
        resolved = workspace.resolved(self.document, files, workspace.environment, overrides=True)
        return resolved.value(workspace.lookup(files, workspace.environment))

    def _files(self) -> list[str]:
        workspace = self._workspace
        return files_of(self._project, self.document, workspace.environment, workspace.variables)
