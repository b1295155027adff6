"""Servers that answer with anything: a target of theirs is out of reach, and the rest of the work goes on."""

import gzip
import itertools
import json
import re
import socketserver
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gmconfig.api.deploy import commit_status
from gmconfig.errors import GmconfigError
from gmconfig.record.entry import Record
from gmconfig.target.declared import Target
from gmconfig.target.errors import Unreachable
from gmconfig.target.kinds.etcd import bounded
from gmconfig.target.kinds.etcd import server as etcd_server
from gmconfig.target.kinds.etcd.server import Server as Etcd
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
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
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


class Endless(socketserver.StreamRequestHandler):
    """Answers as its server's `way` says: for ever, drop by drop, from elsewhere."""

    def handle(self) -> None:
        with suppress(OSError):
            self.server.asked.append(self._request())
            for piece in self.server.way(self.server.asked[-1]):
                self.wfile.write(piece)
                self.wfile.flush()

    def _request(self) -> bytes:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                break
            head += line
        length = re.search(rb"(?i)content-length: (\d+)", head)
        return head + self.rfile.read(int(length[1]) if length else 0)


class Server(socketserver.ThreadingTCPServer):
    """One server; `asked` is what it was sent."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Endless)
        self.asked: list[bytes] = []
        self.way: Callable[[bytes], Iterable[bytes]] = lambda _: ()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        """Say nothing: who asks hangs up."""


@pytest.fixture
def hostile() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


OK = b"HTTP/1.1 200 OK\r\n"
SPACES = b" " * 65_536
BOMB = gzip.compress(b" " * 3_000_000)
WAYS: dict[str, tuple[bytes, Iterable[bytes]]] = {
    "a body without end": (OK + b"Content-Length: 999999999999\r\n\r\n", itertools.repeat(SPACES)),
    "chunks without end": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
        itertools.repeat(b"10000\r\n%b\r\n" % SPACES),
    ),
    "a body that is packed": (
        OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB),
        [BOMB],
    ),
    "headers without end": (OK, itertools.repeat(b"X-Y: z\r\n")),
    "one header without end": (OK + b"X: ", itertools.repeat(SPACES)),
    "no protocol": (b"\0" * 1000, []),
    "a status that is none": (b"HTTP/1.1 twohundred\r\n\r\n", []),
    "a length that is none": (OK + b"Content-Length: -7\r\n\r\n{}", []),
    "a page of a proxy": (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>", []),
}


VERSION = json.dumps({"etcdserver": "3.5.0", "etcdcluster": "3.5.0"}).encode()
SOUND = OK + b"Content-Length: %d\r\n\r\n" % len(VERSION) + VERSION


def store(server: Server, timeout: float = 30.0) -> Etcd:
    """Give what gmconfig talks to an etcd by; it logs in."""
    settings = {"endpoints": server.url, "user": "u"}
    environ = {"GMCONFIG_ETCD_PASSWORD": "canary-password"}
    return Etcd(Target("store", "", "etcd", settings=settings, timeout=timeout), "/", environ)


@pytest.mark.parametrize("way", WAYS)
def test_an_etcd_whose_answer_has_no_end(hostile: Server, monkeypatch, way: str):
    monkeypatch.setattr(bounded, "MOST_BYTES", 1 << 20)
    head, body = WAYS[way]
    for sound in (b"", b"GET "):
        hostile.way = lambda asked, sound=sound: (
            [SOUND] if sound and asked.startswith(sound) else itertools.chain([head], body)
        )
        with pytest.raises(GmconfigError) as told:
            store(hostile).keys("/a/")
        assert "canary" not in str(told.value)


def test_an_etcd_that_answers_letter_by_letter(hostile: Server):
    def letters(asked: bytes) -> Iterable[bytes]:
        return [SOUND] if asked.startswith(b"GET ") else itertools.chain([OK], slowly(b"X: "))

    hostile.way = letters
    with pytest.raises(Unreachable):
        store(hostile, 0.2).keys("/a/")


def slowly(head: bytes) -> Iterator[bytes]:
    yield head
    while True:
        time.sleep(0.02)
        yield b"x"


def test_an_etcd_whose_pages_have_no_end(hostile: Server, monkeypatch):
    monkeypatch.setattr(etcd_server, "MOST_HELD", 1 << 20)
    numbers = itertools.count()

    def page(asked: bytes) -> Iterable[bytes]:
        if asked.startswith(b"GET "):
            return [SOUND]
        key = b64encode(b"/a/%012d" % next(numbers)).decode()
        entry = {"key": key, "value": b64encode(b"v" * 50_000).decode(), "mod_revision": "1"}
        body = json.dumps({"header": {"revision": "1"}, "kvs": [entry], "more": True, "token": "t"}).encode()
        return [OK + b"Content-Length: %d\r\n\r\n" % len(body) + body]

    hostile.way = page
    with pytest.raises(Unreachable):
        store(hostile).keys("/a/")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_password_goes_where_the_target_says_and_nowhere_else(
    hostile: Server, elsewhere: Server, status: int
):
    moved = f"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere.url}/x\r\nContent-Length: 0\r\n\r\n".encode()
    elsewhere.way = lambda _: [SOUND]
    for sound in (b"", b"GET "):
        hostile.way = lambda asked, sound=sound: [SOUND] if sound and asked.startswith(sound) else [moved]
        with pytest.raises(GmconfigError):
            store(hostile).keys("/a/")
    assert elsewhere.asked == []


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_forge_that_answers_with_anything(hostile: Server, elsewhere: Server, caplog, forge: str):
    environ = {
        "github": {
            "GITHUB_ACTIONS": "true",
            "GITHUB_TOKEN": "canary-token",
            "GITHUB_REPOSITORY": "../../a\r\nX: y/b",
            "GITHUB_API_URL": hostile.url,
        },
        "gitlab": {"GITLAB_TOKEN": "canary-token", "CI_PROJECT_ID": "../7", "CI_API_V4_URL": hostile.url},
    }[forge]
    record = Record("production", 1, "0" * 40)
    moved = [
        f"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n".encode()
        for status in (301, 307, 308)
    ]
    ways = [*WAYS.values(), *((one, []) for one in moved)]
    for head, body in ways:
        hostile.way = lambda _, head=head, body=body: itertools.chain([head], body)
        commit_status.tell(record, environ)
    assert len(hostile.asked) == len(ways)
    assert all(b"\r\nX: y" not in asked.partition(b"\r\n\r\n")[0] for asked in hostile.asked)
    assert elsewhere.asked == []
    assert "canary" not in caplog.text
    commit_status.tell(record, {**environ, "GITHUB_API_URL": "file:///etc", "CI_API_V4_URL": "file:///etc"})
    assert "neither http nor https" in caplog.text
