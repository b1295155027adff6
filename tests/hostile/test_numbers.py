"""Numbers of thousands of digits, in every way to write one: read and shown again, or told."""

from pathlib import Path

import pytest

from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]


@pytest.mark.parametrize(
    "text", ["9" * 4_001, "0x" + "f" * 4_000, "0o" + "7" * 5_000, "!!int 0x" + "f" * 4_000]
)
def test_a_number_that_is_too_long_is_told(cli, trading: Path, text: str):
    (trading / "config/more.yaml").write_text(f"a: {text}\n")
    for line in ("config get more", "config get more -o json", "validate"):
        answer = cli(*line.split())
        assert answer.code in (1, 3), answer
        assert "digits is not supported" in answer.out + answer.err, answer


@pytest.mark.parametrize("text", ["0x" + "f" * 3_400, "0o" + "7" * 3_400, "-" + "9" * 3_900])
def test_a_number_that_is_long_is_shown(cli, trading: Path, text: str):
    (trading / "config/more.yaml").write_text(f"a: {text}\nb: !!float {text}\n")
    assert cli("config", "get", "more", "-o", "json").code == 0
    assert cli("config", "get", "more", "b").out.strip() in (".inf", "-.inf", "inf", "-inf")
