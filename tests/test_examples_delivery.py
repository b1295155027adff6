"""The examples of deployments are run: each CI file's own commands on clones of a real remote, the agent's unit."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from configparser import ConfigParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import yaml

from tests.trading import founded
from tests.waiting import LIMIT, until

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


class Forge:
    """A bare repository at `remote`, with a merge request on the branch "pool"; runners clone it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.remote = folder, folder / "remote.git"
        self.author = founded(folder / "author")
        self.git("commit", "-qam", "secrets", "--allow-empty")
        self.root = self.git("config", "gmconfig.pin")
        self.identity = Path(os.environ["HOME"], ".config/gmconfig/identity").read_text()
        self.git("clone", "-q", "--bare", ".", str(self.remote))
        self.git("remote", "add", "origin", self.remote.as_uri())
        self.git("checkout", "-qb", "pool")
        self.change("pool: 40", "pool: 45")
        self.git("push", "-q", "origin", "pool")

    def git(self, *words: str) -> str:
        return subprocess.check_output(["git", *words], cwd=self.author, text=True).strip()

    def change(self, old: str, new: str, file: str = "config/environments/production.yaml") -> None:
        path = self.author / file
        path.write_text(path.read_text().replace(old, new))
        self.git("commit", "-qam", new)

    def runner(self, branch: str, *options: str) -> Path:
        """Clone as a forge does for a job: nobody's identity, nobody's home."""
        clone = self.folder / "builds" / branch
        self.git("clone", "-q", "--branch", branch, *options, self.remote.as_uri(), str(clone))
        return clone

    def run(self, script: list[str], where: Path, **env: str) -> str:
        """Run a job's lines as its shell does, stopping at the first that fails."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        tools = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        given = {"HOME": str(home), "PATH": tools, "LANG": "C.UTF-8", "CI": "true", **env}
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(script)],
            cwd=where, env=given, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def deploys(self) -> dict[str, str]:
        """Give what a job that deploys is given."""
        return {
            "GMCONFIG_IDENTITY": self.identity,
            "GMCONFIG_ROOT": self.root,
            "SSH_KEY": "-",
            "SSH_HOSTS": "",
        }

    def recorded(self) -> str:
        return self.git("ls-remote", "origin", "refs/gmconfig/deployments/production")


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


def _job(file: str, job: str) -> dict:
    found = yaml.safe_load((EXAMPLES / "ci" / file).read_text())
    return found.get("jobs", found)[job]


def _github(job: str, *skipped: str) -> list[str]:
    """Give the commands of a job's steps but for what only the forge has, and the other triggers' steps."""
    steps = _job("github-deploy.yml", job)["steps"]
    runs = [step["run"] for step in steps if "run" in step and not any(s in str(step) for s in skipped)]
    return [run for run in runs if not run.startswith(("pip ", "gh "))]


def _gitlab(job: str) -> list[str]:
    own = _job("gitlab-deploy.yml", job)
    before = _job("gitlab-deploy.yml", own["extends"])["before_script"] if "extends" in own else []
    return [line for line in [*before, *own["script"]] if not line.startswith("pip ")]


def test_a_pull_request_on_github_gets_its_plan(forge: Forge, tmp_path: Path):
    clone = forge.runner("pool", "--depth=1")
    forge.run(["git checkout -q --detach"], clone)
    summary = tmp_path / "summary"
    forge.run(_github("plan"), clone, BASE="main", GITHUB_STEP_SUMMARY=str(summary))
    assert "### production: 2 of 2 targets would change" in summary.read_text()
    assert "! settings database.pool  40 → 45" in (clone / "plan.md").read_text()


def test_a_merge_request_on_gitlab_gets_its_plan(forge: Forge):
    clone = forge.runner("pool", "--depth=1")
    forge.run(["git checkout -q --detach"], clone)
    with _notes() as (url, taken):
        names = {"PROJECT_ID": "7", "MERGE_REQUEST_IID": "3", "MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
        env = {f"CI_{name}": value for name, value in names.items()}
        forge.run(_gitlab("plan"), clone, CI_API_V4_URL=url, GITLAB_TOKEN="token", **env)
    [(path, token, body)] = taken
    assert (path, token) == ("/projects/7/merge_requests/3/notes", "token")
    assert "! settings database.pool  40 → 45" in body


def test_a_merge_on_github_is_deployed_and_drift_is_looked_for(forge: Forge):
    clone = forge.runner("main")
    lines = _github("apply", "'schedule'")
    assert any(line.startswith("gmconfig deploy apply") for line in lines)
    forge.run(lines, clone, GITHUB_ACTOR="ann", GITHUB_RUN_NUMBER="8", **forge.deploys())
    assert "pool: 40" in (clone.parent / "live/web/settings.yaml").read_text()
    assert forge.recorded()
    assert "by ann" in forge.run(["gmconfig deploy history production"], clone)
    forge.run(_github("apply", "'push'"), clone, **forge.deploys())


def test_a_merge_on_gitlab_is_deployed_and_drift_is_looked_for(forge: Forge):
    clone = forge.runner("main")
    pushed = "https://ci:secret-token@gitlab.example.org/team/configuration.git"
    elsewhere = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{forge.remote.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": pushed,
    }
    names = {"PUSH_TOKEN": "secret-token", "CI_SERVER_HOST": "gitlab.example.org"}
    env = {**names, "CI_PROJECT_PATH": "team/configuration", "CI_PIPELINE_ID": "9", **elsewhere}
    forge.run(_gitlab("apply"), clone, **forge.deploys(), **env)
    assert (clone.parent / "live/worker.env").exists()
    assert forge.recorded()
    forge.run(_gitlab("drift"), clone, **forge.deploys(), **env)


def test_the_unit_of_the_agent_follows_the_branch_and_stops(forge: Forge):
    forge.git("checkout", "-q", "main")
    forge.change("wave: 2", "agent: true\n    wave: 2", "gmconfig.yaml")
    forge.change("protected: true", "protected: false", "gmconfig.yaml")  # nobody signs here
    forge.git("push", "-q", "origin", "main")
    clone = forge.runner("main")
    forge.run([f"git config gmconfig.pin {forge.root}"], clone)
    unit = ConfigParser()
    unit.read(EXAMPLES / "agent" / "gmconfig-agent.service")
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    folder = "/var/lib/gmconfig/configuration"
    assert Path(program).name == "gmconfig" and folder in words
    command = [sys.executable, "-m", "gmconfig", *(str(clone) if word == folder else word for word in words)]
    agent = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/")
    try:
        until(lambda: (clone.parent / "live/worker.env").exists() or agent.poll() is not None)
    finally:
        agent.send_signal(signal.SIGTERM)
        out, _ = agent.communicate(timeout=LIMIT)
    assert agent.returncode == 0, out
    assert "DATABASE_POOL=40" in (clone.parent / "live/worker.env").read_text()


def test_systemd_takes_the_unit(tmp_path: Path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "gmconfig-agent.service"
    text = (EXAMPLES / "agent" / unit.name).read_text()
    unit.write_text(
        text.replace("/opt/gmconfig/bin/gmconfig", "/bin/true").replace("User=gmconfig", "User=root")
    )
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert not re.search(rf"{unit.name}:\d+", done.stderr), done.stderr


class _notes:
    """A forge's notes on a port of this machine: what was posted, and with which token."""

    def __enter__(self) -> tuple[str, list[tuple[str, str | None, str]]]:
        taken: list[tuple[str, str | None, str]] = []

        class Notes(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                taken.append((self.path, self.headers["PRIVATE-TOKEN"], parse_qs(body)["body"][0]))
                self.send_response(201)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Notes)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}", taken

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
