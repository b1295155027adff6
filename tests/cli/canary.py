"""All verbs, one after the other, over secrets that hold a canary; says where each was seen to go.

Run as a program in a folder of its own: `canary.py RECORD`. Every call is made with `--debug` and in this one
process, whose audit hook writes down each file that is opened for writing and each program that is started,
with its arguments and environment. What the calls print goes into the record too, one JSON object a line.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gmconfig.__main__ import main
from tests.trading import EXAMPLE
from tests.waiting import until

MARK = "c4nary7Vq3"
"""Part of every secret value here; nothing else holds it."""

SECRET = f"{MARK}-of-the-team"
HOOK = "#!/bin/sh\ncat > /dev/null\n"
FAILING_HOOK = (
    '#!/bin/sh\necho "cannot set $(cat)"\necho "cannot set $(cat "$GMCONFIG_NEW_FILE")" >&2\nexit 3\n'
)


def alive(session: int) -> bool:
    """Whether a process of a session is still there."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, of = file.read_text().rpartition(") ")[2].split()[:4]
            if int(of) == session and state != "Z":
                return True
    return False


class Recorder:
    """Writes down what happens; `verb` is what runs now."""

    def __init__(self, file: str) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._out = [os.open(f"{file}.{name}", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600) for name in "12"]
        self.verb = ""
        sys.addaudithook(self.heard)

    def heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            self.note(wrote=_text(arguments[0]))
        elif event == "subprocess.Popen":
            self.note(started=_all(arguments[1]), environment=_all(arguments[3]))
        elif event in ("os.exec", "os.posix_spawn"):
            self.note(started=_all(arguments[1]), environment=_all(arguments[2]))
        elif event == "os.system":
            self.note(started=_all(arguments[0]), environment="")

    def note(self, **what: object) -> None:
        os.write(self._file, json.dumps({"verb": self.verb, **what}).encode() + b"\n")

    def run(self, words: list[str], stdin: str = "", fork: bool = False) -> int:
        """Run one command with what it prints written down; an exception of any kind is printed as Python does."""
        self.verb = " ".join(words)
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        with self._caught() as read:
            code = _in_child(words) if fork else _called(words)
            out, err = read()
        self.note(code=code, out=out, err=err)
        return code

    @contextmanager
    def _caught(self) -> Iterator[Callable[[], list[str]]]:
        kept = [os.dup(1), os.dup(2)]
        for number, file in enumerate(self._out, 1):
            os.ftruncate(file, 0), os.lseek(file, 0, os.SEEK_SET)
            os.dup2(file, number)

        def read() -> list[str]:
            sys.stdout.flush(), sys.stderr.flush()
            sizes = [os.fstat(file).st_size for file in self._out]
            return [
                os.pread(f, n, 0).decode("utf-8", "replace") for f, n in zip(self._out, sizes, strict=True)
            ]

        try:
            yield read
        finally:
            for number, file in enumerate(kept, 1):
                os.dup2(file, number), os.close(file)


def _called(words: list[str]) -> int:
    try:
        return main([*words, "--debug"] if "--" not in words else ["--debug", *words])
    except BaseException:
        traceback.print_exc()
        return 99


