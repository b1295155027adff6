"""Telling handlers what waits in the outbox: each on a thread of its own, so that one that hangs stops no other.

Run as a program (`python -m gmconfig.monitor.sender ROOT`) it is what a check leaves behind, so that nobody
who checks waits for a handler.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.log import logger
from gmconfig.monitor.handler import Handler, handlers
from gmconfig.monitor.outbox import Message, Outbox, is_free
from gmconfig.project import Project

if TYPE_CHECKING:
    from gmconfig.monitor.alert import Alert

log = logger("monitor")

PATIENCE = 120.0
"""For how many seconds a sender tries again; what waits longer is taken up by the next one."""

_ENOUGH = 3  # failures in a row after which a handler is left alone for a while
_AGAIN = 3600.0  # seconds after which Alertmanager is told again that an alert still fires


def enqueue(project: Project, moved: Iterable[Alert], known: Iterable[Alert] = ()) -> int:
    """Write down whom to tell of alerts that moved; Alertmanager hears of the others that fire once an hour."""
    declared = handlers(project)
    if not declared:
        return 0
    outbox = Outbox(project)
    new = [outbox.put(name, alert) for alert in moved for name, one in declared.items() if one.wants(alert)]
    again = [
        outbox.put(name, alert, again_after=_AGAIN)
        for alert in known
        for name, one in declared.items()
        if one.form == "alertmanager" and alert.state == "firing" and one.wants(alert)
    ]
    return sum(new) + sum(again)


_left: list[subprocess.Popen[bytes]] = []
"""Who was left behind by this process: a program that goes on buries them, and Python warns of none."""


def leave_behind(project: Project) -> None:
    """Start a sender that outlives this process, if something waits that no other one looks after."""
    declared = handlers(project)
    if not declared or not _is_needed(Outbox(project), declared):
        return
    nothing = subprocess.DEVNULL
    command = [sys.executable, "-m", "gmconfig.monitor.sender", project.root]
    _left[:] = [one for one in _left if one.poll() is None]
    try:
        _left.append(
            subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
        )
    except OSError as error:
        log.warning("no sender could be started, alerts wait for the next check: %s", error)


def _is_needed(outbox: Outbox, names: Collection[str]) -> bool:
    waiting = [one for one in outbox.waiting() if one.handler in names]
    late = {one.handler for one in waiting if one.due <= time.time()}
    return (bool(waiting) and is_free(outbox.presence())) or any(is_free(outbox.turn(name)) for name in late)


def deliver(project: Project, patience: float = 0.0) -> list[Message]:
    """Tell every handler what waits for it, and give what still waits then.

    Args:
        project: whose outbox.
        patience: for how many seconds failed tries are repeated; 0 tries once, whether it is due or not.
    """
    declared, outbox = handlers(project), Outbox(project)
    ends = time.monotonic() + patience
    threads = [
        threading.Thread(target=_tell, args=(project, outbox, handler, ends, patience == 0), daemon=True)
        for handler in declared.values()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outbox.waiting()


def _tell(project: Project, outbox: Outbox, handler: Handler, ends: float, once: bool) -> None:
    try:
        while True:
            if not _turn(project, outbox, handler, at_once=once):
                return  # another sender tells this handler, and looks again before it goes
            waits = [one.due for one in outbox.waiting(handler.name)]
            pause = max(0.0, min(waits, default=0.0) - time.time())
            if once or not waits or time.monotonic() + pause > ends:
                return
            time.sleep(pause)
    except (GmconfigError, OSError) as error:
        log.warning("%s was not told: %s", handler.name, error)


def _turn(project: Project, outbox: Outbox, handler: Handler, *, at_once: bool) -> bool:
    """Tell a handler all that is due, unless another process does just that."""
    lock = outbox.turn(handler.name)
    if not lock.acquire():
        return False
    try:
        _tell_each(project, outbox, handler, at_once=at_once)
    finally:
        lock.release()
    return True


def _tell_each(project: Project, outbox: Outbox, handler: Handler, *, at_once: bool) -> None:
    """Tell all that is due, until so many in a row did not arrive that the others would not either."""
    stuck: set[str] = set()  # what follows on a message that did not arrive waits behind it
    failures = 0
    for message in outbox.waiting(handler.name):
        if message.alert.id in stuck or not (at_once or message.due <= time.time()):
            stuck.add(message.alert.id)
        elif _arrived(project, outbox, handler, message):
            failures = 0
        else:
            stuck.add(message.alert.id)
            failures += 1
            if failures == _ENOUGH:
                return


def _arrived(project: Project, outbox: Outbox, handler: Handler, message: Message) -> bool:
    problem = handler.send(message.alert, message.id, datetime.now(UTC), project)
    if problem is None:
        log.debug("%s was told of %s", handler.name, message.id)
        outbox.told(message)
        return True
    log.info("%s was not told of %s: %s", handler.name, message.id, problem)
    outbox.failed(message, problem)
    return False


def main(root: str) -> None:
    """Tell what waits, and try again for a while; nobody else need do so meanwhile."""
    project = Project.find(root)
    presence = Outbox(project).presence(
        timeout_seconds=1
    )  # whoever asks whether it is free holds it that long
    presence.acquire()
    deliver(project, PATIENCE)


if __name__ == "__main__":
    main(sys.argv[1])
