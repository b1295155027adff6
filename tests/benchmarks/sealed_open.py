"""Opening every sealed value of a document, beside `sops decrypt` of the same values."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import sealed_files
from tests.benchmarks.bench import Bench, missing
from tests.benchmarks.command import Command
from tests.benchmarks.row import Bar, Contender, Row

OURS, THEIRS = "gmconfig config show --reveal", "sops decrypt"


def rows(bench: Bench) -> Iterator[Row]:
    """Give many values, where work decides, and few, where start-up does."""
    yield _row(bench, "open-many", bench.scale.values, 1 / 1.5)
    yield _row(bench, "open-few", bench.scale.few_values, 4)


def _row(bench: Bench, name: str, count: int, most: float) -> Row:
    title = f"{count:,} sealed values opened"
    root = sealed_files.sealed_repository(bench, f"sealed-{name}", count)
    ours = Contender.of(OURS, bench.gmconfig(root, "config", "show", "settings", "--reveal", "-o", "yaml"))
    program = sealed_files.sops(bench)
    if program is None:
        return Row(name, title, (ours,), notes=(missing("sops"),))
    place = sealed_files.sops_file(bench, program, f"sops-{name}", count)
    theirs = Contender.of(THEIRS, sealed_files.sops_command(program, place, "decrypt", "settings.yaml"))
    return Row(
        name, title, (ours, theirs), (Bar(OURS, THEIRS, most),), check=lambda: _differences(ours, theirs)
    )


def _differences(*contenders: Contender) -> list[str]:
    texts = [_values(each.command) for each in contenders if each.command]
    return [] if all(text == texts[0] for text in texts) else ["the opened values differ"]


def _values(command: Command) -> list[str]:
    return [
        line.partition(": ")[2].strip() for line in command.output().decode().splitlines() if ": " in line
    ]
