"""`flag serve` against who means harm: every request gets an answer that says what is wrong, and so does the next."""

import gzip
import json
import socket
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("aiohttp")

from tests.flag.repository import FlagRepository
from tests.flag.serving import ADA, ALL, Server
from tests.flag.test_openfeature import FLAGS
from tests.waiting import LIMIT, until

HEAD = f"POST {ALL} HTTP/1.1\r\nHost: x\r\n".encode()
BODY = json.dumps(ADA).encode()
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
BOMB = gzip.compress(b" " * 50_000_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all; that it is never ended by what it is sent, and says nothing of it, is the point."""
    made = Server(FlagRepository(tmp_path_factory.mktemp("shop") / "repo", FLAGS).root, "-e", "production")
    yield made
    assert made.value("on") is True
    assert made.stop() == 0
    until(lambda: not made._reading.is_alive())
    assert len(made.said) == 1, made.said
    made.kill()


def answered(server: Server, *pieces: bytes) -> bytes:
    """Send pieces one after the other, each once the one before has gone; give all that comes back."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=LIMIT) as connection:
        found = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
            while piece := connection.recv(1 << 16):
                found += piece
        except ConnectionError:  # it had heard enough
            pass
    return found


def closing(head: bytes, body: bytes = b"{}") -> bytes:
    return HEAD + head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (closing(b"Content-Encoding: gzip\r\n", BOMB[:60_000]), 415),
        (closing(b"Content-Encoding: gzip\r\n"), 415),
        (closing(b"Content-Encoding: br\r\n"), 415),
        (closing(b"Content-Encoding: identity\r\n"), 200),
        (closing(b"If-None-Match: " + b'"a",' * 1_900 + b"\r\n"), 200),
        (closing(b"If-None-Match: *\r\n"), 304),
        (closing(b"Content-Type: application/json; charset=rot13\r\n"), 200),
        (closing(b"Expect: the worst\r\n"), 417),
        (closing(b"Origin: \x1b]0;x\x07\r\n"), 400),
        (closing(b"", b'{"context": {"a": ' + b"[" * 30_000 + b"]" * 30_000 + b"}}"), 400),
        (closing(b"", b'{"context": {"targetingKey": "a", "x": Infinity}}'), 400),
        (closing(b"", b'{"context": {"targetingKey": "a", "x": 1e400}}'), 200),
        (closing(b"", b'{"context": {"$flagd": {"timestamp": []}, "a": 1, "a": 2}}'), 200),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        (HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
        (
            HEAD
            + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            + b"1\r\na\r\n" * 70_000
            + b"0\r\n\r\n",
            413,
        ),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
        (HEAD + b"".join(b"X%d: y\r\n" % number for number in range(10_000)) + b"\r\n", 400),
        (HEAD + b"X: " + b"y" * 1_000_000, 400),
        (b"GET /" + b"a" * 1_000_000, 400),
        (b"GET \x1b[31m HTTP/1.1\r\n\r\n", 400),
        (b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"HEAD /ofrep/v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        (b"GET http://elsewhere/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200),
    ],
)
def test_an_answer_says_what_is_wrong(server, raw: bytes, status: int):
    found = answered(server, raw)
    assert found.split(b" ", 2)[1] == b"%d" % status, found[:500]
    assert b"Traceback" not in found


def test_who_hangs_up_is_forgotten(server):
    address = urlsplit(server.url)
    for sent in (
        HEAD + b"Content-Length: 99\r\n\r\n{",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}",
        WHOLE,
    ):
        with socket.create_connection((address.hostname, address.port), timeout=LIMIT) as connection:
            connection.sendall(sent)


@settings(max_examples=40)
@given(
    st.lists(
        st.one_of(st.sampled_from(sorted({*WHOLE.split(b" "), WHOLE})), st.binary(max_size=40)), max_size=6
    )
)
def test_whatever_is_sent_the_next_one_is_answered(server, pieces: list[bytes]):
    last = b"\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    found = answered(server, b"".join(pieces), last)
    assert found == b"" or found.startswith((b"HTTP/1.1 ", b"HTTP/1.0 4"))
    assert b" 500 " not in found
