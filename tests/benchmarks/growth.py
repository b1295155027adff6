"""What should grow with the change and not with the repository, in repositories of every size and age."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from time import sleep

from tests.benchmarks import repositories
from tests.benchmarks.bench import Bench, forget, git
from tests.benchmarks.command import Command
from tests.benchmarks.row import Contender, Growth, Row

DOCUMENT, KEY = "service-1", "database.pool"
_CHANGED = "config/service-3.yaml"
_YOUNG_SECONDS = 2.2  # as long as files are young, they are read again
_ROUNDS = 5
_VERSIONS = 10  # of the document that is asked about, however many commits there are
_number = count(1000)


@dataclass(frozen=True)
class Place:
    """One of the repositories, and how many files or commits it has."""

    root: Path
    size: int


@dataclass(frozen=True)
class Verb:
    """One thing to do there; `change` comes before each go and is not measured.

    A `#` in the arguments or in what is piped in becomes another number each time; `codes` are the exit codes
    that are an answer.
    """

    title: str
    arguments: tuple[str, ...]
    given: str = ""
    codes: tuple[int, ...] = (0,)
    change: Callable[[Bench, Path], None] = lambda _bench, _root: None


def rows(bench: Bench) -> Iterator[Row]:
    """Give every verb in repositories that grow in files, then in such that grow in commits."""
    for axis, places in (("files", _of_files(bench)), ("commits", _of_commits(bench))):
        if bench.scale.rounds > 1:
            sleep(_YOUNG_SECONDS)
        yield from (_row(bench, axis, verb, places) for verb in VERBS)


def _row(bench: Bench, axis: str, verb: Verb, places: list[Place]) -> Row:
    named = [f"gmconfig {verb.title}, {place.size:,} {axis}" for place in places]
    contenders = [
        _contender(bench, verb, name, place.root) for name, place in zip(named, places, strict=True)
    ]
    growth = Growth(axis, verb.title, tuple(place.size for place in places))
    return Row(f"growth-{axis}", f"`{verb.title}` by {axis}", tuple(contenders), growth=growth)


def _contender(bench: Bench, verb: Verb, name: str, root: Path) -> Contender:
    return Contender(
        name,
        lambda: _command(bench, verb, root).seconds(),
        before=lambda: verb.change(bench, root),
        command=_command(bench, verb, root),
        times=_ROUNDS,
    )


def _command(bench: Bench, verb: Verb, root: Path) -> Command:
    number = str(next(_number))
    arguments = [each.replace("#", number) for each in verb.arguments]
    command = bench.gmconfig(root, *arguments, given=verb.given.replace("#", number).encode())
    return replace(command, codes=verb.codes)


def _one_document(_bench: Bench, root: Path) -> None:
    repositories.write(root / _CHANGED, repositories.service(3) + f"# change {next(_number)}\n")


def _one_secret(bench: Bench, root: Path) -> None:
    _command(bench, _SECRET, root).output()


_SECRET = Verb("secret set", ("secret", "set", "token", "--stdin"), given="a secret value, the #th")
VERBS = (
    Verb("validate, nothing changed", ("validate",)),
    Verb("validate, one document changed", ("validate",), change=_one_document),
    Verb("config get", ("config", "get", DOCUMENT, KEY, "-e", "production")),
    Verb("config diff", ("config", "diff", "production", "staging", DOCUMENT)),
    Verb("config diff of all documents", ("config", "diff", "production", "staging")),
    Verb("config set", ("config", "set", DOCUMENT, KEY, "#")),
    Verb(
        "config history of one key, cold",
        ("config", "history", DOCUMENT, KEY),
        change=lambda _, root: forget(root),
    ),
    Verb("flag set", ("flag", "set", "beta", "description", "the #th")),
    _SECRET,
    Verb("validate, one secret changed", ("validate",), change=_one_secret),
    Verb("deploy plan, one document changed", ("deploy", "plan", "production")),
    Verb("deploy status", ("deploy", "status")),
    Verb("config list", ("config", "list")),
    Verb("secret verify", ("secret", "verify")),
    Verb("monitor status, one document changed", ("monitor", "status"), change=_one_document, codes=(0, 1)),
)


def _of_files(bench: Bench) -> list[Place]:
    return [
        Place(_ready(bench, _documents(bench, f"growth-{size}-files", size)), size)
        for size in bench.scale.growth_files
    ]


def _of_commits(bench: Bench) -> list[Place]:
    return [
        Place(_ready(bench, _aged(bench, f"growth-{size}-commits", size)), size)
        for size in bench.scale.growth_commits
    ]


def _documents(bench: Bench, name: str, size: int) -> Path:
    """Make a repository of so many documents, one of which is deployed to one folder."""
    root = bench.work(name) / "repository"
    target = f"targets: {{web: {{environment: production, path: ../live, documents: [{DOCUMENT}]}}}}\n"
    return repositories.documents(root, size, schema_for_each=10, project=target)


def _aged(bench: Bench, name: str, commits: int) -> Path:
    """Make a repository of the fewest files with a long history; a document in turn changes in each commit."""
    size = bench.scale.growth_files[0]
    root = _documents(bench, name, size)
    subprocess.run(
        ["git", "fast-import", "--quiet"], cwd=root, input=b"".join(_history(size, commits)), check=True
    )
    git(root, "reset", "-q", "--hard")
    return root


def _history(files: int, commits: int) -> Iterator[bytes]:
    """Yield what `git fast-import` reads; the document that is asked about has as many versions in each."""
    for number in range(commits):
        own = number % max(commits // _VERSIONS, 1) == 0
        document = 1 if own else 2 + number % (files - 2)
        text = repositories.service(document).replace("pool: ", f"pool: {1 + number % 9}").encode()
        start = b"from refs/heads/main^0\n" if number == 0 else b""
        yield b"commit refs/heads/main\ncommitter Bench <bench@example.org> %d +0000\n" % (
            1_700_000_000 + number
        )
        yield b"data 6\nchange\n" + start + b"M 100644 inline config/service-%d.yaml\n" % document
        yield b"data %d\n%s\n" % (len(text), text)


def _ready(bench: Bench, root: Path) -> Path:
    """Bring a repository to where days of use have brought it: policy, secret, flag, deployment, caches."""
    bench.gmconfig(root, "init").output()
    bench.gmconfig(root, "secret", "create", "token", "--stdin", given=b"a first value").output()
    bench.gmconfig(root, "flag", "create", "beta").output()
    bench.gmconfig(root, "deploy", "apply", "production").output()
    bench.gmconfig(root, "validate").output()
    return root
