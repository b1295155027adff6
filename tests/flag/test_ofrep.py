"""`flag serve`: an OFREP client, entity tags, events, tokens, commits that come, and everybody who means harm."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

pytest.importorskip("aiohttp")
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode

from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.ofrep.held import Held
from tests.flag.repository import PROJECT, FlagRepository
from tests.flag.serving import ADA, ALL, Server
from tests.flag.test_openfeature import FLAGS
from tests.waiting import LIMIT, until

TOKEN = "0123456789abcdef-not-in-any-output"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A server whose flags stay as they are."""
    server = Server(FlagRepository(tmp_path_factory.mktemp("shop") / "repo", FLAGS).root, "-e", "production")
    yield server
    server.kill()


@pytest.fixture
def repository(tmp_path):
    return FlagRepository(tmp_path / "repo", FLAGS)


@pytest.fixture
def serving(repository):
    """Start servers of one repository that changes."""
    running = []

    def start(*arguments: str, root=repository.root, **more) -> Server:
        running.append(Server(root, *arguments, **more))
        return running[-1]

    yield start
    for server in running:
        server.kill()


@pytest.fixture
def client(shop):
    provider = OFREPProvider(shop.url)
    api.set_provider_and_wait(provider, "ofrep")
    yield api.get_client("ofrep")
    api.clear_providers()
    provider.session.close()


@pytest.mark.parametrize(
    ("kind", "flag", "fallback", "value", "variant", "reason"),
    [
        ("boolean", "on", False, True, "enabled", "STATIC"),
        ("string", "colour", "x", "#00f", "blue", "TARGETING_MATCH"),
        ("integer", "size", 7, 10, "big", "STATIC"),
        ("float", "ratio", 7.0, 0.5, "half", "STATIC"),
        ("object", "theme", {}, {"back": "black"}, "dark", "STATIC"),
        ("string", "undecided", "mine", "mine", "", "DEFAULT"),
        ("boolean", "frozen", False, False, "", "DISABLED"),
    ],
)
def test_a_real_client_gets_every_type(client, kind, flag, fallback, value, variant, reason):
    whom = EvaluationContext("ada", {"plan": "pro"})

    found = getattr(client, f"get_{kind}_details")(flag, fallback, whom)

    assert (found.value, found.variant, found.reason, found.error_code) == (value, variant, reason, None)
    assert found.flag_metadata["team"] == "shop"


def test_a_real_client_is_told_what_is_wrong(client):
    assert client.get_boolean_details("nothing", True).error_code == ErrorCode.FLAG_NOT_FOUND
    assert client.get_boolean_details("broken", True).error_code == ErrorCode.PARSE_ERROR
    assert client.get_string_details("on", "x").error_code == ErrorCode.TYPE_MISMATCH
    assert client.get_string_value("colour", "x") == "#f00"  # about nobody: no context at all


def test_all_flags_at_once(shop):
    answer = shop.post(ALL, ADA)

    flags = {flag["key"]: flag for flag in answer.body["flags"]}
    assert flags["colour"] == {
        "key": "colour",
        "value": "#00f",
        "variant": "blue",
        "reason": "TARGETING_MATCH",
        "metadata": {"team": "shop"},
    }
    assert "value" not in flags["undecided"]
    assert flags["broken"]["errorCode"] == "PARSE_ERROR"
    assert list(flags) == sorted(flags)
    assert answer.body["metadata"] == {"team": "shop"}
    assert answer.headers["Content-Type"] == "application/json"


