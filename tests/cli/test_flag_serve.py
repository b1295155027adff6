"""`flag serve` at the command line: what it follows, and what it refuses."""

import socket

import pytest

pytest.importorskip("aiohttp")

from tests.flag.repository import FlagRepository
from tests.flag.serving import ADA, ALL, Server
from tests.flag.test_openfeature import FLAGS
from tests.waiting import until


@pytest.fixture
def repository(tmp_path, monkeypatch):
    found = FlagRepository(tmp_path / "repo", FLAGS)
    monkeypatch.chdir(found.root)
    return found


@pytest.fixture
def serving(repository):
    running = []

    def start(*arguments: str, root=repository.root) -> Server:
        running.append(Server(root, *arguments))
        return running[-1]

    yield start
    for server in running:
        server.kill()


def test_files_on_disk_and_compiled_files(serving, repository, tmp_path, ok):
    (tmp_path / "elsewhere").mkdir()
    file = tmp_path / "elsewhere" / "flags.json"
    ok("flag", "compile", "-e", "production", str(file))
    compiled = serving("--file", "flags.json", root=tmp_path / "elsewhere")
    disk = serving("--worktree")
    assert compiled.post(ALL, ADA).body["flags"] == disk.post(ALL, ADA).body["flags"]

    repository.write(FLAGS.replace("on: {state: enabled", "on: {state: disabled"))
    until(lambda: disk.value("on") is False)
    assert compiled.value("on") is True
    ok("flag", "compile", "-e", "production", str(file))
    until(lambda: compiled.value("on") is False)


def test_what_cannot_be_served_is_said(cli, repository, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = cli("flag", "serve", "--port", str(taken.getsockname()[1]))
        assert (answer.code, "cannot be had" in answer.err) == (3, True)
    (tmp_path / "token").write_text("short")
    for arguments, code, said in [
        (["--at", "gone"], 3, 'no commit answers to "gone"'),
        (["--fetch", "1"], 3, "this branch follows no remote branch"),
        (["--file", "absent.json"], 3, '"absent.json" cannot be read'),
        (["--token-file", str(tmp_path / "token")], 2, "is not 16 printable characters long"),
        (["--token-file", str(tmp_path / "absent")], 3, "cannot be read"),
        (["--worktree", "--at", "main"], 2, "exclude each other"),
        (["--worktree", "--fetch", "5"], 2, "--fetch brings commits"),
        (["--file", "x", "--bucketing", "v9"], 2, "v9"),
        (["-e", "prod"], 3, "prod"),
    ]:
        answer = cli("flag", "serve", "--port", "0", *arguments)
        assert (answer.code, said in answer.err) == (code, True), answer
    repository.commit("flags: {on: {state: enabeld}}\n")
    answer = cli("flag", "serve", "--port", "0")
    assert answer.code == 3
    assert "flags/flags.yaml:1:21" in answer.err
