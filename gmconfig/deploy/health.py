"""Whether a target is well after it was changed: a command, an HTTP answer, a port that takes connections."""

from __future__ import annotations

import http.client
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.log import debug
from gmconfig.project.span import WAIT
from gmconfig.target import command

if TYPE_CHECKING:
    from gmconfig.target.declared import Target

_PAUSE = 1.0
"""How many seconds lie between two tries."""


def unwell(target: Target, *, cwd: str, env: Mapping[str, str]) -> str | None:
    """Do the target's health checks and give what the first that fails says; None if it is well."""
    for check in target.health:
        problem = _tried(check, cwd, env)
        if problem:
            return problem
    return None


def _tried(check: Mapping[str, Any], cwd: str, env: Mapping[str, str]) -> str | None:
    """Do one check until it passes: for its grace period anyway, then as often as `retries` says."""
    once = _check(check, cwd, env)
    patience = time.monotonic() + WAIT.seconds(check.get("grace", "0s"))
    left = int(check.get("retries", 2))
    while True:
        problem = once()
        debug("deploy", "health check %s: %s", list(check.values())[0], problem or "well")
        if problem is None:
            return None
        if time.monotonic() >= patience:
            if left <= 0:
                return problem
            left -= 1
        time.sleep(_PAUSE)


def _check(check: Mapping[str, Any], cwd: str, env: Mapping[str, str]) -> Callable[[], str | None]:
    timeout = WAIT.seconds(check.get("timeout", "5s"))
    if "command" in check:
        argv: Sequence[str] = check["command"]
        return lambda: command.run(argv, cwd=cwd, env=env, timeout=timeout)
    if "tcp" in check:
        return lambda: _tcp(check["tcp"], timeout)
    return lambda: _http(check["http"], int(check.get("status", 200)), timeout)


def _tcp(address: str, timeout: float) -> str | None:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout):
            return None
    except (OSError, ValueError) as error:
        return f"{address} takes no connection: {error}"


def _http(url: str, expected: int, timeout: float) -> str | None:
    status = _in_time(lambda: _status(url, timeout), timeout)
    if status == expected:
        return None
    said = (
        f"answers with {status}, not {expected}" if isinstance(status, int) else f"does not answer: {status}"
    )
    return f"{url} {said}"


def _in_time(ask: Callable[[], int | str], timeout: float) -> int | str:
    """Ask in a thread: a timeout of sockets counts anew for each byte, and one who drips them never ends."""
    said: list[int | str] = []
    asking = threading.Thread(target=lambda: said.append(ask()), daemon=True)
    asking.start()
    asking.join(timeout)
    return said[0] if said else _late(timeout)


def _status(url: str, timeout: float) -> int | str:
    """Give the status of an answer, or why there is none; only http and https, and no redirects."""
    if not url.startswith(("http://", "https://")):
        return "only http:// and https:// are asked"
    try:
        with urllib.request.build_opener(NoRedirect).open(url, timeout=timeout) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except http.client.HTTPException as error:
        return f"that is not HTTP: {type(error).__name__}"
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return _late(timeout) if isinstance(reason, TimeoutError) else str(reason)


def _late(timeout: float) -> str:
    return f"no answer within {timeout:g} s"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer of its own: what it leads to may be well while this is not."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow none."""
        return
