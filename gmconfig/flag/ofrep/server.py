"""`flag serve`: from the first look at the flags to a graceful end."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from gmconfig.flag.event.log import EventLog
from gmconfig.flag.live import LiveFlags, Reload
from gmconfig.flag.ofrep.access import Access
from gmconfig.flag.ofrep.announcements import Announcements
from gmconfig.flag.ofrep.application import Application
from gmconfig.flag.ofrep.connections import Connections
from gmconfig.flag.ofrep.held import Held
from gmconfig.flag.ofrep.mistakes import mistakes
from gmconfig.flag.source import Source

INTERVAL_SECONDS = 0.25
GRACE_SECONDS = 5.0
IDLE_SECONDS = 75.0


@dataclass(frozen=True, slots=True)
class Serving:
    """Where to listen, who may ask, and what writes who was served what; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 8016
    access: Access = field(default_factory=Access)
    events: EventLog | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """What a server says: its URL once it answers, what happens to the flags, what is wrong with them."""

    ready: Callable[[str], None]
    told: Callable[[str], None]
    warned: Callable[[str], None]


def serve(source: Source, serving: Serving, voice: Voice) -> None:
    """Serve flags until SIGINT or SIGTERM.

    Raises:
        GmconfigError: there are no good flags to begin with, or the port cannot be had.
    """
    asyncio.run(_run(_Following(source, voice), serving, voice))


async def _run(following: _Following, serving: Serving, voice: Voice) -> None:
    announcements = following.begin()
    connections = Connections()
    application = Application(following.live, announcements, serving.access, connections, serving.events)
    runner = web.AppRunner(
        application.web,
        access_log=None,
        logger=mistakes(),
        auto_decompress=False,  # a body of a few kilobytes may say that it is gigabytes
        keepalive_timeout=IDLE_SECONDS,
        shutdown_timeout=GRACE_SECONDS,
    )
    await runner.setup()
    stopped = _stopped()
    listening = await connections.listen(runner.server, serving.host, serving.port)
    try:
        following.live.start()
        voice.ready(_url(listening))
        await stopped.wait()
    finally:
        listening.close()
        announcements.close()
        await runner.cleanup()
        following.live.stop()
        if serving.events is not None:
            serving.events.close()


class _Following:
    """Follows the flags and announces them: looks happen on a thread, announcements on the loop."""

    def __init__(self, source: Source, voice: Voice) -> None:
        self.live = LiveFlags(source, INTERVAL_SECONDS, self._reloaded)
        self._voice = voice
        self._step: asyncio.TimerHandle | None = None

    def begin(self) -> Announcements:
        """Load the flags, on the loop that announcements will be made on."""
        self._loop = asyncio.get_running_loop()
        self._held = Held(self.live.current(), self.live.since)
        self._announcements = Announcements(self._held.announcement(time.time()))
        self._await_step()
        return self._announcements

    def _reloaded(self, reload: Reload) -> None:
        if reload.error is not None:
            self._voice.warned(f"{reload.error}; the last good flags are served")
            return
        what = f"changed: {', '.join(reload.changed)}" if reload.changed else "as before"
        self._voice.told(f"{(self.live.commit or 'reloaded')[:8]} {what}")
        flags = self.live.latest
        if reload.changed and flags is not None:
            self._loop.call_soon_threadsafe(self._hold, Held(flags, self.live.since))

    def _hold(self, held: Held) -> None:
        self._held = held
        self._announce()

    def _announce(self) -> None:
        now = self._held.announcement(time.time())
        if now != self._announcements.latest:
            self._announcements.publish(now)
        self._await_step()

    def _await_step(self) -> None:
        """Announce the next step of a schedule when it comes."""
        if self._step is not None:
            self._step.cancel()
        rest = self._held.rest(time.time())
        self._step = None if rest is None else self._loop.call_later(rest, self._announce)


def _stopped() -> asyncio.Event:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


def _url(listening: asyncio.Server) -> str:
    host, port = listening.sockets[0].getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
