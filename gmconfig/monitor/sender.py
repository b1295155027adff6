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
    """Start a sender that outlives this process, if something is due soon that no other one looks after."""
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
    next_due = {name: queues[0][0].due for name in names if (queues := outbox.queues(name))}
    now = time.time()
    soon = any(due - now <= PATIENCE for due in next_due.values())  # no sender waits for what comes later
    late = [name for name, due in next_due.items() if due <= now]
    return (soon and is_free(outbox.presence())) or any(is_free(outbox.turn(name)) for name in late)


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
        while (rests_until := _turn(project, outbox, handler, at_once=once)) is not None:
            queues = outbox.queues(handler.name)
            if once or not queues:
                return
            pause = max(0.0, rests_until - time.time(), queues[0][0].due - time.time())
            if time.monotonic() + pause > ends:
                return
            time.sleep(pause)
    except (GmconfigError, OSError) as error:
        log.warning("%s was not told: %s", handler.name, error)


def _turn(project: Project, outbox: Outbox, handler: Handler, *, at_once: bool) -> float | None:
    """Tell a handler all that is due, and give until when to leave it alone then.

    None where another sender tells it just now: that one looks again before it goes.
    """
    lock = outbox.turn(handler.name)
    if not lock.acquire():
        return None
    try:
        return _tell_each(project, outbox, handler, at_once=at_once)
    finally:
        lock.release()


def _tell_each(project: Project, outbox: Outbox, handler: Handler, *, at_once: bool) -> float:
    """Tell all that is due, until so many in a row did not arrive that the others would not either."""
    failed: list[Message] = []
    for queue in outbox.queues(handler.name):
        behind = _tell_queue(project, outbox, handler, queue, at_once=at_once)
        failed = [] if behind is None else [*failed, behind]
        if len(failed) == _ENOUGH:
            return min(one.due for one in failed)
    return 0.0


def _tell_queue(
    project: Project, outbox: Outbox, handler: Handler, queue: list[Message], *, at_once: bool
) -> Message | None:
    """Tell a queue up to the first that is not due or did not arrive, and give the latter as it waits now."""
    for message in queue:
        if not at_once and message.due > time.time():
            return None
        behind = _send(project, outbox, handler, message)
        if behind is not None:
            return behind
    return None


def _send(project: Project, outbox: Outbox, handler: Handler, message: Message) -> Message | None:
    """Tell a handler one thing; what did not arrive is given as it waits now."""
    problem = handler.send(message.alert, message.id, datetime.now(UTC), project)
    if problem is None:
        log.debug("%s was told of %s", handler.name, message.id)
        outbox.told(message)
        return None
    log.info("%s was not told of %s: %s", handler.name, message.id, problem)
    return outbox.failed(message, problem)


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
