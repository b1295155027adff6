"""What the fuzzing found, each as small as it gets: said in one line, not crashed on, hung on or shown as it is."""

import json
import os
from pathlib import Path

import pytest

from gmconfig.errors import BrokenConfiguration, GmconfigError
from tests.cli.conftest import cli, sealed_trading, trading

__all__ = ["cli", "sealed_trading", "trading"]

DEEP = "[" * 100_000


def test_source_lines_and_findings_command_no_terminal(cli, trading: Path):
    (trading / "flags/flags.yaml").write_text("flags:\n  # \x1b[2J\x07\u202egnp\n  a: {state: \x00}\n")
    (trading / "config/billing.yaml").write_text("a: 1\n# \u202e \x9b2J\nb: {\x1b]0;owned\x07: 1\n")
    for words in (("flag", "lint"), ("validate",), ("config", "set", "billing", "a", "2"), ("flag", "list")):
        answer = cli(*words)
        assert answer.code in (1, 3, 4)
        assert not set(answer.out + answer.err) & set("\x00\x07\x1b\x9b\u202e"), answer


def test_placeholders_that_nest_without_end_are_refused(cli, trading: Path):
    (trading / "config/billing.yaml").write_text(f"a: '{'${' * 5_000}'\nb: '{'${A:' * 99}1{'}' * 99}'\n")
    answer = cli("config", "get", "billing", "a")
    assert (answer.code, answer.err.count("\n")) == (3, 2)
    assert "config/billing.yaml:1:4: placeholders nest more than 100 levels deep" in answer.err
    assert cli("validate").code == 1


def test_a_pipe_where_a_file_should_be_is_no_file(cli, sealed_trading: Path):
    record = next(sealed_trading.glob("secrets/keys/default/*/record.json"))
    for file in (record, sealed_trading / "config/billing.yaml", sealed_trading / "access.yaml"):
        file.unlink()
        os.mkfifo(file)
        for words in (("secret", "verify"), ("validate",), ("config", "get", "billing"), ("secret", "list")):
            assert cli(*words).code in (0, 1, 3, 4)
        answer = cli("config", "set", "billing", "a", "1", "--create", "--no-commit")
        assert answer.code in (0, 3, 4)


@pytest.mark.parametrize("rules", [{"id": "x"}, "ab", 7, [["x"]], None])
def test_policies_of_another_shape_are_findings(cli, trading: Path, rules: object):
    tree = {"rules": rules, "waivers": rules, "disable": rules}
    (trading / "policies/security.yaml").write_text(json.dumps(tree))
    for words in (("validate",), ("monitor", "compliance")):
        assert cli(*words).code in (0, 1)


def test_json_that_nests_without_end_is_said_to_be_none(cli, trading: Path, tmp_path: Path, git):
    from gmconfig.api.deploy.promoting import _globs
    from gmconfig.api.flag.sampling import people_in
    from gmconfig.secret.log import reads, remembered
    from gmconfig.storage.journal import _event

    with pytest.raises(BrokenConfiguration, match="people:1: not JSON"):
        list(people_in(['{"a":' + DEEP], "people"))
    (tmp_path / reads.FILE).write_text(DEEP + '\n{"time": 1}\n[]\n{"verb": "get"}\n')
    assert reads.read(str(tmp_path)) == []
    (tmp_path / "heads").write_text(DEEP)
    assert remembered.read_heads(str(tmp_path / "heads")) == {}
    assert _event(DEEP.encode()) == {} and _globs(DEEP) == ()
    (tmp_path / "context").write_text(DEEP)
    assert cli("flag", "eval", "a", "--context", f"@{tmp_path / 'context'}").code == 2


def test_memory_that_is_not_enough_is_no_traceback():
    from gmconfig.cli.boundary import guarded

    def reads() -> None:
        raise MemoryError

    assert guarded(reads, debug=lambda: False) == GmconfigError.exit_code
