"""The command line as a user has it: one call, its output, its errors, its exit code."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from gmconfig.__main__ import main
from tests.trading import founded, make


@dataclass(frozen=True)
class Answer:
    """What one call came to."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit {self.code}\n{self.out}{self.err}"


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run gmconfig in the current folder, without a terminal; `stdin` is what is piped in."""

    def run(*arguments: str, stdin: str | bytes | None = None) -> Answer:
        import io
        import sys

        raw = stdin.encode() if isinstance(stdin, str) else stdin or b""
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        capfd.readouterr()
        code = main(list(arguments))
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Answer(code, captured.out, captured.err)

    return run


@pytest.fixture
def ok(cli):
    """Run gmconfig, expect exit 0, and give what it printed."""

    def run(*arguments: str, stdin: str | bytes | None = None) -> str:
        answer = cli(*arguments, stdin=stdin)
        assert answer.code == 0, answer
        return answer.out

    return run


@pytest.fixture
def trading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The trading example, committed, as the current folder; no identity, no secrets."""
    folder = make(tmp_path / "repo")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def sealed_trading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The trading example with its secrets, as the current folder."""
    folder = founded(tmp_path / "repo")
    monkeypatch.chdir(folder)
    return folder
