"""Posting to a webhook that means harm, and to one whose URL is a secret."""

import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gmconfig.monitor.post import post
from tests.waiting import until

GIGABYTES = b"HTTP/1.1 %d X\r\nContent-Length: 99999999999\r\n\r\n"


@contextmanager
def _server(answer: Callable[[socket.socket, threading.Event], object]) -> Iterator[tuple[int, list[bytes]]]:
    """Run a server that keeps what it is asked, and answers as the test wants until the test is over."""
    over, asked = threading.Event(), []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listening.accept()
            with connection:
                asked.append(connection.recv(65_536))
                answer(connection, over)
        except OSError:
            pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], asked
    finally:
        over.set()
        listening.close()
        thread.join(60)


def _drips(connection: socket.socket, over: threading.Event) -> None:
    """Send a header that never ends, a byte at a time: each one would begin a socket's timeout anew."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not over.wait(0.02):
        connection.sendall(b"x")


def _floods(status: int) -> Callable[[socket.socket, threading.Event], None]:
    def answer(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(GIGABYTES % status)
        while not over.is_set():
            connection.sendall(b"x" * 65_536)

    return answer


@pytest.mark.parametrize(
    ("answer", "seconds", "problem"),
    [
        (_drips, 0.3, "it did not answer within 0.3 s"),
        (lambda _, over: over.wait(), 0.3, "it did not answer within 0.3 s"),
        (_floods(200), 60, None),
        (_floods(500), 60, "it answered 500"),
        (_floods(302), 60, "it answered 302"),
        (lambda connection, _: connection.sendall(b"\x00\xff nonsense\r\n\r\n"), 60, "it cannot be reached"),
    ],
)
def test_whatever_a_server_does_a_post_ends(answer, seconds: float, problem: str | None):
    with _server(answer) as (port, _):
        found = post(f"http://127.0.0.1:{port}/", b"{}", {}, seconds)
        until(lambda: "gmconfig webhook" not in {one.name for one in threading.enumerate()})
    assert found == problem or (found or "").startswith(problem or "?")


def test_a_name_and_password_before_the_host_are_sent_and_stay_unsaid():
    with _server(lambda connection, _: connection.sendall(b"HTTP/1.1 403 No\r\n\r\n")) as (port, asked):
        found = post(f"http://ada:p%40ss@127.0.0.1:{port}/hook?token=t0k#part", b"{}", {}, 60)
    assert found == "it answered 403"
    assert asked[0].startswith(b"POST /hook?token=t0k HTTP/1.1\r\n")
    assert b"Basic " + b64encode(b"ada:p@ss") in asked[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://ada:t0p-s3cret@127.0.0.1:9/hook/t0p-s3cret?token=t0p-s3cret",
        "http://127.0.0.1:t0p-s3cret/",
        "http://ada:t0p-s3cret:9/",
        "http://127.0.0.1/t0p-s3cret with a space",
        "http://127.0.0.1/t0p-s3cret\r\nX: y",
        "http://[t0p-s3cret/",
        "http://127.0.0.1/t0p-s3cret/ü",
        "file:///etc/t0p-s3cret",
        "t0p-s3cret",
    ],
)
def test_no_error_tells_the_url(url: str):
    found = post(url, b"{}", {}, 60)
    assert found
    assert "s3cret" not in found
