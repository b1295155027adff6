"""Who may ask: whoever knows the token, where there is one; and which web pages."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

_HEADERS = "Authorization, Content-Type, If-None-Match, X-API-Key, Last-Event-ID"


class Access:
    """The server's token (None lets everybody in) and the web origins that may read its answers."""

    def __init__(self, token: str | None = None, origins: tuple[str, ...] = ()) -> None:
        self._token = token
        self._origins = origins

    @property
    def is_open(self) -> bool:
        """Whether no token is asked for."""
        return self._token is None

    def allows(self, headers: Mapping[str, str]) -> bool:
        """Whether a request's headers carry the token, as `Authorization: Bearer` or `X-API-Key`."""
        if self._token is None:
            return True
        scheme, _, bearer = headers.get("Authorization", "").partition(" ")
        given = bearer.strip() if scheme.lower() == "bearer" else headers.get("X-API-Key", "")
        return _equal(given, self._token)

    def stream_key(self) -> str:
        """Give what opens the event stream, and nothing else: a browser sends no headers there."""
        key = (self._token or "").encode()
        return hmac.new(key, b"gmconfig: event stream", "sha256").hexdigest()[:32]

    def opens_stream(self, key: str) -> bool:
        """Whether somebody was given the stream's key."""
        return _equal(key, self.stream_key())

    def cross_origin(self, origin: str | None) -> dict[str, str]:
        """Give the headers that let a web page of an allowed origin read the answer."""
        if origin is None or not {origin, "*"} & set(self._origins):
            return {"Vary": "Origin"} if self._origins else {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": _HEADERS,
            "Access-Control-Expose-Headers": "ETag",
            "Access-Control-Max-Age": "600",
            "Vary": "Origin",
        }


def _equal(given: str, wanted: str) -> bool:
    """Compare in a time that says nothing about where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())
