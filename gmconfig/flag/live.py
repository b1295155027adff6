"""The flags that a program asks: compiled once, and again when they change; the last good ones stay."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.flag.changed import changed_flags
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.source import Source
from gmconfig.log import logger
from gmconfig.storage.repeating import Repeating

log = logger("flag")


@dataclass(frozen=True, slots=True)
class Reload:
    """What a look at changed flags led to: other flags, or the error that keeps the last good ones.

    `recovered` says that the look before it had failed.
    """

    changed: tuple[str, ...] = ()
    error: GmconfigError | None = None
    recovered: bool = False


class LiveFlags:
    """One environment's flags, followed: whoever asks, or after `start()` a thread, looks each `interval` seconds.

    Any number of threads may ask; one of them reloads, the others go on with what there is. Flags that cannot
    be used leave the last good ones, and are looked at again when they change.
    """

    def __init__(
        self, source: Source, interval: float = 1.0, on_reload: Callable[[Reload], None] | None = None
    ) -> None:
        self.source = source
        self.interval = interval
        self.commit: str | None = None
        self.error: GmconfigError | None = None
        self.since = 0.0
        self._on_reload = on_reload
        self._set: FlagSet | None = None
        self._seen: object = None
        self._next = 0.0
        self._thread = Repeating("gmconfig-flags", self._watch, interval)

    @property
    def latest(self) -> FlagSet | None:
        """What was found last; nothing is looked at. None before the first good look."""
        return self._set

    def current(self) -> FlagSet:
        """Give the flags as they are now.

        Raises:
            GmconfigError: they cannot be used, and never could.
        """
        found = self._set
        if found is not None and time.monotonic() < self._next:
            return found
        self.look(wait=found is None)
        if self._set is None:
            raise self.error or BrokenConfiguration("the flags are not loaded yet")
        return self._set

    def expire(self) -> None:
        """Look when next asked."""
        self._next = 0.0

    def look(self, *, wait: bool = True) -> None:
        """Look for changes now; without `wait`, not if somebody else is looking."""
        turn = self._thread.turn
        if not turn.acquire(blocking=wait):
            return
        try:
            self._next = time.monotonic() + self.interval
            told = self._looked()
        finally:
            turn.release()
        if told is not None and self._on_reload is not None:
            self._on_reload(told)

    def start(self) -> LiveFlags:
        """Begin to watch on a thread of its own, which ends with the program."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End watching."""
        self._thread.stop()

    def _watch(self) -> None:
        self.look()
        self._next = time.monotonic() + 5 * self.interval  # callers need not; after a fork they do

    def _looked(self) -> Reload | None:
        version: object = None
        try:
            version = self.source.version()
            return None if version == self._seen else self._reloaded(version)
        except GmconfigError as error:
            # the same files stay broken; other troubles may pass
            self._seen = version if isinstance(error, BrokenConfiguration) else None
            return self._failed(error)

    def _reloaded(self, version: object) -> Reload | None:
        loaded = self.source.load()
        flags = loaded.compiled.flag_set()
        changed = changed_flags(self._set, flags) if self._set is not None else ()
        recovered, self.error = self.error is not None, None
        self._set, self._seen, self.commit = flags, version, loaded.commit
        if changed or not self.since:
            self.since = time.time()
        log.debug("%d flags loaded, %d changed", len(flags), len(changed))
        # a commit to other files, a file written again: nothing to tell
        return Reload(changed, recovered=recovered) if changed or recovered else None

    def _failed(self, error: GmconfigError) -> Reload | None:
        known = self.error is not None and str(self.error) == str(error)
        self.error = error
        if known:
            return None
        if self._set is not None:
            log.warning("flags were not reloaded, the last good ones stay: %s", error)
        return Reload(error=error)
