"""The routes of OFREP: one flag, all flags, the event stream, and the server's health."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from gmconfig.flag.event.log import EventLog
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.live import LiveFlags
from gmconfig.flag.ofrep.access import Access
from gmconfig.flag.ofrep.announcements import Announcements
from gmconfig.flag.ofrep.body import (
    Asked,
    BadRequest,
    all_decided,
    asked,
    decided,
    etag,
    failed,
    matches,
    written,
)
from gmconfig.flag.ofrep.connections import Connections

LARGEST_BODY = 64 * 1024
SLOWEST_BODY_SECONDS = 10.0
HEARTBEAT_SECONDS = 15.0
INACTIVE_SECONDS = 120
MOST_LISTENERS = 1000

_FLAGS = "/ofrep/v1/evaluate/flags"
_STREAM = "/ofrep/v1/events"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Application:
    """Answers from the flags at hand; nothing is looked at or compiled while somebody waits."""

    def __init__(
        self,
        live: LiveFlags,
        announcements: Announcements,
        access: Access,
        connections: Connections,
        events: EventLog | None = None,
    ) -> None:
        self.live = live
        self.connections = connections
        self.announcements = announcements
        self.access = access
        self.events = events
        self.web = web.Application(client_max_size=LARGEST_BODY, middlewares=[self._guarded])
        self.web.router.add_post(_FLAGS + "/{key:.+}", self.one)
        self.web.router.add_post(_FLAGS, self.all)
        self.web.router.add_get(_STREAM, self.stream, allow_head=False)
        self.web.router.add_get("/health", self.health)
        self.web.on_response_prepare.append(self._marked)

    async def one(self, request: web.Request) -> web.Response:
        """Decide one flag."""
        key = request.match_info["key"]
        try:
            whom = await _asked(request)
        except BadRequest as error:
            return _json(failed(error.code, error.message, key), 400)
        flags = self._flags
        decision = flags.evaluate(key, whom.user, whom.context)
        # not where all flags are asked for: nobody knows which will be used; nor names that clients make up
        if self.events is not None and decision.error_code is None:
            self.events.exposed(decision, whom.user, whom.context, flags)
        status, body = decided(decision)
        return _json(body, status)

    async def all(self, request: web.Request) -> web.Response:
        """Decide all flags; without a body where the client knows the answer already."""
        try:
            whom = await _asked(request)
        except BadRequest as error:
            return _json(failed(error.code, error.message), 400)
        body = all_decided(self._flags, whom)
        tag = etag(written(body))
        if matches(request.headers.get("If-None-Match", ""), tag):
            return web.Response(status=304, headers={"ETag": tag})
        return _json(body | {"eventStreams": [self._stream_entry()]}, headers={"ETag": tag})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Send an event whenever the flags are others; the version that a client has comes with its request."""
        if not self.access.allows(request.headers) and not self.access.opens_stream(
            request.query.get("key", "")
        ):
            raise _unauthorized()
        if self.announcements.listeners >= MOST_LISTENERS:
            raise web.HTTPServiceUnavailable(text="too many listeners", headers={"Retry-After": "30"})
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        self.announcements.listeners += 1
        try:
            await self._sent(request, response)
        except (ConnectionError, TimeoutError):
            if request.transport is not None:
                request.transport.abort()
        finally:
            self.announcements.listeners -= 1
        return response

    async def health(self, request: web.Request) -> web.Response:
        """Say which commit is served, and what keeps a newer one from being served."""
        error = self.live.error
        told: dict[str, Any] = {"status": "stale" if error else "ok"}
        if self.access.allows(request.headers):
            told |= {"commit": self.live.commit, "since": int(self.live.since), "flags": len(self._flags)}
            told |= {"message": str(error)} if error else {}
        return _json(told)

    @property
    def _flags(self) -> FlagSet:
        found = self.live.latest
        if found is None:
            raise web.HTTPServiceUnavailable(text="no flags yet")
        return found

    def _stream_entry(self) -> dict[str, Any]:
        query = f"?since={self.announcements.latest.version}"
        query += "" if self.access.is_open else f"&key={self.access.stream_key()}"
        return {
            "type": "sse",
            "endpoint": {"requestUri": _STREAM + query},
            "inactivityDelaySec": INACTIVE_SECONDS,
        }

    async def _sent(self, request: web.Request, response: web.StreamResponse) -> None:
        seen = request.headers.get("Last-Event-ID") or request.query.get("since")
        seen = self.announcements.latest.version if seen is None else seen
        await response.prepare(request)
        text = b"retry: 1000\n\n"
        while not self.announcements.closed:
            await asyncio.wait_for(response.write(text), SLOWEST_BODY_SECONDS)
            news = await self.announcements.after(seen, HEARTBEAT_SECONDS)
            text = b":\n\n" if news is None else news.event()
            seen = seen if news is None else news.version

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in whoever may; give every failure a body that OFREP's clients read."""
        self.connections.spoke(request)
        try:
            if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
                return web.Response(status=204)
            if request.path not in ("/health", _STREAM) and not self.access.allows(request.headers):
                raise _unauthorized()
            return await handler(request)
        except web.HTTPException as error:
            kept = {name: error.headers[name] for name in _KEPT if name in error.headers}
            own = error.text if error.text != f"{error.status}: {error.reason}" else None
            return _json({"errorDetails": own or error.reason.lower()}, error.status, kept)

    async def _marked(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Server"] = "gmconfig"
        response.headers.update(self.access.cross_origin(request.headers.get("Origin")))


_KEPT = ("Allow", "Retry-After", "WWW-Authenticate")


async def _asked(request: web.Request) -> Asked:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType(text="the body is compressed")
    try:
        raw = await asyncio.wait_for(request.read(), SLOWEST_BODY_SECONDS)
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except (HttpProcessingError, web.RequestPayloadError) as error:
        raise web.HTTPBadRequest(text="the body does not come as its headers say") from error
    return asked(raw)


def _unauthorized() -> web.HTTPUnauthorized:
    return web.HTTPUnauthorized(text="a token is needed", headers={"WWW-Authenticate": "Bearer"})


def _json(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(body=written(body), status=status, headers=headers, content_type="application/json")
