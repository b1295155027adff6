"""The agents of one process, one look after the other, until somebody asks them to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from gmconfig.automation.pace import pause
from gmconfig.errors import GmconfigError
from gmconfig.log import logger

if TYPE_CHECKING:
    from gmconfig.automation.agent import Agent
    from gmconfig.record.status import Status

_SOON = 2.0  # while something is on its way, or others wait for this host


def run(
    agents: Sequence[Agent],
    interval: float,
    told: Callable[[Status], None],
    stop: threading.Event,
    after: Callable[[], object] = lambda: None,
) -> None:
    """Let agents look at every interval until `stop` is set; a change that has begun comes to its end then.

    What keeps one from looking, a disk that is full or away, is told once, and it looks again.

    Args:
        agents: one an environment.
        interval: seconds between two looks.
        told: is called with every status.
        stop: ends it.
        after: is called when all have looked.

    Raises:
        Locked: another agent of this clone has one of the environments.
    """
    troubles: dict[Agent, str] = {}
    with ExitStack() as posts:
        for agent in agents:
            posts.enter_context(agent)
            agent.stops = stop.is_set
        while not stop.is_set():
            for agent in agents:
                _look(agent, told, troubles)
                if stop.is_set():
                    return
            after()
            busy = any(agent.is_busy for agent in agents)
            stop.wait(pause(min(interval, _SOON) if busy else interval))


def _look(agent: Agent, told: Callable[[Status], None], troubles: dict[Agent, str]) -> None:
    try:
        said = agent.look()
    except (GmconfigError, OSError) as error:
        if troubles.get(agent) != str(error):
            logger("automation").warning("no look at %s was possible: %s", agent.post.environment, error)
        troubles[agent] = str(error)
    else:
        troubles.pop(agent, None)
        told(said)


@contextmanager
def until_asked_to_stop() -> Iterator[threading.Event]:
    """Give an event that SIGTERM or SIGINT sets; a second one of them ends the process as usual."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def asked(_: int, __: FrameType | None) -> None:
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, asked)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
