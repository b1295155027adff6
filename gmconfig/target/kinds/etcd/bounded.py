"""HTTP to an etcd, or to what claims to be one: no redirects, and answers that end."""

from __future__ import annotations

import time
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from requests import Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ReadTimeout, RequestException

from gmconfig.storage import MOST_BYTES

if TYPE_CHECKING:
    from requests import PreparedRequest

_PATIENCE = 4
"""How many times its timeout a request may take as a whole; a socket's own begins anew with each byte."""

_PIECE = 1 << 12


def bound(session: Session) -> None:
    """Bound all that a session asks for, but for what follows changes for ever."""
    session.headers["Accept-Encoding"] = "identity"
    session.max_redirects = 0
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Bounded())


class _Bounded(HTTPAdapter):
    """Reads an answer whole before anybody else does, in limited time and memory."""

    def send(self, request: PreparedRequest, stream: bool = False, *args: Any, **more: Any) -> Response:
        """Send a request and give its answer."""
        if stream:
            return super().send(request, stream, *args, **more)
        return _within(more.get("timeout"), lambda end: self._whole(request, end, args, more))

    def _whole(self, request: PreparedRequest, end: float, args: Any, more: Any) -> Response:
        answer = super().send(request, True, *args, **more)
        pieces, size = [], 0
        for piece in answer.iter_content(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES or time.monotonic() > end:
                answer.close()
                raise ReadTimeout("its answer has no end", request=request)
        answer._content = b"".join(pieces)
        return answer


def _within(timeout: float | None, ask: Any) -> Response:
    """Wait for an answer as a whole; who drips its headers is left alone with a thread that nobody waits for."""
    seconds = _PATIENCE * timeout if timeout else None
    end = time.monotonic() + seconds if seconds else float("inf")
    answers: SimpleQueue[Response | Exception] = SimpleQueue()

    def work() -> None:
        found: Response | Exception = ReadTimeout("its answer cannot be read")
        try:
            found = ask(end)
        except (RequestException, OSError, ValueError) as error:
            found = error
        finally:  # whatever else it may be, somebody waits
            answers.put(found)

    Thread(target=work, name="gmconfig etcd", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise ReadTimeout(f"no answer within {seconds:g} s") from None
    if isinstance(found, Exception):
        raise found
    return found
