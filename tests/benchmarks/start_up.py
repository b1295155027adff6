"""`gmconfig --version`, and `validate` where nothing has changed, beside the start of Python alone."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep

from tests.benchmarks import repositories
from tests.benchmarks.bench import Bench
from tests.benchmarks.row import Bar, Contender, Row

BARE = "python -c pass"
_YOUNG_SECONDS = 2.2  # as long as files are young, they are read again


def rows(bench: Bench) -> Iterator[Row]:
    """Give the two smallest things that hooks ask for."""
    bare = Contender.of(BARE, bench.bare_python())
    version = Contender.of("gmconfig --version", bench.gmconfig(bench.folder, "--version"))
    yield Row("version", "`gmconfig --version`", (bare, version), (Bar(version.name, BARE, 2),))

    root = repositories.documents(bench.work("unchanged"), bench.scale.files, schema_for_each=10)
    validate = bench.gmconfig(root, "validate")
    validate.output()
    if bench.scale.rounds > 1:
        sleep(_YOUNG_SECONDS)
        validate.output()
    warm = Contender.of("gmconfig validate", validate)
    title = f"`gmconfig validate`, {bench.scale.files:,} unchanged files"
    yield Row("unchanged", title, (bare, warm), (Bar(warm.name, BARE, 3),))
