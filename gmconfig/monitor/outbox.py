"""What is still to be told: one file a handler and message, gone when it was told; it survives every kill."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gmconfig.finding import Severity
from gmconfig.monitor.alert import Alert, Kind, State
from gmconfig.storage.bounds import read_json
from gmconfig.storage.files import TEMPORARY, make_folders, read_if_exists, remove_if_dead, write_private
from gmconfig.storage.lock import Lock
from gmconfig.storage.state import state_folder

if TYPE_CHECKING:
    from gmconfig.project import Project

_FIRST, _LONGEST = 1.0, 300.0  # seconds between tries
_GIVE_UP = 3 * 86_400.0, 20  # seconds and tries: a machine that slept for days has not tried for days
_REMEMBERED = 30 * 86_400.0
_NEVER = 1e12  # seconds; no try is as late as that


@dataclass(frozen=True, slots=True)
class Message:
    """An alert on its way to one handler.

    Attributes:
        id: the same for each try.
        since: when it was written, in seconds since 1970; `due` is when to try next.
        error: why the last try failed.
    """

    id: str
    handler: str
    alert: Alert
    since: float
    attempts: int = 0
    due: float = 0.0
    error: str | None = None

    def failed(self, error: str, now: float) -> Message:
        """Give it after a try that failed: the next one comes twice as late."""
        wait = min(_LONGEST, _FIRST * 2 ** min(self.attempts, 20))
        return replace(self, attempts=self.attempts + 1, due=now + wait, error=error)

    @property
    def is_given_up(self) -> bool:
        """Whether it was tried for days."""
        seconds, tries = _GIVE_UP
        return self.attempts >= tries and self.due - self.since > seconds

    def at(self, now: float) -> Message:
        """Give it as it waits now: no try is as late as a clock says that was set back since."""
        return replace(self, due=now) if self.due > now + _LONGEST else self


class Outbox:
    """The messages of a project on this machine."""

    def __init__(self, project: Project) -> None:
        self.folder = os.path.join(state_folder(project.repository.common_dir), "outbox")

    def put(self, handler: str, alert: Alert, *, again_after: float | None = None) -> bool:
        """Add a message unless it waits already or was told; `again_after` so many seconds it may be told anew.

        Who lost the journal counts alerts anew: what was told months ago under the same id is not the same.
        """
        told = _age(self._sent(handler, alert.message_id))
        if told is not None and abs(told) < (_REMEMBERED if again_after is None else again_after):
            return False
        path = self._path(handler, alert.message_id)
        if os.path.exists(path):
            return False
        self._write(Message(alert.message_id, handler, alert, time.time()))
        return True

    def waiting(self, handler: str | None = None) -> list[Message]:
        """Give what is still to be told, the oldest first."""
        found = [one for path in self._files("waiting", handler) if (one := _read(path)) is not None]
        return sorted(found, key=lambda one: one.since)

    def queues(self, handler: str) -> list[list[Message]]:
        """Give what is still to be told, a queue for each alert: whose turn comes first stands first.

        What follows in a queue waits behind its first; an alert that was never tried goes before those that failed,
        so that some that a handler refuses for ever keep none of the others back.
        """
        found: dict[str, list[Message]] = {}
        for one in self.waiting(handler):
            found.setdefault(one.alert.id, []).append(one)
        return sorted(found.values(), key=lambda queue: queue[0].due)

    def told(self, message: Message) -> None:
        """Note that a message arrived, and only then forget that it is to be told."""
        write_private(self._sent(message.handler, message.id), b"")
        self._forget(self._path(message.handler, message.id))
        for path in self._files("told", message.handler):
            if (_age(path) or 0) > _REMEMBERED:
                self._forget(path)
        for path in self._files("waiting", message.handler):
            if path.endswith(TEMPORARY):
                remove_if_dead(path)

    def failed(self, message: Message, error: str) -> Message:
        """Note that a try failed; after days of tries the message is given up."""
        after = message.failed(error, time.time())
        if after.is_given_up:
            self._forget(self._path(message.handler, message.id))
        else:
            self._write(after)
        return after

    def turn(self, handler: str) -> Lock:
        """Give the lock of whoever tells a handler; a sender that is killed holds nothing."""
        make_folders(self.folder)
        return Lock(os.path.join(self.folder, f"{handler}.lock"), timeout_seconds=0)

    def presence(self, timeout_seconds: float = 0) -> Lock:
        """Give the lock that a sender holds while it lives."""
        make_folders(self.folder)
        return Lock(os.path.join(self.folder, ".sender.lock"), timeout_seconds=timeout_seconds)

    def _write(self, message: Message) -> None:
        said = {name: getattr(message, name) for name in message.__dataclass_fields__ if name != "alert"}
        content = json.dumps({**said, "alert": message.alert.as_json()}, ensure_ascii=True)
        write_private(self._path(message.handler, message.id), content.encode())

    def _files(self, kind: str, handler: str | None) -> Iterator[str]:
        above = os.path.join(self.folder, kind)
        for name in [handler] if handler else _names(above):
            for file in _names(os.path.join(above, name)):
                yield os.path.join(above, name, file)

    def _path(self, handler: str, name: str) -> str:
        return os.path.join(self.folder, "waiting", handler, f"{name}.json")

    def _sent(self, handler: str, name: str) -> str:
        return os.path.join(self.folder, "told", handler, name)

    def _forget(self, path: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(path)


def is_free(lock: Lock) -> bool:
    """Whether nobody holds a lock just now."""
    free = lock.acquire()
    lock.release()
    return free


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _age(path: str) -> float | None:
    try:
        return time.time() - os.stat(path).st_mtime
    except FileNotFoundError:
        return None


def _read(path: str) -> Message | None:
    """Read a message; None where it has just been told, or is none of ours."""
    raw = read_if_exists(path) if path.endswith(".json") else None
    try:
        said = read_json(raw or b"")
        found = Message(**{**said, "alert": alert_of(said["alert"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return found.at(time.time()) if _is_sound(found) and _is_there(found, path) else None


def _is_sound(message: Message) -> bool:
    """Whether everything in it is what it should be."""
    numbers = (message.since, message.due, message.attempts)
    if not all(type(one) in (int, float) and 0 <= one < _NEVER for one in numbers):
        return False
    return isinstance(message.attempts, int) and isinstance(message.error, str | None)


def _is_there(message: Message, path: str) -> bool:
    """Whether it lies where it says: by its own words it is forgotten, and noted as told."""
    folder, name = os.path.split(path)
    return (message.handler, f"{message.id}.json") == (os.path.basename(folder), name)


def alert_of(said: Mapping[str, Any]) -> Alert:
    """Read an alert as its JSON has it."""
    known = {name: said[name] for name in Alert.__dataclass_fields__ if name in said}
    words = {
        "kind": Kind(said["kind"]),
        "severity": Severity(said["severity"]),
        "state": State(said["state"]),
    }
    texts = {name: one for name, one in known.items() if name not in (*words, "times", "muted")}
    if not all(isinstance(one, str | None) for one in texts.values()):
        raise TypeError("an alert is told in words")
    if type(known.get("times", 1)) is not int or type(known.get("muted", False)) is not bool:
        raise TypeError("an alert is counted in numbers")
    return Alert(**{**known, **words})
