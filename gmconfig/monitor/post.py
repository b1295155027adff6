"""Posting to a webhook: bounded in time, never redirected, and never telling the URL, which may be secret."""

from __future__ import annotations

import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, InvalidURL
from queue import Empty, SimpleQueue
from socket import SHUT_RDWR
from threading import Thread
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import OpenerDirector

_UNREADABLE = "its URL cannot be read"


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> str | None:
    """Post JSON once; give what went wrong, in words that hold nothing of the URL, or None.

    A name and password before the host become basic authentication. Nothing of the answer is read but its status.
    """
    try:
        parts = urlsplit(url)
        plain, login = _without_login(parts), _login(parts)
    except ValueError:
        return _UNREADABLE
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "its URL is neither http nor https"
    said = {"Content-Type": "application/json", **login, **headers}
    request = urllib.request.Request(plain, body, said, method="POST")  # noqa: S310  # checked above
    calls: list[HTTPConnection] = []
    opener = urllib.request.build_opener(_NoRedirect, _Plain(calls), _Secure(calls))
    found = _within(seconds, lambda: _asked(opener, request, seconds))
    _hang_up(calls)
    return found


def _asked(opener: OpenerDirector, request: urllib.request.Request, seconds: float) -> str | None:
    try:
        with opener.open(request, timeout=seconds) as answer:
            return None if 200 <= answer.status < 300 else f"it answered {answer.status}"
    except urllib.error.HTTPError as error:
        error.close()
        return f"it answered {error.code}"
    except (InvalidURL, ValueError):
        return _UNREADABLE
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, TimeoutError):
            return _late(seconds)
        return f"it cannot be reached: {str(reason) or type(error).__name__}"


def _within(seconds: float, ask: Callable[[], str | None]) -> str | None:
    """Wait for an answer as a whole: a socket's own timeout begins anew with each byte, and a look-up has none."""
    answers: SimpleQueue[str | None] = SimpleQueue()
    Thread(target=lambda: answers.put(ask()), name="gmconfig webhook", daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except Empty:
        return _late(seconds)


def _hang_up(calls: list[HTTPConnection]) -> None:
    """End what still goes on: a server that drips would keep the thread that reads it for ever."""
    for call in calls:
        if call.sock is not None:
            with suppress(OSError):
                call.sock.shutdown(SHUT_RDWR)


def _late(seconds: float) -> str:
    return f"it did not answer within {seconds:g} s"


def _without_login(parts: SplitResult) -> str:
    _ = parts.port  # what is not a number is found here, not in an error that quotes it
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def _login(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An alert goes where gmconfig.yaml says, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Plain(urllib.request.HTTPHandler):
    """Calls by http, and keeps the calls."""

    def __init__(self, calls: list[HTTPConnection]) -> None:
        super().__init__()
        self._calls = calls

    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(self._call, req)

    def _call(self, host: str, /, **how: Any) -> HTTPConnection:
        self._calls.append(HTTPConnection(host, **how))
        return self._calls[-1]


class _Secure(urllib.request.HTTPSHandler):
    """Calls by https, and keeps the calls."""

    def __init__(self, calls: list[HTTPConnection]) -> None:
        super().__init__()
        self._calls = calls

    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(self._call, req)

    def _call(self, host: str, /, **how: Any) -> HTTPConnection:
        self._calls.append(HTTPSConnection(host, **how))
        return self._calls[-1]
