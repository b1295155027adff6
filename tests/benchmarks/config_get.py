"""`config get` of one value, beside `dynaconf get` and the start of Python alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import repositories
from tests.benchmarks.bench import Bench, forget, missing
from tests.benchmarks.command import Command
from tests.benchmarks.row import Bar, Contender, Row
from tests.benchmarks.start_up import BARE

THEIRS, PARSED, CACHED = (
    "dynaconf get",
    "gmconfig config get, layers parsed",
    "gmconfig config get, layers cached",
)


def rows(bench: Bench) -> Iterator[Row]:
    """Give the value of a base that production overrides, for both."""
    root = _repository(bench.work("get"))
    command = bench.gmconfig(root, "config", "get", "settings", "database.pool", "-e", "production")
    bare = Contender.of(BARE, bench.bare_python())
    parsed = Contender.of(PARSED, command, before=lambda: forget(root))
    cached = Contender.of(CACHED, command, before=lambda: command.seconds() and None)
    bars = [Bar(PARSED, BARE, 5), Bar(CACHED, BARE, 3)]
    contenders, notes = [bare, parsed, cached], []
    if bench.module("dynaconf"):
        contenders.append(Contender.of(THEIRS, _dynaconf(bench, root)))
        bars[:0] = [Bar(PARSED, THEIRS, 1 / 3), Bar(CACHED, THEIRS, 1 / 3)]
    else:
        notes.append(missing("dynaconf"))
    yield Row(
        "get",
        "`gmconfig config get`",
        tuple(contenders),
        tuple(bars),
        tuple(notes),
        check=lambda: _disagreements([each.command for each in contenders[1:] if each.command]),
    )


def _repository(root: Path) -> Path:
    base, production = repositories.service(1), repositories.overlay(1, "production")
    repositories.write(root / "gmconfig.yaml", "environments: {production: {}, staging: {}}\n")
    repositories.write(root / "config/settings.yaml", base)
    repositories.write(root / "config/environments/production.yaml", production)
    repositories.write(
        root / "peer/settings.yaml", _nested("default", base) + _nested("production", production)
    )
    repositories.write(
        root / "peer/config.py",
        "from dynaconf import Dynaconf\n"
        'settings = Dynaconf(environments=True, settings_files=["settings.yaml"], merge_enabled=True)\n',
    )
    repositories.committed(root)
    return root


def _nested(name: str, text: str) -> str:
    return f"{name}:\n" + "".join(f"  {line}\n" for line in text.splitlines())


def _dynaconf(bench: Bench, root: Path) -> Command:
    found = str(bench.executable("dynaconf"))
    return Command(
        (found, "-i", "config.settings", "get", "DATABASE.POOL", "-e", "production"), root / "peer"
    )


def _disagreements(commands: list[Command]) -> list[str]:
    answers = {command.output().strip() for command in commands}
    return [] if len(answers) == 1 else [f"the answers differ: {sorted(answers)}"]
