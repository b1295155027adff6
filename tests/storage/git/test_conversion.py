"""Where git stores other bytes than the working tree shows, each side keeps its own."""

from pathlib import Path

import pytest

from gmconfig.errors import Refused
from gmconfig.storage.change import WholeFile
from gmconfig.storage.git import Repository, commit
from tests.storage.git.conftest import FILE, LINES, show, with_keys

CRLF = with_keys(key3="new").replace("\n", "\r\n").encode()


@pytest.fixture(params=["autocrlf", "attributes"])
def crlf(request, committed: Path, git) -> Path:
    """A checkout whose files end their lines with CRLF, while git stores LF."""
    if request.param == "autocrlf":
        git("config", "core.autocrlf", "true")
    else:
        (committed / ".gitattributes").write_text("*.yaml text eol=crlf\n")
        git("add", "-A")
        git("commit", "-qm", "attributes")
    (committed / FILE).unlink()
    git("checkout", "-q", "--", FILE)
    assert b"\r\n" in (committed / FILE).read_bytes()
    return committed


def test_line_ends_stay_on_both_sides(crlf: Path, git, set_key):
    set_key("key3", "new")
    assert show(crlf, f"HEAD:{FILE}") == with_keys(key3="new")
    assert (crlf / FILE).read_bytes() == CRLF
    assert git("status", "--porcelain") == ""


def test_staged_and_unstaged_lines_stay_there_too(crlf: Path, git, set_key):
    (crlf / FILE).write_bytes(with_keys(key1="staged").replace("\n", "\r\n").encode())
    git("add", FILE)
    (crlf / FILE).write_bytes(with_keys(key1="staged", key18="mine").replace("\n", "\r\n").encode())
    set_key("key3", "new")
    assert show(crlf, f"HEAD:{FILE}") == with_keys(key3="new")
    assert show(crlf, f":{FILE}") == with_keys(key1="staged", key3="new")
    expected = with_keys(key1="staged", key18="mine", key3="new").replace("\n", "\r\n").encode()
    assert (crlf / FILE).read_bytes() == expected


def test_a_whole_file_is_written_as_a_checkout_would(crlf: Path, git):
    edits = {FILE: WholeFile(with_keys(key3="new").encode()), "new.yaml": WholeFile(b"a: 1\n")}
    commit(Repository.discover(str(crlf)), "", edits, "whole")
    assert show(crlf, f"HEAD:{FILE}") == with_keys(key3="new")
    assert (crlf / FILE).read_bytes() == CRLF
    assert (crlf / "new.yaml").read_bytes() == b"a: 1\r\n"
    assert git("status", "--porcelain") == ""


def test_a_whole_file_that_the_user_changed_is_refused(crlf: Path, git):
    (crlf / FILE).write_bytes(with_keys(key1="mine").replace("\n", "\r\n").encode())
    with pytest.raises(Refused):
        commit(Repository.discover(str(crlf)), "", {FILE: WholeFile(b"x")}, "whole")


def test_a_file_with_mixed_line_ends_changes_in_one_line(committed: Path, git, set_key):
    (committed / FILE).write_bytes(LINES.replace("\n", "\r\n", 5).encode())
    git("commit", "-qam", "mixed")
    (committed / ".gitattributes").write_text("*.yaml text\n")
    set_key("key10", "new")
    assert git("diff", "--numstat", "HEAD~1", "HEAD") == f"1\t1\t{FILE}"


def test_filters_run_both_ways(committed: Path, git, set_key):
    git("config", "filter.rot.clean", "tr a-z n-za-m")
    git("config", "filter.rot.smudge", "tr a-z n-za-m")
    (committed / ".gitattributes").write_text("*.yaml filter=rot\n")
    git("add", "--renormalize", ".")
    git("add", "-A")
    git("commit", "-qm", "filtered")
    assert "xrl3: byq" in show(committed, f"HEAD:{FILE}")
    repository = Repository.discover(str(committed))
    assert (
        repository.snapshot("", "HEAD").read(FILE)
        == repository.snapshot("", None).read(FILE)
        == LINES.encode()
    )
    assert repository.snapshot("", "HEAD").read_many([FILE]) == {FILE: LINES.encode()}
    (committed / FILE).write_text(with_keys(key1="mine"))
    set_key("key3", "new")
    assert "xrl3: arj" in show(committed, f"HEAD:{FILE}")
    assert "xrl1: byq" in show(committed, f"HEAD:{FILE}")
    assert (committed / FILE).read_text() == with_keys(key1="mine", key3="new")
    assert git("diff", "--name-only", "--cached") == ""
