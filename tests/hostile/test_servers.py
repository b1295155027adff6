"""Servers that answer with anything: a target of theirs is out of reach, and the rest of the work goes on."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]

DEEP = "[" * 100_000
ANSWERS = (
    "",
    "no JSON",
    "[]",
    "7",
    "null",
    DEEP,
    '{"kvs": ' + DEEP,
    '{"kvs": 7, "header": 7}',
    '{"kvs": [7], "header": {"revision": "x"}}',
    '{"kvs": [{"key": 7, "value": "%%"}], "header": {"revision": "1"}, "count": "-1"}',
    '{"kvs": [{"key": "L2E=", "value": "/w=="}], "header": {"revision": "9e999"}, "more": true}',
    '{"kvs": [{"key": "' + "A" * 5_000_000 + '"}]}',
    '{"header": {"revision": ' + "9" * 5_000 + "}}",
    '{"token": []}',
)
TARGETS = """
targets:
  store:
    {environment: production, kind: etcd, endpoints: "http://127.0.0.1:PORT", prefix: /a/, documents: [billing]}
"""


class Anything(BaseHTTPRequestHandler):
    """Says the same to whoever asks; to a GET of the version what an etcd says."""

    body = ""

    def do_GET(self) -> None:  # as the library calls it
        self._say(json.dumps({"etcdserver": "3.5.0", "etcdcluster": "3.5.0"}))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._say(type(self).body)

    def _say(self, text: str) -> None:
        raw = text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Anything) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_an_etcd_that_answers_with_anything(cli, trading: Path, git, port: int):
    project = trading / "gmconfig.yaml"
    project.write_text(project.read_text().split("\ntargets:")[0] + TARGETS.replace("PORT", str(port)))
    git("commit", "-qam", "a store")
    for body in ANSWERS:
        Anything.body = body
        answer = cli("deploy", "plan", "production", "--offline")
        assert answer.code in (0, 1, 3, 4, 5), answer
        assert "not an etcd" in answer.out or "cannot be talked to" in answer.out, answer
