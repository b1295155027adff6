"""`gmconfig flag serve` as a process of its own, with plain HTTP to it."""

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.waiting import LIMIT

ALL = "/ofrep/v1/evaluate/flags"
ADA = {"context": {"targetingKey": "ada", "plan": "pro"}}


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class Server:
    """One running server; `said` is what it printed so far."""

    def __init__(self, root: Path, *arguments: str, env: dict[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "gmconfig", "flag", "serve", "--port", "0", *arguments]
        self.process = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True, env=env)
        self.said: list[str] = []
        self.url = ""
        while not self.url:
            line = self.process.stderr.readline()
            assert line, f"it ended: {self.said}"
            self.said.append(line.strip())
            found = re.search(r"at (http://\S+)$", line.strip())
            self.url = found[1] if found else ""
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        for line in self.process.stderr:
            self.said.append(line.strip())

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=LIMIT)
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, raw, headers or {})
        answer = connection.getresponse()
        found = Answer(answer.status, dict(answer.getheaders()), answer.read())
        connection.close()
        return found

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask(
            "POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )

    def value(self, flag: str, whom: Any = None) -> Any:
        return self.post(f"{ALL}/{flag}", whom or ADA).body.get("value")

    def stream_uri(self) -> str:
        (stream,) = self.post(ALL, ADA).body["eventStreams"]
        assert stream["type"] == "sse"
        return stream["endpoint"]["requestUri"]

    def events(self, uri: str, **headers: str) -> Iterator[dict[str, str]]:
        """Listen from now on; yield each event as its fields."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=LIMIT)
        connection.request(
            "GET", uri, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Content-Type")) == (200, "text/event-stream")
        assert answer.readline() == b"retry: 1000\n"
        return _events(connection, answer)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(LIMIT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reading.join(LIMIT)  # it reads what is left; nobody closes that under its hands
        self.process.stderr.close()


def _events(
    connection: http.client.HTTPConnection, answer: http.client.HTTPResponse
) -> Iterator[dict[str, str]]:
    event: dict[str, str] = {}
    with closing(connection), answer:
        while line := answer.readline():
            name, colon, text = line.decode().strip().partition(": ")
            if colon:
                event[name] = text
            elif event:
                yield event
                event = {}
