"""Telling whoever listens that flags are others now: the newest version only, so nobody's queue grows."""

from __future__ import annotations

import asyncio
import json
from typing import NamedTuple


class Announcement(NamedTuple):
    """A version of the flags, and since when it holds (seconds since 1970)."""

    version: str
    since: int

    def event(self) -> bytes:
        """Give the server-sent event that makes OFREP's clients ask again."""
        told = {"type": "refetchEvaluation", "etag": self.version, "lastModified": self.since}
        return f"id: {self.version}\ndata: {json.dumps(told)}\n\n".encode()


class Announcements:
    """Holds the newest announcement; belongs to one event loop."""

    def __init__(self, first: Announcement) -> None:
        self.latest = first
        self.closed = False
        self.listeners = 0
        self._news = asyncio.Event()

    def publish(self, announcement: Announcement) -> None:
        """Wake everybody who waits."""
        self.latest = announcement
        self._wake()

    def close(self) -> None:
        """Let everybody go."""
        self.closed = True
        self._wake()

    async def after(self, version: str, seconds: float) -> Announcement | None:
        """Wait for another version than this one; None if there is none in time, or never will be."""
        if self.latest.version == version and not self.closed:
            try:
                await asyncio.wait_for(self._news.wait(), seconds)
            except TimeoutError:
                return None
        return None if self.closed or self.latest.version == version else self.latest

    def _wake(self) -> None:
        woken, self._news = self._news, asyncio.Event()
        woken.set()
