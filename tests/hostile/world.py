"""One repository with everything in it, made by the program itself: what hostile tests damage, file by file."""

import io
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from gmconfig.__main__ import main
from gmconfig.monitor.outbox import Outbox
from gmconfig.project import Project
from gmconfig.storage.lock import Lock
from tests.trading import EXAMPLE

SECRET = "correct-horse-battery"
PROJECT = """\
default_environment: development
environments:
  production: {variables: {DB_HOST: db-1}}
  staging: {extends: production, variables: {DB_HOST: db-2}}
  development: {}
  testing: {extends: development}
merge: {system.features: unique, "markets": {by: name}}
layers: ["config/hosts/{host}.yaml"]
parity: [{environments: [production, staging], paths: ["system.**"]}]
targets:
  web: {environment: production, path: LIVE/web, documents: [settings, flags]}
  worker: {environment: production, wave: 2, file: LIVE/worker.env, format: dotenv}
  cluster: {environment: production, file: LIVE/cluster.yaml, format: configmap, documents: [billing], secrets: omit}
  stage: {environment: staging, path: LIVE/stage, documents: [settings]}
  edge: {environment: development, path: LIVE/edge, documents: [settings], agent: true}
  pages: {environment: staging, kind: branch, branch: deployed, documents: [billing]}
freezes: [{environments: [testing], from: 2020-01-01T00:00:00Z, until: 2020-01-02T00:00:00Z}]
backups: {to: STORE, keep: {last: 3, daily: 7}}
alerts:
  handlers: {file: {command: [cp, /dev/stdin, LIVE/alert]}}
automation:
  rules:
    tell: {on: "**", do: {command: [env]}}
    check: {schedule: "0 3 * * *", do: correct-drift}
flags: {events_dir: EVENTS}
"""
SEGMENTS = """\
segments:
  staff: {email: {ends_with: "@example.org"}}
flags:
  checkout:
    description: A new checkout
    state: rollout
    rollout: {percentage: 10}
    owner: web
    rules: [{if: staff, serve: true}]
  colour:
    type: string
    variants: {red: "#f00", green: "#0f0", blue: "#00f"}
    default: red
    serve: blue
    state: enabled
"""
POLICY = """\
rules:
  - {id: own, name: Own, category: c, severity: warning, config_path: "database.*", require: {minimum: 1}}
waivers:
  - {rule: own, path: database.pool, expires: 2030-01-01, reason: known}
"""
VAULT = "$ANSIBLE_VAULT;1.1;AES256\n  " + "61" * 40 + "\n  " + "62" * 40


class World:
    """The repository at `repo`, where it deploys to, and what its user has outside of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.repo = folder, folder / "repo"
        self.live, self.store, self.inputs = folder / "live", folder / "store", folder / "inputs"
        self.events = folder / "events"
        self.locks: list[Lock] = []

    def does(self, line: str, stdin: str = "", code: int | None = 0) -> None:
        """Run one command in this process."""
        said = io.StringIO()
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        with redirect_stdout(said), redirect_stderr(said):
            found = main(line.split())
        assert code is None or found == code, f"{line}: exit {found}\n{said.getvalue()}"

    def git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.repo, check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "-A"), self.git("commit", "-qm", "by hand")


def made(folder: Path) -> World:
    """Make it all; the current folder becomes the repository."""
    world = World(folder)
    shutil.copytree(EXAMPLE, world.repo)
    os.chdir(world.repo)
    for chapter in (_begin, _secrets, _flags, _deploy, _watch, _back_up, _imports):
        chapter(world)
    return world


def _begin(world: World) -> None:
    world.live.mkdir(), world.inputs.mkdir()
    text = PROJECT.replace("LIVE", str(world.live)).replace("STORE", str(world.store))
    Path("gmconfig.yaml").write_text(text.replace("EVENTS", str(world.events)))
    Path("flags/more.yaml").write_text(SEGMENTS)
    Path("config/hosts").mkdir()
    Path("config/hosts/a.yaml").write_text("database: {pool: 7}\n")
    world.git("init", "-q", "-b", "main"), world.commit()
    world.does("init")
    outbox = Outbox(Project.find(str(world.repo)))
    world.locks = [outbox.presence(), outbox.turn("file")]  # or a sender is left behind that works beside us
    assert all(lock.acquire() for lock in world.locks)


def _secrets(world: World) -> None:
    world.does("secret create db_password --stdin --rotate-every 90d", SECRET)
    world.does("secret create jwt_secret --stdin", f"{SECRET}-jwt-0123456789")
    world.does("secret create tls_key --stdin -e production", f"{SECRET}-tls")
    world.does("config set billing api.token - --secret --create", f"{SECRET}-token")
    world.does(f"secret keygen --file {world.inputs}/bob.key")
    keys = dict(
        line.removeprefix("# ").split()
        for line in (world.inputs / "bob.key").read_text().splitlines()
        if line.removeprefix("# ").startswith(("age ", "verify "))
    )
    world.does(f"secret member add bob --age {keys['age']} --verify {keys['verify']}")
    world.does("secret grant bob read write --history")
    world.does("secret rekey default")
    world.does("secret get db_password")


def _flags(world: World) -> None:
    from gmconfig import FeatureFlagManager

    world.does(
        "flag experiment start checkout -e production --share enabled=50 --share disabled=50 --metric order"
    )
    flags = FeatureFlagManager("production", world.repo, events_dir=world.events, interval=0)
    for number in range(20):
        flags.evaluate_feature("checkout", f"u{number}")
        flags.track("order", f"u{number}")
    flags.flush_events()
    world.does("flag ingest")
    Path("policies/own.yaml").write_text(POLICY)
    world.commit()
    world.does("flag compile -e production flags.json")
    world.does("validate")


def _deploy(world: World) -> None:
    world.does("deploy apply production")
    world.does("deploy apply staging")
    world.does("config set settings database.pool 33 -e production")
    world.does(f"deploy plan production --save {world.inputs}/plan.json")
    world.does("deploy agent -e development --once", code=None)
    world.does("deploy hold web -m wait")
    world.does("deploy freeze staging -m stop")


def _watch(world: World) -> None:
    live = world.live / "web" / "settings.yaml"
    live.chmod(0o600)
    live.write_text(live.read_text() + "more: 1\n")
    world.does("drift detect", code=None)
    world.does("drift ack web more -m known", code=None)
    world.does("monitor status", code=None)
    world.does("automation run --once", code=None)
    world.does("monitor journal sync", code=None)


def _back_up(world: World) -> None:
    world.does("backup create nightly --uncommitted")
    world.does(f"backup create plain --to {world.folder}/plain", code=None)


def _imports(world: World) -> None:
    """Files of other tools: sops' by our own exporter, the rest as their tools leave them without a key."""
    import pyrage

    key = pyrage.x25519.Identity.generate()
    (world.inputs / "age.key").write_text(f"{key}\n")
    world.does(f"secret export --to sops --file {world.inputs}/sops.yaml --age {key.to_public()}")
    (world.inputs / "context.json").write_text('{"email": "a@example.org", "age": 3, "more": {"a": [1]}}\n')
    (world.inputs / "plain.env").write_text(
        "# from before\nexport SMTP_PASSWORD='a b'\nAPI_KEY=\"x\\ny\"\nA=1\n"
    )
    (world.inputs / "vault.yaml").write_text(f"a: !vault |\n  {VAULT}\nb: 1\n")
    (world.inputs / "eyaml.yaml").write_text("a: ENC[PKCS7,MIIBeQYJKoZIhvcNAQcDoIIBajCCAWYCAQAx]\nb: plain\n")
    world.git("pack-refs", "--all")