def test_an_entity_tag_stands_for_the_answer(shop):
    first = shop.post(ALL, ADA)
    tag = first.headers["ETag"]

    for wanted in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        again = shop.post(ALL, ADA, If_None_Match=wanted)
        assert (again.status, again.raw, again.headers["ETag"]) == (304, b"", tag)
    assert shop.post(ALL, {"context": {"targetingKey": "eve"}}, If_None_Match=tag).status == 200
    same = {"context": {"targetingKey": "eve", "plan": "pro"}}
    assert shop.post(ALL, same, If_None_Match=tag).status == 304  # other people, the same decisions


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "PARSE_ERROR"),
        (b"\xff\xfe", "PARSE_ERROR"),
        (b'{"context": {"a": NaN}}', "PARSE_ERROR"),
        (b'{"context": {"a": ' + b"9" * 5000 + b"}}", "PARSE_ERROR"),
        (b"[" * 60_000, "PARSE_ERROR"),
        (b"[]", "INVALID_CONTEXT"),
        (b'{"context": []}', "INVALID_CONTEXT"),
        (b'{"context": {"targetingKey": 7}}', "INVALID_CONTEXT"),
    ],
)
def test_bodies_that_cannot_be_understood(shop, body, code):
    one, every = shop.post(f"{ALL}/on", body), shop.post(ALL, body)

    assert (one.status, one.body["key"], one.body["errorCode"]) == (400, "on", code)
    assert (every.status, every.body["errorCode"]) == (400, code)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", f"{ALL}/on", b"x" * 70_000, 413),
        ("POST", f"{ALL}/{'x' * 20_000}", b"{}", 400),
        ("POST", f"{ALL}/..%2f..%2fetc%2fpasswd", b"{}", 404),
        ("POST", f"{ALL}/%00%ff%0d%0aX: y", b"{}", 404),
        ("POST", "/ofrep/v1/evaluate/flags/", b"{}", 404),
        ("GET", ALL, None, 405),
        ("GET", "/", None, 404),
        ("POST", "/health", b"", 405),
    ],
)
def test_requests_that_mean_harm_are_answered_and_change_nothing(shop, method, path, body, status):
    answer = shop.ask(method, path.replace(" ", "%20"), body)

    assert answer.status == status
    assert b"Traceback" not in answer.raw
    assert shop.value("on") is True


def test_texts_that_are_no_unicode_are_answered(shop):
    whom = b'{"context": {"targetingKey": "\\ud800", "plan": "pro"}}'

    assert shop.post(f"{ALL}/colour", whom).body["value"] == "#00f"
    assert shop.post(ALL, whom).status == 200


def test_raw_garbage_and_many_silent_connections_do_not_stop_it(shop):
    address = (urlsplit(shop.url).hostname, urlsplit(shop.url).port)
    silent = [socket.create_connection(address) for _ in range(200)]
    for raw in (b"\x16\x03\x01\x02\x00", b"POST / HTTP/9.9\r\n\r\n", b"GET /\r\n" * 50, b"\0" * 100_000):
        with socket.create_connection(address, timeout=LIMIT) as rude:
            with suppress(OSError):  # it may hang up before all of it is sent
                rude.sendall(raw)
                rude.shutdown(socket.SHUT_WR)
            try:
                answered = rude.recv(100)
            except ConnectionResetError:
                answered = b""
            assert answered == b"" or answered.startswith((b"HTTP/1.0 4", b"HTTP/1.1 4"))

    assert shop.value("on") is True
    for one in silent:
        one.close()


def test_a_connection_that_does_not_ask_is_closed():
    import asyncio

    from aiohttp import web

    from gmconfig.flag.ofrep.connections import Connections

    async def scenario() -> list[bytes]:
        connections = Connections(seconds=1.0)

        async def answer(request: web.BaseRequest) -> web.Response:
            connections.spoke(request)
            await asyncio.sleep(1.5)
            return web.Response(text="late, but asked in time")

        async def answered(sent: bytes) -> bytes:
            reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
            writer.write(sent)
            try:
                return await reader.read()
            except ConnectionResetError:
                return b""
            finally:
                writer.close()

        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        listening = await connections.listen(runner.server, "127.0.0.1", 0)
        asked = (b"", b"GET / HT", b"GET / HTTP/1.0\r\n\r\n")
        found = await asyncio.gather(*(answered(sent) for sent in asked))
        listening.close()
        await runner.cleanup()
        return found

    silent, slow, good = asyncio.run(scenario())
    assert (silent, slow) == (b"", b"")
    assert good.endswith(b"late, but asked in time")


