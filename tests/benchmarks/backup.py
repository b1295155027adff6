"""A backup beside what it stands on: git's bundle of all refs, and the digest of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.bench import Bench, git
from tests.benchmarks.command import Command
from tests.benchmarks.repositories import documents
from tests.benchmarks.row import Bar, Contender, Row

OURS, AGAIN = "gmconfig backup create", "gmconfig backup create, nothing changed"
THEIRS = "git bundle create --all; sha256sum"
_BLOB = 5_000_000


def rows(bench: Bench) -> Iterator[Row]:
    """Give backups, sealed to an admin, safe on disk and read back: of a large history, and of a usual one."""
    large = documents(bench.work("backup") / "repository", bench.scale.few_values)
    for number in range(2 * bench.scale.few_values):
        (large / f"{number}.bin").write_bytes(os.urandom(_BLOB))
    size = f"{2 * bench.scale.few_values * _BLOB // 1_000_000} MB of history"
    yield _row(bench, large, f"backup of {size}", (Bar(OURS, THEIRS, 1.5),))
    usual = documents(bench.work("backup-usual") / "repository", bench.scale.many_files, schema_for_each=100)
    yield _row(bench, usual, f"backup of {bench.scale.many_files:,} files; no bar: starting is most of it")


def _row(bench: Bench, root: Path, title: str, bars: tuple[Bar, ...] = ()) -> Row:
    bench.gmconfig(root, "init").output()
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "all of it")
    git(root, "repack", "-adq")
    store, file = root.parent / "store", root.parent / "all.bundle"
    command = bench.gmconfig(root, "backup", "create", "--to", str(store))
    sums = f"git bundle create --quiet '{file}' --all && sha256sum '{file}' > /dev/null"
    contenders = (
        Contender.of(THEIRS, Command(("sh", "-c", sums), root)),
        Contender.of(OURS, command, before=lambda: shutil.rmtree(store, ignore_errors=True)),
        Contender.of(AGAIN, command),
    )
    # The memory is that of git, which maps the pack.
    return Row("backup", title, contenders, bars, most_mib=200, check=lambda: _missing(store))


def _missing(store: Path) -> list[str]:
    """Say so if nothing was backed up."""
    found = list(store.glob("objects/bundle-*.age"))
    return [] if len(found) == 1 else [f"{len(found)} sealed bundles in {store}"]
