"""Programs of others: whatever goes wrong beside one, it is ended, and nobody waits for it without a limit."""

import subprocess
import time

import pytest

from gmconfig.storage import session


@pytest.mark.parametrize(
    "error", [ZeroDivisionError, KeyboardInterrupt, subprocess.TimeoutExpired("sleep", 1)]
)
def test_a_program_ends_with_what_was_done_beside_it(error):
    pipe, started = subprocess.PIPE, time.monotonic()
    process = subprocess.Popen(["sleep", "600"], stdin=pipe, stdout=pipe, start_new_session=True)
    with pytest.raises(BaseException) as caught, session.watched(process):
        raise error
    assert caught.value is error or caught.type is error
    assert process.returncode == -9
    assert process.stdin.closed and process.stdout.closed
    assert time.monotonic() - started < 300


def test_one_that_cannot_be_ended_is_not_waited_for(monkeypatch):
    """Such as one with another user's rights: the system refuses, and the wait would last as long as it does."""

    def refused(*_: object) -> None:
        raise PermissionError

    process, started = subprocess.Popen(["sleep", "600"], start_new_session=True), time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr("os.killpg", refused)
        with pytest.raises(ZeroDivisionError), session.watched(process):
            raise ZeroDivisionError
    assert process.poll() is None
    assert time.monotonic() - started < 300
    process.kill(), process.wait()