def test_a_commit_is_served_announced_and_a_broken_one_is_not(serving, repository):
    server = serving("-e", "production")
    tag, uri = server.post(ALL, ADA).headers["ETag"], server.stream_uri()
    events = server.events(uri)
    repository.write("flags: {}\n")  # not committed

    commit = repository.commit(FLAGS.replace("on: {state: enabled", "on: {state: disabled"))

    event = next(events)
    told = json.loads(event["data"])
    assert (told["type"], told["etag"]) == ("refetchEvaluation", event["id"])
    assert abs(told["lastModified"] - time.time()) < 60
    assert server.post(ALL, ADA, If_None_Match=tag).status == 200
    assert server.value("on") is False
    assert server.ask("GET", "/health").body["commit"] == commit
    until(lambda: f"gmconfig: {commit[:8]} changed: on" in server.said)
    assert next(server.events(uri)) == event  # whoever has an older version is told at once
    assert next(server.events("/ofrep/v1/events", Last_Event_ID="older")) == event

    repository.commit("flags: {on: {state: enabeld}}\n")
    until(lambda: server.ask("GET", "/health").body["status"] == "stale")
    assert "flags/flags.yaml:1:21" in server.ask("GET", "/health").body["message"]
    assert server.value("on") is False
    until(lambda: any("enabeld" in line for line in server.said))
    (said,) = [line for line in server.said if "enabeld" in line]
    assert said.endswith("the last good flags are served")

    repository.commit(FLAGS)
    assert json.loads(next(events)["data"])["etag"] == uri.partition("since=")[2]
    assert server.value("on") is True
    assert server.ask("GET", "/health").body["status"] == "ok"


def test_other_people_and_other_environments(serving, repository):
    repository.commit(
        "flags: {x: {state: enabled, environments: {staging: {state: disabled}}}, 'a/b': {state: enabled}}\n"
    )

    assert serving("-e", "production").value("x") is True
    staging = serving("-e", "staging", "--at", "main")
    assert staging.value("x") is False
    assert staging.value("a/b") is True
    assert staging.value("a%2Fb") is True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_gracefully_while_somebody_listens(serving, number):
    server = serving()
    events = server.events(server.stream_uri())

    assert server.stop(number) == 0
    assert list(events) == []
    assert len(server.said) == 1


def test_a_token_keeps_others_out(serving, tmp_path):
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    server = serving("--token-file", str(file))

    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": TOKEN}, {"X-API-Key": "é"}):
        for path in (ALL, f"{ALL}/on"):
            refused = server.ask("POST", path, ADA, headers)
            assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert server.ask("GET", "/ofrep/v1/events?key=x").status == 401
    assert server.ask("GET", "/health").body == {"status": "ok"}

    for headers in ({"Authorization": f"Bearer {TOKEN}"}, {"X-API-Key": TOKEN}):
        assert server.ask("POST", f"{ALL}/on", ADA, headers).body["value"] is True
    answer = server.ask("POST", ALL, ADA, {"X-API-Key": TOKEN})
    assert TOKEN not in answer.raw.decode()
    uri = answer.body["eventStreams"][0]["endpoint"]["requestUri"]
    assert next(server.events(uri.replace("since=", "since=x")))["id"]  # a browser sends no headers there
    assert server.ask("GET", "/health", headers={"X-API-Key": TOKEN}).body["flags"] == 8
    assert TOKEN not in "".join(server.said)


def test_the_token_can_come_from_the_environment(serving):
    server = serving(env={**os.environ, "GMCONFIG_SERVE_TOKEN": TOKEN})

    assert server.post(f"{ALL}/on", ADA).status == 401
    assert server.ask("POST", f"{ALL}/on", ADA, {"X-API-Key": TOKEN}).status == 200


def test_pages_of_named_origins_may_ask(serving):
    server = serving("--cors", "https://shop.example.org")
    asked = {"Access-Control-Request-Method": "POST", "Origin": "https://shop.example.org"}

    preflight = server.ask("OPTIONS", ALL, headers=asked)
    assert preflight.status == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://shop.example.org"
    assert "If-None-Match" in preflight.headers["Access-Control-Allow-Headers"]
    answer = server.ask("POST", ALL, ADA, {"Origin": "https://shop.example.org"})
    assert answer.headers["Access-Control-Expose-Headers"] == "ETag"
    assert "Access-Control-Allow-Origin" not in server.ask("POST", ALL, ADA, {"Origin": "https://x"}).headers


