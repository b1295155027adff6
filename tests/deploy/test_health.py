"""What answers a health check, or runs as a hook, may say anything, say it for ever, and leave things running."""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gmconfig.deploy import health
from gmconfig.target import command
from gmconfig.target.declared import Target
from tests.waiting import until


@pytest.fixture
def answering() -> Iterator[object]:
    """Give what serves one answer to everybody, byte by byte if asked, and gives its address."""
    over, servers = threading.Event(), []

    def serve(answer: bytes, *, drip: bool = False) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        threading.Thread(target=_serve, args=(server, answer, over if drip else None), daemon=True).start()
        return f"127.0.0.1:{server.getsockname()[1]}"

    yield serve
    over.set()
    for server in servers:
        server.close()


def _serve(server: socket.socket, answer: bytes, drip: threading.Event | None) -> None:
    try:
        while True:
            asking, _ = server.accept()
            with asking:
                asking.recv(4096)
                while drip is not None and not drip.wait(0.05):
                    asking.sendall(b"x")
                asking.sendall(answer)
    except OSError:
        return


def _unwell(**check: object) -> str | None:
    target = Target("web", "production", health=({"retries": 0, "timeout": "120s", **check},))
    return health.unwell(target, cwd="/", env={})


@pytest.mark.parametrize(
    "answer", [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n"]
)
def test_an_answer_that_is_no_http_is_not_well(answering, answer):
    assert "that is not HTTP" in str(_unwell(http=f"http://{answering(answer)}/"))


def test_an_answer_that_never_ends_is_given_up_and_a_redirect_is_not_followed(answering):
    slow = answering(b"", drip=True)
    assert "no answer within 0.2 s" in str(_unwell(http=f"http://{slow}/", timeout="200ms"))
    well = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    there = answering(f"HTTP/1.1 302 Found\r\nLocation: http://{well}/\r\n\r\n".encode())
    assert "answers with 302, not 200" in str(_unwell(http=f"http://{there}/"))
    assert _unwell(http=f"http://{well}/") is None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:abc/", "http://a b/", "http://\0/", "http://[::1", "file:///"]
)
def test_an_address_that_is_none_is_not_well(url):
    assert "does not answer" in str(_unwell(http=url))


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.0.0.1:99999999999", ":", "a\nb:1", f"{'x' * 70}.com:80"]
)
def test_a_port_that_is_none_is_not_well(address):
    said = str(_unwell(tcp=address))
    assert "takes no connection" in said


def test_a_command_that_says_gigabytes_is_ended_in_time_and_its_words_are_not_kept():
    endless = [sys.executable, "-c", "import os\nwhile True: os.write(1, b'x' * 65536)"]
    assert command.run(endless, timeout=0.5) == f'"{sys.executable}" did not end within 0.5 s'
    many = [
        sys.executable,
        "-c",
        "import os\nfor _ in range(999): os.write(1, b'x\\n' * 32768)\nexit('the end')",
    ]
    assert str(command.run(many, timeout=60)).endswith("ended with 1: the end")


def test_what_a_command_leaves_running_goes_on(tmp_path: Path):
    os.mkfifo(tmp_path / "go")
    server = f"(read go <'{tmp_path}/go'; touch '{tmp_path}/went-on') &"
    assert command.run(["sh", "-c", f"{server} exit 0"], timeout=60) is None
    (tmp_path / "go").write_text("\n")
    until((tmp_path / "went-on").exists)
    said = command.run(["sh", "-c", f"echo no >&2; {server} exit 3"], timeout=60)
    assert str(said).endswith("ended with 3: no")
    (tmp_path / "go").write_text("\n")
