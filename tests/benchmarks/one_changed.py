"""`validate` after one change: it costs the change, not the repository."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import sleep

from tests.benchmarks import repositories
from tests.benchmarks.bench import Bench
from tests.benchmarks.row import Bar, Contender, Row

_changes = count(1)


def rows(bench: Bench) -> Iterator[Row]:
    """Give a large repository beside a small one, in each of which one file changed."""
    few, many = bench.scale.files, bench.scale.many_files
    small, large = _repository(bench, few), _repository(bench, many)
    if bench.scale.rounds > 1:
        sleep(2.2)  # as long as files are young, they are read again
    title = f"`gmconfig validate`, {many:,} files, one changed"
    contenders = (_contender(bench, few, small), _contender(bench, many, large))
    yield Row("one-changed", title, contenders, (Bar(contenders[1].name, contenders[0].name, 2),))


def _repository(bench: Bench, files: int) -> Path:
    root = repositories.documents(bench.work(f"changing-{files}"), files, schema_for_each=10)
    bench.gmconfig(root, "validate").output()
    return root


def _contender(bench: Bench, files: int, root: Path) -> Contender:
    name = f"gmconfig validate, {files:,} files"
    return Contender.of(name, bench.gmconfig(root, "validate"), before=lambda: _change(root))


def _change(root: Path) -> None:
    repositories.write(
        root / "config/service-3.yaml", repositories.service(3) + f"# change {next(_changes)}\n"
    )