def test_a_remotes_commits_are_fetched(serving, repository, tmp_path):
    repository.git("clone", "-q", ".", str(tmp_path / "clone"))
    server = serving("--fetch", "1", root=tmp_path / "clone")

    repository.commit(FLAGS.replace("on: {state: enabled", "on: {state: disabled"))
    until(lambda: server.value("on") is False)

    repository.root.rename(tmp_path / "gone")
    until(lambda: any("git fetch failed" in line for line in server.said))
    assert server.value("on") is False


def test_a_schedules_next_step_is_announced(serving, repository):
    server = serving()
    events = server.events(server.stream_uri())
    for seconds in (2, 8, 32, 128):
        begins = int(time.time()) + seconds
        at = datetime.fromtimestamp(begins, UTC).isoformat()
        rollout = f"{{state: rollout, rollout: {{percentage: 0}}, schedule: [{{at: {at}, percentage: 100}}]}}"
        repository.commit(f"flags: {{x: {rollout}}}\n")
        next(events)  # the commit
        before = server.value("x")
        if time.time() < begins:
            break  # else this machine was too slow to tell the commit from the step
    assert before is False

    assert any(json.loads(event["data"])["lastModified"] == begins for event in events)
    assert server.value("x") is True


def test_what_holds_is_named_by_its_content_and_its_schedule():
    steps = {
        "if": [
            {">=": [{"var": "$flagd.timestamp"}, 2000]},
            "a",
            {"<": [1500, {"var": "$flagd.timestamp"}]},
            "a",
        ]
    }
    flag = {"state": "ENABLED", "variants": {"a": 1}, "targeting": steps}
    held = Held(
        FlagSet({"flags": {"x": flag}, "$evaluators": {"late": {">": [{"var": "$flagd.timestamp"}, 9000]}}}),
        7,
    )

    assert [held.next_moment(now) for now in (0, 1500, 2000, 9000)] == [1500, 2000, 9000, None]
    rests = [
        held.rest(now) for now in (0, 1499.5, 8000, 9000)
    ]  # a machine that slept wakes up to the next step
    assert rests == [60.0, pytest.approx(0.51), 60.0, None]
    assert held.announcement(0) == held.announcement(1499) != held.announcement(1500)
    assert held.announcement(0).since == 7
    assert held.announcement(8999).since == 2000
    assert held.announcement(0) != Held(
        FlagSet({"flags": {"x": {**flag, "targeting": None}}}), 7
    ).announcement(0)


def test_without_aiohttp_the_extra_is_named(repository):
    code = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "from gmconfig.__main__ import main; sys.exit(main(['flag', 'serve', '--port', '0']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository.root, capture_output=True, text=True, check=False
    )

    assert done.returncode == 3
    assert "pip install 'gmconfig[serve]'" in done.stderr


def exposures(folder) -> list[str]:
    lines = [line for file in folder.glob("*.jsonl") for line in file.read_text().splitlines()]
    return [found["feature_flag.key"] for found in map(json.loads, lines) if "feature_flag.key" in found]


def test_whoever_asks_for_one_flag_is_written_where_gmconfig_yaml_says(repository, serving):
    (repository.root / "gmconfig.yaml").write_text(PROJECT + "flags: {events_dir: told}\n")
    for arguments, told, elsewhere in (
        (["--no-events"], [], []),
        (["--events-dir", "other"], [], ["colour"]),
        ([], ["colour"], ["colour"]),
    ):
        server = serving("-e", "production", *arguments)
        assert server.post(ALL, ADA).status == 200
        server.value("colour")
        server.value("missing")
        assert server.stop() == 0
        assert exposures(repository.root / "told") == told
        assert exposures(repository.root / "other") == elsewhere
