"""Damages one file of the world after another, and lets the program read it: what then happened, as JSON lines.

Run as a program: `worker.py FOLDER`, with HOME below FOLDER. It makes the world, says how many variants of each
format there are to choose from, and then answers each case that it reads from stdin. A case runs in a child of its
own with little time and memory, and afterwards everything is as it was.
"""

import fnmatch
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from gmconfig.__main__ import main
from tests.hostile.formats import FORMATS
from tests.hostile.mutations import BYTES, PLACES
from tests.hostile.world import World, made

SECONDS = 20
MEMORY = 1 << 30
_STATES = (
    "repo/.git/",
    "home/.local/state/",
    "store/locks",
    "store/verified",
    "plain/locks",
    "home/.config/gmconfig/known",
)
"""Where reading may leave something: caches, journals, and what is known of backups."""


_DATA = ("config get", "config show", "flag compile", "secret get")
"""What scripts read: values as they are."""


class Untouched:
    """A folder as it is now, to be compared with and to be brought back."""

    def __init__(self, folder: Path, copy: Path) -> None:
        self.folder, self.copy = folder, copy
        shutil.copytree(folder, copy, symlinks=True)
        self._known = self.seen()

    def changed(self) -> list[str]:
        """Give what is not as it was."""
        seen = self.seen()
        return sorted(
            name for name in seen.keys() | self._known.keys() if seen.get(name) != self._known.get(name)
        )

    def restore(self) -> None:
        """Bring back what is not as it was."""
        names = self.changed()
        for name in reversed(names):
            path = self.folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif os.path.lexists(path):
                path.unlink()
        for name in names:
            origin, path = self.copy / name, self.folder / name
            if origin.is_symlink() or origin.is_file():
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(origin, path, follow_symlinks=False)
            elif origin.is_dir():
                path.mkdir(exist_ok=True, parents=True)
                shutil.copystat(origin, path)
        if names:
            self._known = self.seen()

    def seen(self) -> dict[str, tuple[int, ...]]:
        """Give what tells whether a file is another one by now, of each."""
        found: dict[str, tuple[int, ...]] = {}
        folders = [str(self.folder)]
        while folders:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    name = os.path.relpath(entry.path, self.folder)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                        found[name] = (status.st_mode,)
                    else:
                        found[name] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
        return found


class Watched:
    """Hears which programs this process starts and which files it opens to write, from the moment it is told to."""

    def __init__(self) -> None:
        self.listening = False
        self.started: list[str] = []
        self.wrote: list[str] = []
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.listening:
            return
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            self.wrote.append(_text(arguments[0]))
        elif event in ("os.rename", "os.remove", "os.mkdir", "os.symlink", "os.link", "os.rmdir"):
            self.wrote.extend(_text(one) for one in arguments[:2] if isinstance(one, str | bytes))
        elif event == "subprocess.Popen":
            self.started.append(
                _text(arguments[1][0] if isinstance(arguments[1], list | tuple) else arguments[1])
            )
        elif event in ("os.exec", "os.posix_spawn", "os.system"):
            self.started.append(_text(arguments[0]))


def _text(value: object) -> str:
    return os.fsdecode(value) if isinstance(value, str | bytes | os.PathLike) else repr(value)


def place_of(world: World, format_name: str, rng: random.Random) -> str:
    """Choose one of the files of a format; a ref's are `ref:REF:FILE`, a past commit's `commit:FILE`."""
    place = FORMATS[format_name].place
    if place.startswith("commit:"):
        return place
    if place.startswith("ref:"):
        _, pattern, file = place.split(":")
        refs = _git(world, "for-each-ref", "--format=%(refname)").decode().split()
        ref = rng.choice([one for one in refs if fnmatch.fnmatch(one, pattern)])
        files = _git(world, "ls-tree", "-r", "--name-only", ref).decode().split()
        return f"ref:{ref}:{rng.choice([one for one in files if fnmatch.fnmatch(one, file)])}"
    return os.path.relpath(rng.choice(sorted(world.folder.glob(place))), world.folder)


def _git(world: World, *words: str, stdin: bytes = b"", **env: str) -> bytes:
    done = subprocess.run(
        ["git", *words],
        cwd=world.repo,
        input=stdin,
        capture_output=True,
        check=True,
        env={**os.environ, **env},
    )
    return done.stdout.strip() if words[0] != "cat-file" else done.stdout


def damage(world: World, place: str, kind: str, rng: random.Random) -> None:
    """Change what lies at a place."""
    if place.startswith(("ref:", "commit:")):
        *_, ref, file = (
            ("HEAD", *place.split(":")[1:])[-2:] if place.startswith("ref:") else ("HEAD", place[7:])
        )
        raw = _git(world, "cat-file", "blob", f"{ref}:{file}")
        bad = _with(world, ref, file, BYTES[kind](raw, rng), amend=place.startswith("ref:"))
        if place.startswith("commit:"):
            _git(world, "update-ref", "HEAD", bad)
            bad = _with(world, ref, file, raw, amend=False)
        _git(world, "update-ref", ref, bad)
        return
    path = world.folder / place
    if kind in PLACES:
        path.unlink()
        PLACES[kind](path)
    else:
        path.write_bytes(BYTES[kind](path.read_bytes(), rng))


