"""Peak memory of a cold `validate`: it grows with the number of files and no faster."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import repositories
from tests.benchmarks.bench import Bench, forget
from tests.benchmarks.row import Bar, Contender, Row


def rows(bench: Bench) -> Iterator[Row]:
    """Give three sizes at equal steps: the second step may not cost more than the first."""
    few, many = bench.scale.files, bench.scale.many_files
    sizes = (few, (few + many) // 2, many)
    contenders = tuple(_contender(bench, size) for size in sizes)
    bar = Bar(contenders[2].name, contenders[0].name, many / few, of_memory=True)
    yield Row("memory", f"peak memory, cold `validate` of {many:,} files", contenders, (bar,))


def _contender(bench: Bench, size: int) -> Contender:
    root = repositories.documents(bench.work(f"memory-{size}"), size, schema_for_each=10)
    command = bench.gmconfig(root, "validate")
    return Contender.of(
        f"gmconfig validate, {size:,} files, cold", command, before=lambda: forget(root), times=1
    )