def _in_child(words: list[str]) -> int:
    child = os.fork()
    if child == 0:
        os._exit(_called(words))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _all(value: object) -> str:
    """Give every argument or variable as one text."""
    if isinstance(value, dict):
        return "\n".join(f"{_text(key)}={_text(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(map(_text, value))
    return "" if value is None else _text(value)


def _text(value: object) -> str:
    return os.fsdecode(value) if isinstance(value, bytes | str | os.PathLike) else repr(value)


class Story:
    """The script; every method is a chapter, in the order in which they stand here."""

    def __init__(self, recorder: Recorder, folder: Path) -> None:
        self.recorder = recorder
        self.folder = folder
        self.inputs = folder / "inputs"
        self.repo = folder / "repo"

    def does(self, line: str, stdin: str = "", *, code: int | None = 0, fork: bool = False) -> None:
        """Run a command line; `code` None means whatever comes."""
        found = self.recorder.run(line.split(), stdin, fork)
        assert code is None or found == code, f"{line}: exit {found}, not {code}"

    def git(self, *words: str) -> str:
        return subprocess.check_output(["git", *words], text=True, stderr=subprocess.STDOUT).strip()

    def commit(self) -> None:
        self.git("add", "-A"), self.git("commit", "-qm", "by hand")

    def begin(self) -> None:
        shutil.copytree(EXAMPLE, self.repo)
        os.chdir(self.repo)
        self.git("init", "-q", "-b", "main"), self.commit()
        self.does("init")
        self.does("doctor")

    def write(self) -> None:
        self.does("secret create db_password --stdin", SECRET)
        self.does("secret create jwt_secret --stdin", f"{SECRET}-jwt-0123456789")
        self.does(f"secret create tls_key -e production --file {self.inputs}/key.pem")
        self.does("secret create spare --stdin --rotate-every 90d -o json", f"{SECRET}-spare")
        self.does("secret create spare --stdin", SECRET, code=4)
        self.does("secret set spare --stdin -o json", f"{SECRET}-second")
        self.does("secret set no_such --stdin", SECRET, code=3)
        self.does("secret rotate spare --stdin", f"{SECRET}-third")
        self.does("secret move spare other --dry-run")
        self.does("secret move spare other")
        self.does("secret delete other -y")
        self.does("config set billing api.token - --secret --create", f"{SECRET}-token")
        self.does("config set billing api.token - --secret -o json", f"{SECRET}-token-two")
        self.does("config set settings database.pool 60 -e production")
        self.does("config unset settings database.pool -e production")
        self.does("secret seal config/billing.yaml invoice.sender")
        self.does("secret unseal config/billing.yaml invoice.sender -y")

    def read(self) -> None:
        for output in ("text", "json"):
            self.does(f"config list -o {output}")
            self.does(f"config get settings -e production -o {output}")
            self.does(f"config get settings database.password -e production -o {output}")
            self.does(f"config show settings -e production -o {'yaml' if output == 'text' else 'dotenv'}")
            self.does(f"config explain settings database.password -e production -o {output}")
            self.does(f"config diff staging production -o {output}")
            self.does(f"config diff HEAD~2 HEAD billing -o {output}")
            self.does(f"config history billing api.token -o {output}")
            self.does(f"secret list -o {output}")
            self.does(f"secret audit -o {output}")
            self.does(f"secret verify -o {output}")
            self.does(f"secret exposed -o {output}")
            self.does(f"secret diff staging production -o {output}")
            self.does(f"secret scan -o {output}")
            self.does(f"validate -o {output}")
            self.does(f"secret access show -o {output}")
            self.does(f"secret member list -o {output}")
        for output in ("github", "sarif", "junit", "gitlab"):
            self.does(f"validate -o {output}")
        self.does("secret scan --history")
        self.does("secret get db_password")
        self.does("secret get tls_key -e production -o json")
        self.does("config get settings database.password -e production --reveal")
        self.does("config show settings -e production -o json --reveal")
        self.does("config infer-schema billing")
        self.does("run -e production -- true", fork=True)
        self.does("run -e production --mount CONFIG=settings.json --mount ALL -- true")

    def work(self) -> None:
        os.environ["EDITOR"] = f"sed -i s/{MARK}-of/{MARK}-edited-of/"
        self.does("secret edit")
        self.does("secret edit config/billing.yaml -o json")
        os.environ["EDITOR"] = "sed -i 's/pool: 10/pool: 12/'"
        self.does("config edit settings")
        os.environ["EDITOR"] = "sed -i '1s/^/: [broken/'"
        self.does("secret edit", code=3)
        self.does("secret git install")
        self.does("secret git textconv secrets/common.yaml")
        for name in ("base", "ours", "theirs"):
            shutil.copy("secrets/common.yaml", self.folder / f"{name}.yaml")
        files = " ".join(str(self.folder / f"{name}.yaml") for name in ("base", "ours", "theirs"))
        self.does(f"secret git merge {files} secrets/common.yaml")
        self.does("config rollback billing v2 --secrets --dry-run")
        self.does("config rollback billing v2 --secrets -o json")
        self.does(f"secret import --from dotenv {self.inputs}/env -e development --dry-run -o json")
        self.does(f"secret import --from dotenv {self.inputs}/env -e development")
        self.does(f"secret export --to sops --file {self.folder}/out.yaml --age {AGE}")
        self.does("secret export settings --to dotenv -e production --file plain.env --dry-run")
        self.watch()

    def watch(self) -> None:
        change = [sys.executable, "-m", "gmconfig", "config", "set", "billing", "api.token", "-", "--secret"]
        loop = f'n=0; while sleep 0.3; do n=$((n+1)); printf "{MARK}-%s" $n | "$@" >/dev/null; done'
        (self.inputs / "loop").write_text(loop)
        changing = subprocess.Popen(["/bin/sh", str(self.inputs / "loop"), *change], start_new_session=True)
        try:
            self.does("config watch billing --count 1 --interval 0.05 -o json")
        finally:
            os.killpg(changing.pid, 15)
            changing.wait()
        until(lambda: not alive(changing.pid))  # a git that it began may still hold the index

    def team(self) -> None:
        self.does(f"secret keygen --file {self.inputs}/bob.key")
        keys = dict(re_keys((self.inputs / "bob.key").read_text()))
        self.does(f"secret member add bob --age {keys['age']} --verify {keys['verify']}")
        self.does("secret grant bob read write --history")
        self.does(f"secret get db_password --identity {self.inputs}/bob.key")
        self.does("secret revoke bob write -o json")
        self.does("secret revoke bob")
        self.does("secret exposed", code=1)
        self.does("secret member remove bob -o json")
        self.does("secret rekey --all")
        self.does("secret rekey default -o json")
        self.git("revert", "--no-edit", "HEAD")
        self.does("secret verify", code=1)
        self.does("secret accept --dry-run -y -o json")
        self.does("secret accept -y")
        access = Path("access.yaml")
        access.write_text(access.read_text().replace("must_be_sealed: []", f"must_be_sealed:\n- {MUST}"))
        self.does("secret set db_password --stdin", SECRET, code=4)
        self.does("secret access sign -y")
        self.does("secret access reset -y")

    def deploy(self) -> None:
        """To a target that gets secrets in plain: what is kept of a deployment holds none."""
        project = Path("gmconfig.yaml")
        place = (
            f"{{kind: directory, environment: production, path: {self.folder}/live, documents: [settings]}}"
        )
        project.write_text(f"{project.read_text().partition('targets:')[0]}targets:\n  web: {place}\n")
        self.commit()
        self.does("deploy plan production")
        self.does("deploy apply production -o json")
        self.does("secret set db_password --stdin", f"{SECRET}-deployed")
        self.does("deploy plan production -o json", code=None)
        self.does(f"deploy plan production --save {self.folder}/plan.json", code=None)
        self.does("deploy apply production")
        for line in (
            "status",
            "status -o json",
            "history production",
            "show production",
            "show production -o json",
        ):
            self.does(f"deploy {line}")
        for line in (
            "promote staging production -o json",
            "rollback production",
            "hold production",
            "unhold production",
            "freeze production -m why",
        ):
            self.does(f"deploy {line}", code=None)
        for line in ("unfreeze", "resume", "abort"):
            self.does(f"deploy {line} production", code=None)
        self.does("deploy agent -e production --once", code=None)
        self.drift()

    def drift(self) -> None:
        """Somebody changes the target by hand, a secret too."""
        live = self.folder / "live" / "settings.yaml"
        live.chmod(0o600)
        live.write_text(live.read_text().replace(f"{MARK}-", f"{MARK}-by-hand-").replace("pool: ", "pool: 1"))
        for line in ("detect production", "detect production -o json", "list", "list -o json"):
            self.does(f"drift {line}", code=None)
        self.does("config explain settings database.password -e production -o json")
        for path in ("database.password", "database.pool"):
            for line in (f"explain web {path}", f"ack web {path} --reason sale", f"adopt web {path}"):
                self.does(f"drift {line}")
        live.write_text(live.read_text().replace(f"{MARK}-", f"{MARK}-again-"))
        self.monitor()
        self.does("drift correct web -m back", code=None)

    def monitor(self) -> None:
        """While secrets have drifted; a handler and a report get to know of it."""
        handler = f"{{command: [cp, /dev/stdin, {self.folder}/alert]}}"
        with Path("gmconfig.yaml").open("a") as project:
            project.write(f"alerts:\n  handlers:\n    file: {handler}\n")
        self.git("config", "gmconfig.alertCommands", "true")
        self.does("monitor watch --count 1 --interval 0.1 -o json")
        for line in ("status", "compliance", "compliance -o json", "report", "report -o json", "metrics",
                     f"report --html {self.folder}/report.html", "alerts deliver", "alerts test",
                     "alerts list --all", "alerts list -o json", "journal list -o json", "journal prune",
                     "journal sync"):  # fmt: skip
            self.does(f"monitor {line}", code=None)
        for line in ("show", "ack", "resolve"):
            self.does(f"monitor alerts {line} 0", code=None)
        self.automation()
        self.commit()

    def automation(self) -> None:
        """Rules that look at what drifted, and a program that is handed the event."""
        rules = "{tell: {on: '**', do: {command: [env]}}, check: {schedule: '* * * * *', do: correct-drift}}"
        with Path("gmconfig.yaml").open("a") as project:
            project.write(f"automation:\n  rules: {rules}\n")
        self.git("config", "gmconfig.automationCommands", "true")
        for line in ("run --once --dry-run", "run --once", "run --once -o json", "list", "list -o json",
                     "show tell", "show check -o json", "history", "history -o json"):  # fmt: skip
            self.does(f"automation {line}", code=None)

    def backup(self) -> None:
        """Of a repository and a target with secrets in plain: sealed, whole and in parts; restored beside it."""
        store = f"--from {self.folder}/store"
        self.does(f"backup create nightly --uncommitted --to {self.folder}/store")
        self.does("backup create -o json")
        for line in ("list", "show latest", "verify --read-data", "drill"):
            self.does(f"backup {line} {store}")
            self.does(f"backup {line} {store} -o json")
        self.does(f"backup restore nightly {store} --to {self.folder}/back")
        self.does(f"backup restore nightly {store} --to {self.folder}/live/seen --only live")
        self.does("config set settings database.pool 33 -e production")
        self.does("backup restore latest", code=None)
        self.does("backup restore latest --secrets -o json", code=None)
        for line in ("pin latest -m audit", "unpin latest", "prune --keep-last 1"):
            self.does(f"backup {line}")

    def go_wrong(self) -> None:
        """Every kind of failure around a value, with tracebacks."""
        self.does("config set billing api.token -", f"{SECRET}-plain", code=4)
        self.does(f"secret keygen --file {self.inputs}/eve.key")
        stranger = f"--identity {self.inputs}/eve.key"
        for line in ("get db_password", "rekey --all", "set db_password --stdin", "edit", "accept -y"):
            self.does(f"secret {line} {stranger}", SECRET, code=None)
        self.does(f"secret import --from dotenv {self.inputs}/broken.env -e staging", code=None)
        self.rotate_with_hooks()
        self.schema_that_says_no()
        with failing("replace"):
            self.does("secret set db_password --stdin", f"{SECRET}-lost", code=99)
        with failing("link"):
            self.does("secret rotate db_password --stdin", f"{SECRET}-lost", code=99)
        self.does("secret set db_password --stdin", f"{SECRET}-kept")
        text = Path("secrets/common.yaml").read_text()
        Path("secrets/common.yaml").write_text(text.replace("gm1.default.", "gm1.default.x", 1))
        for line in (
            "secret get db_password",
            "validate",
            "secret verify",
            "secret rekey --all",
            "secret edit",
        ):
            self.does(line, code=None)
        Path("secrets/common.yaml").write_text(text)

    def rotate_with_hooks(self) -> None:
        for script, code in ((FAILING_HOOK, 3), (HOOK, 0)):
            Path("rotate-db").write_text(script)
            Path("rotate-db").chmod(0o755)
            access = Path("access.yaml")
            rest = access.read_text().partition("rotation:")[0]
            entry = f"{{secrets: [db_password], run: [./rotate-db], files: {{rotate-db: {digest(script)}}}}}"
            access.write_text(f"{rest}rotation:\n- {entry}\n")
            self.does("secret access sign -y")
            self.commit()
            self.does("secret rotate db_password --stdin", f"{SECRET}-hooked", code=code)
            if code:
                self.does("secret list"), self.does("doctor"), self.does("validate")
                self.does("secret rotate db_password --discard -y")

    def schema_that_says_no(self) -> None:
        schema = Path("schemas/settings.schema.json")
        text = schema.read_text()
        tree = json.loads(text)
        tree["properties"]["database"]["properties"]["password"] = {
            "type": "string",
            "pattern": "^never$",
            "maxLength": 3,
        }
        tree["properties"]["security"]["properties"]["jwt_secret_key"] = {"enum": ["never"]}
        schema.write_text(json.dumps(tree))
        for output in ("text", "json", "sarif"):
            self.does(f"validate -o {output}", code=None)
        self.does("config explain settings database.password -e production", code=None)
        schema.write_text(text)

    def end(self) -> None:
        self.does("secret rotate --all -y", code=1)  # imported ones come from elsewhere
        self.does("doctor --fix")
        self.does("demo ../shown/demo")
        self.does("validate")
        self.git("gc", "-q")


@contextmanager
def failing(name: str) -> Iterator[None]:
    """Let a call to the system fail as no program expects it."""
    real = getattr(os, name)

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("as if there were a mistake in the program")

    setattr(os, name, fails)
    try:
        yield
    finally:
        setattr(os, name, real)


MUST = "{document: billing, paths: [api.token]}"
AGE = "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z"


def digest(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()


def re_keys(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        words = line.removeprefix("# ").split()
        if len(words) == 2 and words[0] in ("age", "verify"):
            yield words[0], words[1]


def prepare(folder: Path) -> None:
    """Lay out what a user has outside of the repository."""
    inputs = folder / "inputs"
    inputs.mkdir()
    (inputs / "key.pem").write_text(f"-----BEGIN KEY-----\n{MARK}\nline two {MARK}\n-----END KEY-----\n")
    (inputs / "env").write_text(f"SMTP_PASSWORD={SECRET}\nAPI_KEY='{SECRET}'\n")
    (inputs / "broken.env").write_text(f'SMTP_PASSWORD="{SECRET}\nnot closed {SECRET}\n')


if __name__ == "__main__":
    here = Path.cwd()
    prepare(here)
    story = Story(Recorder(sys.argv[1]), here)
    for chapter in ("begin", "write", "read", "work", "team", "deploy", "backup", "go_wrong", "end"):
        getattr(story, chapter)()
