"""The history of one key of a real 4,000-line file, beside git listing its versions and throwing them away."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.bench import Bench, forget, git
from tests.benchmarks.command import Command
from tests.benchmarks.row import Bar, Contender, Row

COLD, CACHED, THEIRS = (
    "gmconfig config history",
    "gmconfig config history, cached",
    "git log --raw | git cat-file --batch",
)
FILE, APP, LEAF = "values-production.yaml", "frontend", ("helmValues", "replicaCount")
PATH = f"govukApplications[name={APP}].{'.'.join(LEAF)}"
# Nobody reads what git prints here: the least that the versions can cost.
_GIT = (
    f"git log --first-parent --raw --no-abbrev --format= -- {FILE} | cut -d' ' -f4"
    " | git cat-file --batch > /dev/null"
)


def rows(bench: Bench) -> Iterator[Row]:
    """Give one key's history over the 1,854 commits of govuk-app-config."""
    title = "history of one key, 1,854 commits of a 4,000-line file"
    data = os.environ.get("GMCONFIG_CONFORMANCE_DATA")
    bundle = Path(data or "") / "govuk-app-config" / "history.bundle"
    if not data or not bundle.exists():
        yield Row(
            "history",
            title,
            (),
            notes=("GMCONFIG_CONFORMANCE_DATA does not name a folder with govuk-app-config",),
        )
        return
    root = _repository(bench, bundle)
    command = bench.gmconfig(root, "config", "history", "values", PATH, "-e", "production", "-o", "json")
    theirs = Contender.of(THEIRS, Command(("sh", "-c", _GIT), root))
    cold = Contender.of(COLD, command, before=lambda: forget(root))
    cached = Contender.of(CACHED, command, before=lambda: command.seconds() and None)
    bars = (Bar(COLD, THEIRS, 8), Bar(CACHED, THEIRS, 2))
    yield Row("history", title, (theirs, cold, cached), bars, check=lambda: _differences(root, command))


def _repository(bench: Bench, bundle: Path) -> Path:
    root = bench.work("history")
    git(root, "clone", "-q", str(bundle), ".")
    bench.gmconfig(root, "init", "--from", "values-{environment}.yaml").output()
    return root


def _differences(root: Path, command: Command) -> list[str]:
    """Compare with what parsing every version finds."""
    told = [entry["value"] for entry in json.loads(command.output()) if entry.get("present")]
    found = [value for value in _by_parsing(root) if value is not None]
    return [] if told == found[::-1] else [f"the answers differ: {told[:9]}… and {found[::-1][:9]}…"]


def _by_parsing(root: Path) -> Iterator[object]:
    from gmconfig.errors import BrokenConfiguration
    from gmconfig.storage.yaml import load

    log = git(root, "log", "--first-parent", "--reverse", "--raw", "--no-abbrev", "--format=", "--", FILE)
    last: object = None
    for blob in (line.split()[3] for line in log.splitlines()):
        try:
            value = _leaf(load(Command(("git", "cat-file", "blob", blob), root).output()))
        except BrokenConfiguration:  # a version that is not YAML says nothing
            continue
        if value != last:
            yield value
        last = value


def _leaf(tree: object) -> object:
    apps = tree.get("govukApplications", []) if isinstance(tree, dict) else []
    found: object = next((app for app in apps if app["name"] == APP), None)
    for key in LEAF:
        found = found.get(key) if isinstance(found, dict) else None
    return found
