"""The forge is told what became of a deployment, where a CI run says which forge it is; and it may be away."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.deploy.fleet import Fleet


class Forge(HTTPServer):
    """Keeps what was posted; answers as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Posted)
        self.told: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.code = 201
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class Posted(BaseHTTPRequestHandler):
    server: Forge

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.append((self.path, dict(self.headers), body))
        self.send_response(self.server.code)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def forge() -> Iterator[Forge]:
    server = Forge()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _github(forge: Forge) -> dict[str, str]:
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "team/configuration",
        "GITHUB_RUN_ID": "7",
        "GITHUB_TOKEN": "canary-token",
    }


def test_github_is_told_of_success_and_failure(tmp_path: Path, forge: Forge):
    fleet = Fleet(tmp_path, {"web": {}})
    assert fleet.run("deploy", "apply", "production", env=_github(forge)).returncode == 0
    [(path, headers, body)] = forge.told
    assert path == f"/repos/team/configuration/statuses/{fleet.git('rev-parse', 'HEAD')}"
    assert headers["Authorization"] == "Bearer canary-token"
    assert body == {
        "state": "success",
        "context": "gmconfig/production",
        "description": "production-1 succeeded",
        "target_url": "https://github.com/team/configuration/actions/runs/7",
    }
    fleet.declare({"web": {"health": [{"command": ["false"], "retries": 0, "timeout": "120s"}]}})
    fleet.change(20)
    done = fleet.run("deploy", "apply", "production", "--debug", env=_github(forge))
    assert done.returncode == 5
    assert forge.told[-1][2]["state"] == "failure"
    assert "canary-token" not in done.stdout + done.stderr


def test_gitlab_is_told(tmp_path: Path, forge: Forge):
    fleet = Fleet(tmp_path, {"web": {}})
    env = {
        "CI_API_V4_URL": f"{forge.url}/api/v4",
        "CI_PROJECT_ID": "42",
        "GITLAB_TOKEN": "t",
        "GITLAB_CI": "true",
    }
    assert fleet.run("deploy", "apply", "production", env=env).returncode == 0
    [(path, headers, body)] = forge.told
    assert path == f"/api/v4/projects/42/statuses/{fleet.git('rev-parse', 'HEAD')}"
    assert {key.lower(): value for key, value in headers.items()}["private-token"] == "t"
    assert (body["state"], body["name"]) == ("success", "gmconfig/production")


def test_a_forge_that_refuses_or_is_away_breaks_nothing(tmp_path: Path, forge: Forge):
    fleet = Fleet(tmp_path, {"web": {}})
    forge.code = 403
    done = fleet.run("deploy", "apply", "production", env=_github(forge))
    assert (done.returncode, fleet.pool("web")) == (0, 10)
    assert "the forge was not told of production-1" in done.stderr
    fleet.change(20)
    away = {**_github(forge), "GITHUB_API_URL": "http://127.0.0.1:9"}
    assert fleet.run("deploy", "apply", "production", env=away).returncode == 0
    assert fleet.pool("web") == 20


def test_without_a_token_nobody_is_told(tmp_path: Path, forge: Forge):
    fleet = Fleet(tmp_path, {"web": {}})
    env = {key: value for key, value in _github(forge).items() if key != "GITHUB_TOKEN"}
    assert fleet.run("deploy", "apply", "production", env=env).returncode == 0
    assert forge.told == []
