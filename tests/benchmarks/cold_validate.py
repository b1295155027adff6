"""`validate` with nothing remembered, beside check-jsonschema on the same files and schema."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import repositories
from tests.benchmarks.bench import Bench, forget, missing
from tests.benchmarks.command import Command
from tests.benchmarks.row import Bar, Contender, Row

# What gmconfig depends on (jsonschema's extra for formats) brings rfc3987_syntax, which alone costs a second
# to import. check-jsonschema does not ask for it, so it is measured as it is where it is installed alone.
_ALONE = "import sys; sys.modules['rfc3987_syntax'] = None; from check_jsonschema import main; main()"
THEIRS, FILES, PROJECT = "check-jsonschema", "gmconfig validate --schema", "gmconfig validate"


def rows(bench: Bench) -> Iterator[Row]:
    """Give one-layer documents, then documents of a base and four environments."""
    count, layered = bench.scale.files, bench.scale.layered
    root = repositories.documents(bench.work("cold"), count)
    files = _files(root)
    ours = Contender.of(FILES, bench.gmconfig(root, "validate", "--schema", repositories.SCHEMA, *files))
    linted, notes = _yamllint(bench, root)
    yield _row(
        bench, "cold", f"`validate`, {count:,} one-layer documents, cold", root, (ours, *linted), tuple(notes)
    )
    root = repositories.documents(bench.work("layered"), layered, layered=True)
    yield _row(
        bench, "layered", f"`validate`, {layered:,} documents, a base and four environments, cold", root
    )


def _row(
    bench: Bench,
    name: str,
    title: str,
    root: Path,
    others: tuple[Contender, ...] = (),
    notes: tuple[str, ...] = (),
) -> Row:
    project = Contender.of(PROJECT, bench.gmconfig(root, "validate"), before=lambda: forget(root))
    theirs = _check_jsonschema(bench, root)
    if theirs is None:
        return Row(name, title, (project, *others), notes=(*notes, missing(THEIRS)))
    ours = [each.name for each in (project, *others) if each.name.startswith("gmconfig")]
    bars = tuple(Bar(each, THEIRS, 1 / 6) for each in ours)
    return Row(name, title, (theirs, project, *others), bars, notes)


def _files(root: Path) -> list[str]:
    return sorted(str(file.relative_to(root)) for file in root.glob("config/**/*.yaml"))


def _check_jsonschema(bench: Bench, root: Path) -> Contender | None:
    if not bench.module("check_jsonschema"):
        return None
    arguments = (sys.executable, "-c", _ALONE, "--schemafile", repositories.SCHEMA, *_files(root))
    # An overlay alone does not satisfy the schema, which is a reason to resolve it first: 1 is work done too.
    return Contender.of(THEIRS, Command(arguments, root, codes=(0, 1)), times=5)


def _yamllint(bench: Bench, root: Path) -> tuple[list[Contender], list[str]]:
    found = bench.executable("yamllint")
    if not found:
        return [], [missing("yamllint")]
    return [Contender.of("yamllint", Command((found, "-d", "relaxed", "config"), root), times=1)], []
