"""A server on this machine that takes alerts, as long as a test wants it to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.waiting import LIMIT


class Webhook:
    """What arrived; `statuses` are the next answers, 200 after them; until `released` every caller waits."""

    def __init__(self) -> None:
        self.bodies: list[dict] = []
        self.ids: list[str] = []
        self.statuses: list[int] = []
        self.asked = threading.Event()
        self.released = threading.Event()
        self.released.set()
        self.url = ""


@contextmanager
def webhook() -> Iterator[Webhook]:
    """Run one."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.asked.set()
            hook.released.wait(LIMIT)
            status = hook.statuses.pop(0) if hook.statuses else 200
            if status == 200:
                hook.bodies.append(json.loads(body))
                hook.ids.append(self.headers["Idempotency-Key"])
            try:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                pass

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    hook.url = f"http://127.0.0.1:{server.server_address[1]}/alerts"
    try:
        yield hook
    finally:
        hook.released.set()
        server.shutdown()
        server.server_close()
