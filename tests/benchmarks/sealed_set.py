"""Setting one sealed value in a large file, beside `sops set`; and how many lines that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import sealed_files
from tests.benchmarks.bench import Bench, git, missing
from tests.benchmarks.row import Bar, Contender, Row

OURS, UNCOMMITTED, THEIRS = (
    "gmconfig config set --secret",
    "gmconfig config set --secret --no-commit",
    "sops set",
)


def rows(bench: Bench) -> Iterator[Row]:
    """Give one value of many set; gmconfig commits it as well."""
    count = bench.scale.values
    title = f"one sealed value set in a file of {count:,}"
    root = sealed_files.sealed_repository(bench, "sealed-set", count)
    bench.gmconfig(root, "validate").output()
    ours = [_set(bench, root, OURS), _set(bench, root, UNCOMMITTED, "--no-commit")]
    program = sealed_files.sops(bench)
    if program is None:
        yield Row(
            "seal",
            title,
            tuple(ours),
            notes=(missing("sops"),),
            check=lambda: [_lines(OURS, root, sealed_files.FILE)],
        )
        return
    theirs, folder = _sops(bench, program)
    yield Row(
        "seal",
        title,
        (*ours, theirs),
        (Bar(OURS, THEIRS, 1 / 3), Bar(UNCOMMITTED, THEIRS, 1 / 3)),
        check=lambda: [_lines(OURS, root, sealed_files.FILE), _lines(THEIRS, folder, "settings.yaml")],
    )


def _set(bench: Bench, root: Path, name: str, *options: str) -> Contender:
    command = bench.gmconfig(
        root, "config", "set", "settings", "group_000.key_01", "--secret", *options, "-", given=b"new"
    )
    return Contender.of(name, command, before=_restored(root))


def _sops(bench: Bench, program: str) -> tuple[Contender, Path]:
    place = sealed_files.sops_file(bench, program, "sops-set", bench.scale.values)
    arguments = ("set", "settings.yaml", '["group_000"]["key_01"]', '"new"')
    command = sealed_files.sops_command(program, place, *arguments)
    return Contender.of(THEIRS, command, before=_restored(place[0])), place[0]


def _restored(root: Path) -> Callable[[], None]:
    """Give what puts the first commit back, so that every go changes the same value."""
    first = git(root, "rev-parse", "HEAD").strip()

    def restore() -> None:
        git(root, "reset", "-q", "--hard", first)
        git(root, "clean", "-qfd")

    return restore


def _lines(name: str, root: Path, file: str) -> str:
    """Say how many lines the last go changed."""
    first = git(root, "rev-list", "--max-parents=1", "--first-parent", "HEAD", "--", file).split()
    since = (
        f"{first[0]}^"
        if name == OURS and first and git(root, "status", "--porcelain", file) == ""
        else "HEAD"
    )
    added = git(root, "diff", "--numstat", since, "--", file).split()[:1] or ["0"]
    return f"{name}: {added[0]} lines changed"
