"""`deploy plan` and `drift detect` over a fleet of folders, beside reading and hashing their files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import repositories
from tests.benchmarks.bench import Bench
from tests.benchmarks.command import Command
from tests.benchmarks.row import Bar, Contender, Row

READS = "Python reads and hashes their files"
_HASHES = """
import glob, hashlib, sys
for name in glob.iglob(sys.argv[1] + "/*/*"):
    with open(name, "rb") as file:
        hashlib.sha256(file.read()).hexdigest()
"""
_SERVICES = 78  # of 60 lines each: as large as data/govuk-app-config/values-production.yaml


def rows(bench: Bench) -> Iterator[Row]:
    """Give a fleet in sync, of one document of about 4,600 lines on every target."""
    root = _fleet(bench)
    hashes = Contender.of(READS, Command((sys.executable, "-c", _HASHES, str(root.parent / "live")), root))
    verbs = ("deploy plan", "drift detect")
    contenders = [Contender.of(f"gmconfig {verb}", bench.gmconfig(root, *verb.split())) for verb in verbs]
    bars = tuple(Bar(each.name, READS, 2) for each in contenders)
    title = f"plan and drift, {bench.scale.files:,} directory targets"
    yield Row("plan-and-drift", title, (hashes, *contenders), bars)


def _fleet(bench: Bench) -> Path:
    root = bench.work("fleet") / "repo"
    targets = "".join(
        f"  web-{number:04}: {{environment: production, path: ../live/web-{number:04}}}\n"
        for number in range(bench.scale.files)
    )
    repositories.write(root / "gmconfig.yaml", f"environments: {{production: {{}}}}\ntargets:\n{targets}")
    repositories.write(root / "config/settings.yaml", _document())
    repositories.committed(root)
    bench.gmconfig(root, "deploy", "apply", "production").output()
    return root


def _document() -> str:
    services = (repositories.service(number).splitlines() for number in range(_SERVICES))
    return "".join(
        f"service-{number}:\n" + "".join(f"  {line}\n" for line in lines)
        for number, lines in enumerate(services)
    )
