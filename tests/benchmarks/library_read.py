"""Reading one resolved value in a running program, beside plain dicts, dynaconf and OmegaConf."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from timeit import Timer

from tests.benchmarks import repositories
from tests.benchmarks.bench import Bench, missing
from tests.benchmarks.row import Bar, Contender, Row

OURS, DICTS = "gmconfig live.get", "a walk through plain dicts"
DYNACONF, OMEGACONF = "dynaconf", "OmegaConf with interpolation"
WANTED = "postgres://db.production.internal/app"
_BASE = 'database:\n  host: db.internal\n  options:\n    url: "postgres://${{{name}}}/app"\n'
_OVERLAY = "database:\n  host: db.production.internal\n"


def rows(bench: Bench) -> Iterator[Row]:
    """Give the same value, resolved from a placeholder, by each library."""
    root, notes = _repository(bench.work("library")), []
    reads = {DICTS: _dicts(), OURS: _gmconfig(root)}
    bars = [Bar(OURS, DICTS, 3)]
    for name, package, read, most in (
        (DYNACONF, "dynaconf", _dynaconf, 1 / 10),
        (OMEGACONF, "omegaconf", _omegaconf, 1 / 50),
    ):
        if bench.module(package):
            reads[name] = read(root)
            bars.append(Bar(OURS, name, most))
        else:
            notes.append(missing(package))
    contenders = tuple(_contender(bench, name, read) for name, read in reads.items())
    yield Row(
        "read",
        "library read of a resolved value",
        contenders,
        tuple(bars),
        tuple(notes),
        check=lambda: [f"{name} gives {read()!r}" for name, read in reads.items() if read() != WANTED],
    )


def _contender(bench: Bench, name: str, read: Callable[[], object]) -> Contender:
    count = max(1, bench.scale.reads // (100 if name == OMEGACONF else 1))
    timer = Timer(read)
    return Contender(name, lambda: timer.timeit(count) / count)


def _repository(root: Path) -> Path:
    repositories.write(root / "gmconfig.yaml", "environments: {production: {}}\n")
    repositories.write(root / "config/settings.yaml", _BASE.format(name="CONFIG:database.host"))
    repositories.write(root / "config/environments/production.yaml", _OVERLAY)
    repositories.write(root / "omega.yaml", _BASE.format(name="database.host"))
    repositories.write(
        root / "peer.yaml",
        _BASE.replace('"', '"@format ', 1).format(name="this.database.host").replace("${", "{"),
    )
    repositories.committed(root)
    return root


def _dicts() -> Callable[[], object]:
    values = {"database": {"host": "db", "options": {"url": WANTED}}}
    return lambda: values["database"]["options"]["url"]  # type: ignore[index]


def _gmconfig(root: Path) -> Callable[[], object]:
    from gmconfig import ConfigManager

    live = ConfigManager("production", root=root).live("settings")
    return lambda: live.get("database.options.url")


def _dynaconf(root: Path) -> Callable[[], object]:
    from dynaconf import Dynaconf

    overlay = os.fspath(root / "config/environments/production.yaml")
    settings = Dynaconf(settings_files=[os.fspath(root / "peer.yaml"), overlay], merge_enabled=True)
    return lambda: settings.DATABASE.OPTIONS.URL


def _omegaconf(root: Path) -> Callable[[], object]:
    from omegaconf import OmegaConf

    overlay = OmegaConf.load(root / "config/environments/production.yaml")
    settings = OmegaConf.merge(OmegaConf.load(root / "omega.yaml"), overlay)
    return lambda: settings.database.options.url
