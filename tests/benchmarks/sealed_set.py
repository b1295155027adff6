"""Setting one sealed value in a large file, beside `sops set`; and how many lines that changes."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import sealed_files
from tests.benchmarks.bench import Bench, git, missing
from tests.benchmarks.command import Command
from tests.benchmarks.row import Bar, Contender, Row

OURS, UNCOMMITTED, THEIRS, THEIRS_COMMITTED = (
    "gmconfig config set --secret",
    "gmconfig config set --secret --no-commit",
    "sops set",
    "sops set && git commit -q -a -m x",
)


def rows(bench: Bench) -> Iterator[Row]:
    """Give one value of many set, and the same with a commit on both sides."""
    count = bench.scale.values
    title = f"one sealed value set in a file of {count:,}"
    root = sealed_files.sealed_repository(bench, "sealed-set", count)
    bench.gmconfig(root, "validate").output()
    first = _head(root)
    ours = [_set(bench, root, OURS), _set(bench, root, UNCOMMITTED, "--no-commit")]
    program = sealed_files.sops(bench)
    if program is None:
        yield Row(
            "seal",
            title,
            tuple(ours),
            notes=(missing("sops"),),
            check=lambda: [_lines(OURS, root, sealed_files.FILE, first)],
        )
        return
    theirs, committed, folder = _sops(bench, program)
    theirs_first = _head(folder)
    yield Row(
        "seal",
        title,
        (*ours, theirs, committed),
        (Bar(UNCOMMITTED, THEIRS, 1 / 3), Bar(OURS, THEIRS_COMMITTED, 1 / 3)),
        check=lambda: [
            _lines(OURS, root, sealed_files.FILE, first),
            _lines(THEIRS, folder, "settings.yaml", theirs_first),
        ],
    )


def _set(bench: Bench, root: Path, name: str, *options: str) -> Contender:
    command = bench.gmconfig(
        root, "config", "set", "settings", "group_000.key_01", "--secret", *options, "-", given=b"new"
    )
    return Contender.of(name, command, before=_restored(root))


def _sops(bench: Bench, program: str) -> tuple[Contender, Contender, Path]:
    """Give sops alone, and with the commit that its users make themselves, for information."""
    place = sealed_files.sops_file(bench, program, "sops-set", bench.scale.values)
    arguments = ("set", "settings.yaml", '["group_000"]["key_01"]', '"new"')
    command = sealed_files.sops_command(program, place, *arguments)
    script = f"{shlex.join(command.arguments)} && git commit -q -a -m x"
    committed = Command(("/bin/sh", "-c", script), command.folder, environment=command.environment)
    restored = _restored(place[0])
    alone = Contender.of(THEIRS, command, before=restored)
    return alone, Contender.of(THEIRS_COMMITTED, committed, before=restored), place[0]


def _head(root: Path) -> str:
    return git(root, "rev-parse", "HEAD").strip()


def _restored(root: Path) -> Callable[[], None]:
    """Give what puts the first commit back, so that every go changes the same value."""
    first = _head(root)
    seen = root / ".git" / "gmconfig" / "secret-heads.json"
    heads = seen.read_bytes() if seen.exists() else None

    def restore() -> None:
        git(root, "reset", "-q", "--hard", first)
        git(root, "clean", "-qfd")
        if heads is not None:
            seen.write_bytes(heads)  # no later commit was ever seen here

    return restore


def _lines(name: str, root: Path, file: str, first: str) -> str:
    """Say how many lines the last go changed, committed or not."""
    added = git(root, "diff", "--numstat", first, "--", file).split()[:1] or ["0"]
    return f"{name}: {added[0]} lines changed"
