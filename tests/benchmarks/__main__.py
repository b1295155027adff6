"""Run the benchmarks, print tables and plots, write JSON or the README's section."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks import plot, readme, table
from tests.benchmarks.bench import SHORT, Bench, Scale, isolate
from tests.benchmarks.command import Command, Failed
from tests.benchmarks.measure import measured
from tests.benchmarks.registry import MODULES

README = Path(__file__).parents[2] / "README.md"


def main() -> int:
    """Measure what was asked for; 1 if a contender did not do its work (a missed bar is not a failure)."""
    asked = _asked()
    Command.counts_cpu = asked.cpu
    failures: list[str] = []
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="gmconfig-bench-") as folder:
        isolate(Path(folder) / "home")
        bench = Bench(Path(folder), SHORT if asked.short else Scale())
        for name in asked.only or MODULES:
            for row in _measured(name, bench, failures):
                rows.append(row)
                print("\n".join(table.text([row])), flush=True)
    print(*plot.plots(rows), sep="\n", flush=True)
    _kept(asked, rows)
    print(*failures, sep="\n", file=sys.stderr)
    return 1 if failures else 0


def _measured(name: str, bench: Bench, failures: list[str]) -> Iterator[dict[str, Any]]:
    try:
        for row in MODULES[name](bench):
            yield table.record(measured(row, bench.scale.rounds))
    except Failed as error:
        failures.append(f"{name}: {error}")


def _kept(asked: argparse.Namespace, rows: list[dict[str, Any]]) -> None:
    machine = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
    }
    if asked.json:
        Path(asked.json).write_text(
            json.dumps({**machine, "short": asked.short, "cpu": asked.cpu, "rows": rows}, indent=2) + "\n"
        )
    if asked.readme:
        readme.write(README, readme.section(rows))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="tiny data, one go: only to see that it works")
    parser.add_argument(
        "--only", action="append", choices=MODULES, metavar="NAME", help=f"one of {', '.join(MODULES)}"
    )
    parser.add_argument("--json", metavar="FILE", help="write everything that was measured")
    parser.add_argument(
        "--cpu", action="store_true", help="count processor time: for a machine that is busy otherwise"
    )
    parser.add_argument("--readme", action="store_true", help="put tables and plots into README.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