def _with(world: World, ref: str, file: str, raw: bytes, *, amend: bool) -> str:
    """Make a commit like the one on a ref, but for one file."""
    with tempfile.TemporaryDirectory(dir=world.folder) as folder:
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        _git(world, "read-tree", ref, **index)
        blob = _git(world, "hash-object", "-w", "--stdin", stdin=raw).decode()
        _git(world, "update-index", "--add", "--cacheinfo", f"100644,{blob},{file}", **index)
        tree = _git(world, "write-tree", **index).decode()
    message = _git(world, "log", "-1", "--format=%B", ref) if amend else b"a past"
    parents = _git(world, "log", "-1", "--format=%P", ref).decode().split() if amend else [ref]
    words = [word for parent in parents for word in ("-p", parent)]
    return _git(world, "commit-tree", tree, *words, stdin=message).decode()


def answered(world: World, watched: Watched, command: str, place: str) -> dict[str, Any]:
    """Run one command in a child with little time and memory; give what came of it."""
    out, err, told = (world.folder / f"case.{name}" for name in ("out", "err", "told"))
    child = os.fork()
    if not child:
        _child(
            world,
            watched,
            [word.replace("{}", str(world.folder / place)) for word in command.split()],
            (out, err, told),
        )
    _, status = os.waitpid(child, 0)
    texts = [file.read_text("utf-8", "surrogateescape") for file in (out, err, told)]
    for file in (out, err, told):
        file.unlink()
    return {"status": os.waitstatus_to_exitcode(status), "out": texts[0][-5000:], "err": texts[1][-5000:]} | (
        json.loads(texts[2] or "{}")
    )


def _child(world: World, watched: Watched, words: list[str], files: tuple[Path, ...]) -> None:
    code = 99
    try:
        for number, file in enumerate(files[:2], 1):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), number)
        told = os.open(files[2], os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdin, sys.stdout, sys.stderr = (open(n, "r" if not n else "w") for n in range(3))  # noqa: SIM115
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
        signal.alarm(15 * SECONDS)  # on a machine that does much else
        watched.listening = True
        try:
            code = main(words)
        except BaseException:
            traceback.print_exc()
        watched.listening = False
        sys.stdout.flush(), sys.stderr.flush()
        os.write(told, json.dumps({"started": watched.started, "wrote": watched.wrote}).encode())
    finally:
        os._exit(code)


def wrong(world: World, answer: dict[str, Any], changed: list[str]) -> str | None:
    """Say which law an answer breaks; None if it keeps them all."""
    from tests.hostile.world import SECRET

    status, out, err = answer["status"], answer["out"], answer["err"]
    if "Traceback" in err or "panicked" in err:
        return "traceback"
    if status not in range(7):
        return f"exit code {status}"
    if status in (2, 3, 4) and not (out or "gmconfig: error: " in err):
        return "nothing said"
    if any(len(line) > 2_000 for line in err.splitlines()):
        return "endless line"
    shown = err if answer["command"].startswith(_DATA) else out + err
    if any((char < " " and char not in "\n\t") or char in "\x7f\u202e" for char in shown):
        return "a terminal can be commanded"
    if SECRET in err:
        return "a secret is told"
    if set(answer["started"]) - {"git"}:
        return f"started {answer['started']}"
    away = [
        one
        for one in answer["wrote"]
        if one.startswith("/") and not one.startswith((str(world.folder), "/dev/"))
    ]
    if away:
        return f"wrote {away}"
    changed = [one for one in changed if not one.startswith(_STATES)]
    return f"changed {changed}" if changed else None


def case(world: World, watched: Watched, whole: Untouched, asked: list[Any]) -> dict[str, Any]:
    """Damage, run, judge, restore."""
    name, kind, seed, command = asked
    rng = random.Random(f"{name} {kind} {seed}")
    place = place_of(world, name, rng)
    damage(world, place, kind, rng)
    damaged = whole.seen()
    commands = FORMATS[name].commands
    command = commands[command % len(commands)] if isinstance(command, int) else command
    answer = {"command": command} | answered(world, watched, command, place)
    seen = whole.seen()
    changed = sorted(one for one in seen.keys() | damaged.keys() if seen.get(one) != damaged.get(one))
    found = wrong(world, answer, changed)
    if not os.environ.get("KEEP"):
        whole.restore()
    return {"case": asked, "place": place, "wrong": found, **answer}


def serve(folder: Path) -> None:
    """Answer cases until there are no more."""
    watched = Watched()
    speaking, asked = os.fdopen(os.dup(1), "w"), sys.stdin
    os.dup2(2, 1)
    world = made(folder)
    whole = Untouched(folder, folder.with_name(folder.name + ".as-it-was"))
    print("ready", file=speaking, flush=True)
    for line in asked:
        answer = case(world, watched, whole, json.loads(line))
        print(json.dumps(answer), file=speaking, flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
