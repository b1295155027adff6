"""A listening socket whose connections must ask soon: who sends nothing, or one letter a minute, is let go."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError

if TYPE_CHECKING:
    from aiohttp import web

SLOWEST_HEADERS_SECONDS = 10.0


class Connections:
    """Opens connections for aiohttp's server and closes those whose first request does not come.

    Between two requests aiohttp's own keep-alive timeout does that.
    """

    def __init__(self, seconds: float = SLOWEST_HEADERS_SECONDS) -> None:
        self._seconds = seconds
        self._silent: dict[asyncio.BaseProtocol, asyncio.TimerHandle] = {}

    async def listen(self, server: web.Server | None, host: str, port: int) -> asyncio.Server:
        """Bind a port; 0 takes a free one.

        Raises:
            GmconfigError: it cannot be had.
        """
        assert server is not None  # noqa: S101  # its runner is set up

        def connection() -> asyncio.BaseProtocol:
            protocol = server()
            loop = asyncio.get_running_loop()
            self._silent[protocol] = loop.call_later(self._seconds, self._give_up, protocol)
            return protocol

        try:
            return await asyncio.get_running_loop().create_server(connection, host, port, backlog=512)
        except (OSError, OverflowError, UnicodeError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise GmconfigError(
                f"port {port} of {host} cannot be had: {reason}", hint="--port 0 takes a free one"
            ) from error

    def spoke(self, request: web.BaseRequest) -> None:
        """Note that a connection's request has come."""
        timer = self._silent.pop(request.protocol, None)
        if timer is not None:
            timer.cancel()

    def _give_up(self, protocol: asyncio.BaseProtocol) -> None:
        self._silent.pop(protocol, None)
        transport = getattr(protocol, "transport", None)
        if transport is not None:
            transport.abort()
