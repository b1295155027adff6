"""Keeps a resolved document up to date while a program runs: looks at its files, swaps it in one step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.config.diff import Change, diff
from gmconfig.config.frozen import FrozenConfig
from gmconfig.errors import GmconfigError
from gmconfig.path import KeyPath
from gmconfig.storage.repeating import Repeating

if TYPE_CHECKING:
    from gmconfig.config.strategy import Rules
    from gmconfig.project import Project


@dataclass(frozen=True, slots=True)
class Reload:
    """What a look at changed files led to: changes, or the error that keeps the last good values in use."""

    changes: tuple[Change, ...] = ()
    error: GmconfigError | None = None

    @property
    def ok(self) -> bool:
        """Whether the new files are in use."""
        return self.error is None


class Watcher:
    """Holds the current values of one document and replaces them when its files change.

    `load` gives the document's value and raises a `GmconfigError` where it cannot; `files` gives the
    absolute paths that it depends on, existing or not. `opened` turns the loaded value into what
    `current` gives, with secrets in plain; changes are told of the value as it was loaded, whose secrets show
    themselves to nobody. Callbacks run on the watching thread, after the swap.
    """

    def __init__(
        self,
        load: Callable[[], object],
        files: Callable[[], Sequence[str]],
        *,
        rules: Rules = (),
        interval_seconds: float = 1.0,
        on_reload: Callable[[Reload], None] | None = None,
        opened: Callable[[object], object] = lambda tree: tree,
    ) -> None:
        """Load for the first time; an error here is the caller's."""
        self._load = load
        self._opened = opened
        self._files = files
        self._rules = rules
        self._on_reload = on_reload
        self._callbacks: list[tuple[KeyPath, Callable[[Change], None]]] = []
        self._turn = threading.RLock()  # a signal's handler may call `reload` in the middle of one
        self._thread = Repeating("gmconfig-watch", self.poll, interval_seconds)
        self._seen = self._signatures()
        self._hashes = self._contents()
        self._tree = load()
        self.current = FrozenConfig(opened(self._tree))

    def on_change(self, path: str, callback: Callable[[Change], None]) -> None:
        """Call back with each change at or below a path; `*` and `**` mean several, the empty path all."""
        self._callbacks.append((KeyPath.parse(path), callback))

    def start(self) -> Watcher:
        """Begin to watch on a thread of its own, which ends with the program."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End watching; returns when the thread has ended, unless a callback calls it."""
        self._thread.stop()

    def __enter__(self) -> Watcher:
        return self.start()

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def poll(self) -> Reload | None:
        """Look once: None where no file has changed, else what came of it."""
        with self._turn:
            signatures = self._signatures()
            if signatures == self._seen:
                return None
            hashes = self._contents()
            self._seen = signatures
            if hashes == self._hashes:
                return None
            self._hashes = hashes
            return self._reload()

    def reload(self) -> Reload:
        """Read the files again whether they changed or not: what a signal asks for."""
        with self._turn:
            self._seen, self._hashes = self._signatures(), self._contents()
            return self._reload()

    def _reload(self) -> Reload:
        """Swap in the new values; a file that cannot be used leaves the last good ones."""
        try:
            tree = self._load()
        except GmconfigError as error:
            return self._told(Reload(error=error))
        changes = tuple(diff(self._tree, tree, self._rules))
        if changes:
            self._tree = tree
            self.current = FrozenConfig(self._opened(tree))
        done = self._told(Reload(changes))
        self._call_back(changes)
        return done

    def _call_back(self, changes: Sequence[Change]) -> None:
        """Tell everybody, even after somebody's code failed; the first failure is raised at the end."""
        failures: list[Exception] = []
        for change in changes:
            for path, callback in self._callbacks:
                if _concerns(path, change):
                    try:
                        callback(change)
                    except Exception as error:  # the callback is the program's own code
                        failures.append(error)
        if failures:
            raise failures[0]

    def _told(self, reload: Reload) -> Reload:
        if self._on_reload:
            self._on_reload(reload)
        return reload

    def _signatures(self) -> list[object]:
        return [_signature(file) for file in self._files()]

    def _contents(self) -> list[object]:
        return [_content(file) for file in self._files()]


def files_of(
    project: Project, document: str, environment: str | None, variables: dict[str, str] | None = None
) -> list[str]:
    """Give the absolute path of every file that a document's value can depend on, existing or not."""
    import os

    chain = project.chain(environment)
    layers = [layer.file for layer in project.candidates(document, environment, variables)]
    secrets = [f"secrets/{name}.yaml" for name in ("common", *chain)]
    others = ["gmconfig.yaml", f"schemas/{document}.schema.json"]
    return [os.path.join(project.root, file) for file in (*layers, *others, *secrets)]


def _concerns(path: KeyPath, change: Change) -> bool:
    """Whether a change is at, below or above a watched path."""
    from gmconfig.path import ANY, DEEP, Selector

    segments = tuple(ANY if isinstance(segment, Selector) else segment for segment in change.path)
    for wanted, found in zip(path.segments, segments, strict=False):
        if wanted is DEEP:
            return True
        if ANY not in (wanted, found) and wanted != found and not _selects(wanted, found):
            return False
    return True


def _selects(wanted: object, found: object) -> bool:
    """Whether a selector or an index from the end may mean the changed item: when in doubt, yes."""
    from gmconfig.path import Selector

    return isinstance(found, int) and (
        isinstance(wanted, Selector) or (isinstance(wanted, int) and wanted < 0)
    )


def _signature(file: str) -> object:
    import os

    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _content(file: str) -> object:
    from hashlib import blake2b

    from gmconfig.storage.given import read_given

    try:
        return blake2b(read_given(file)).digest()
    except OSError:
        return None
