"""Keeps a resolved document up to date while a program runs: looks at its files, swaps it in one step."""

from __future__ import annotations

import time
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


_LONGEST_PAUSE = 60.0
"""In seconds, between two tries to read what cannot be used."""

_YOUNG_SECONDS = 1.0
"""A file as young as this may change again without a new time stamp: its content counts too."""


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
    absolute paths that it depends on, existing or not. What cannot be loaded is tried again, ever more seldom: a key
    that is missing, say, lies in none of these files. `opened` turns the loaded value into what
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
        self._trouble: str | None = None
        self._failures = 0
        self._again = 0.0
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
        """Look once: None where there is no news, else what came of it."""
        with self._thread.turn:
            if self._has_changed():
                self._failures = 0
            elif not self._is_tried_again():
                return None
            known = self._trouble
            done = self._reloaded()
            return done if done.error and known == self._trouble else self._told(done)

    def reload(self) -> Reload:
        """Read the files again whether they changed or not: what a signal asks for, in the middle of one perhaps."""
        with self._thread.turn:
            self._seen, self._hashes = self._signatures(), self._contents()
            return self._told(self._reloaded())

    def _has_changed(self) -> bool:
        signatures = self._signatures()
        if signatures == self._seen:
            return False
        before, self._hashes = self._hashes, self._contents()
        self._seen = signatures
        return before != self._hashes

    def _is_tried_again(self) -> bool:
        return self._trouble is not None and time.monotonic() >= self._again

    def _reloaded(self) -> Reload:
        """Swap in the new values; what cannot be used leaves the last good ones."""
        try:
            tree = self._load()
            changes = tuple(diff(self._tree, tree, self._rules))
            if changes:
                self.current = FrozenConfig(self._opened(tree))
                self._tree = tree
        except GmconfigError as error:
            self._fail(str(error))
            return Reload(error=error)
        self._trouble, self._failures = None, 0
        return Reload(changes)

    def _fail(self, why: str) -> None:
        self._trouble = why
        self._failures += 1
        pause = self._thread.interval * 2 ** min(self._failures, 20)
        self._again = time.monotonic() + min(pause, _LONGEST_PAUSE)

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
        self._call_back(reload.changes)
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
    young = abs(time.time() - status.st_mtime) < _YOUNG_SECONDS
    return status.st_mtime_ns, status.st_size, status.st_ino, _content(file) if young else None


def _content(file: str) -> object:
    from hashlib import blake2b

    from gmconfig.storage.given import read_given

    try:
        return blake2b(read_given(file)).digest()
    except OSError:
        return None
