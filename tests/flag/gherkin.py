"""As much of Gherkin as the flagd testbed uses: backgrounds, outlines with tagged examples, tables of a step."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Scenario:
    """One scenario with its outline's values filled in."""

    name: str
    tags: frozenset[str]
    steps: list[tuple[str, list[list[str]]]] = field(default_factory=list)

    def __str__(self) -> str:
        return self.name


def scenarios(file: Path) -> Iterator[Scenario]:
    """Yield every scenario of a feature file."""
    tags, shared, blocks = frozenset(), [], []
    feature: frozenset[str] = frozenset()
    into: list = []
    for line in map(str.strip, file.read_text().splitlines()):
        if line.startswith("@"):
            tags |= set(line.split())
        elif line.startswith("Feature:"):
            feature, tags = tags, frozenset()
        elif line.startswith("Background:"):
            into = shared
        elif line.startswith("Scenario"):
            into = []
            blocks.append((line.partition(":")[2].strip(), feature | tags, into, []))
            tags = frozenset()
        elif line.startswith("Examples"):
            blocks[-1][3].append((tags, []))
            tags, into = frozenset(), []
        elif line.startswith("|"):
            cells = [_unescaped(cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            (blocks[-1][3][-1][1] if blocks and blocks[-1][3] else into[-1][1]).append(cells)
        elif re.match(r"(Given|When|Then|And) ", line):
            into.append((line.partition(" ")[2], []))
    for name, own, steps, examples in blocks:
        yield from _filled(f"{file.stem}: {name}", own, [*shared, *steps], examples)


def _filled(name, tags, steps, examples) -> Iterator[Scenario]:
    if not examples:
        yield Scenario(name, tags, steps)
    for more, (header, *rows) in examples:
        for row in rows:
            values = dict(zip(header, row, strict=True))
            filled = [(re.sub("<([^>]+)>", lambda m: values[m[1]], text), table) for text, table in steps]  # noqa: B023
            yield Scenario(f"{name} {row}", tags | more, filled)


def _unescaped(cell: str) -> str:
    return cell.replace('\\"', '"').replace("\\|", "|")
