"""The walk of `gmconfig demo`: a real repository, real commands, their real output."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gmconfig.cli import terminal
from gmconfig.errors import ExitCode, GmconfigError, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

Step = tuple[str, int]
"""A command line, and the exit code that it is expected to end with."""

WALK: Sequence[tuple[str, Sequence[Step]]] = (
    (
        "A repository of YAML files: a base layer, four environments, a schema, policies.",
        [
            ("git init --quiet --initial-branch=main", 0),
            ("git add --all", 0),
            ("git commit --quiet -m 'the trading system'", 0),
            ("gmconfig init --schemas", 0),
            ("gmconfig config list", 0),
        ],
    ),
    (
        "Two secrets, sealed inline; settings.yaml refers to them by name.",
        [
            ("gmconfig secret create db_password --generate -d 'Database password'", 0),
            ("gmconfig secret create jwt_secret --generate --type token -d 'Signs sessions'", 0),
            ("gmconfig secret list", 0),
            ("gmconfig config get settings database -e production", 0),
        ],
    ),
    (
        "Why is a value what it is, and what differs?",
        [
            ("gmconfig config explain settings database.pool -e production", 0),
            ("gmconfig config diff staging production", 0),
        ],
    ),
    (
        "A change is a minimal edit, checked, then committed.",
        [
            ("gmconfig config set settings database.pool 60 -e production -m 'load test showed queueing'", 0),
            ("git show --format=%an:%x20%s --unified=1", 0),
            ("gmconfig config set settings database.pool 6000 -e production", 1),
            ("gmconfig validate", 0),
        ],
    ),
    (
        "A feature flag: tried by some, raised without losing anybody, switched off in one commit.",
        [
            (
                "gmconfig flag create new_algorithm --description 'New trading algorithm' --owner engineering_team",
                0,
            ),
            ("gmconfig flag rollout new_algorithm 25 -e production", 0),
            ("gmconfig flag eval new_algorithm --user user123 -e production", 0),
            ("gmconfig flag rollout new_algorithm 50 -e production -m 'a week without complaints'", 0),
            ("gmconfig flag disable new_algorithm -e production -m 'errors since noon'", 0),
            ("gmconfig flag list -e production", 0),
        ],
    ),
    (
        "Every commit is a version; any of them comes back.",
        [
            ("gmconfig config history settings database.pool -e production", 0),
            ("gmconfig config rollback settings v1 -m 'back to the first settings'", 0),
            ("gmconfig config get settings database.pool -e production", 0),
        ],
    ),
    (
        "From a commit to what is live: a folder and a file beside the repository, in two waves.",
        [
            ("gmconfig deploy plan production", 0),
            ("gmconfig deploy apply production -m 'first deployment'", 0),
            ("ls ../live ../live/web", 0),
            ("gmconfig config set settings database.pool 50 -e production -m 'load test showed queueing'", 0),
            ("gmconfig deploy plan production", 0),
            ("gmconfig deploy apply production", 0),
        ],
    ),
    (
        "Somebody edits what is live: it is found, explained, then adopted or put back.",
        [
            ("sed -i 's/pool: 50/pool: 55/; s/level: WARNING/level: DEBUG/' ../live/web/settings.yaml", 0),
            ("gmconfig drift detect", 1),
            ("gmconfig drift explain web database.pool", 0),
            ("gmconfig drift adopt web database.pool -m 'Bo was right'", 0),
            ("gmconfig drift correct web --only 'logging.**'", 0),
            ("gmconfig deploy apply production", 0),
            ("gmconfig drift detect", 0),
        ],
    ),
    (
        "A deployment that fails its health check puts back what it had changed, and says so with its exit code.",
        [
            ("gmconfig config set settings database.pool 150 -e production -m 'one more'", 0),
            ("gmconfig deploy apply production", 5),
            ("grep pool ../live/web/settings.yaml", 0),
            ("git revert --no-edit HEAD", 0),
            ("gmconfig deploy history production", 0),
            ("gmconfig deploy status production", 0),
        ],
    ),
    (
        "A program finds all of it in its environment.",
        [
            (
                "gmconfig run -e production -- sh -c 'echo pool $DATABASE_POOL, a password of ${#DATABASE_PASSWORD}'",
                0,
            ),
            ("gmconfig doctor", 0),
        ],
    ),
)


def walk(folder: str) -> int:
    """Make the repository and run every step in it.

    Raises:
        Refused: something is there already.
        GmconfigError: a step did not end as it should.
    """
    target = Path(folder)
    if target.exists() and any(target.iterdir()):
        raise Refused(f'"{folder}" is not empty', hint="gmconfig demo another-folder")
    live = target.parent / "live"
    if live.exists():
        raise Refused(
            f'the demo deploys to "{live}", and that is there already',
            hint=f"gmconfig demo elsewhere/{target.name}",
        )
    _lay_out(_example(), target)
    environment = _environment()
    for title, steps in WALK:
        terminal.answer(f"# {title}")
        for command, expected in steps:
            _step(command, expected, target, environment)
    terminal.answer(f"# The repository is yours now:\n$ cd {shlex.quote(folder)}")
    return ExitCode.OK


def _example() -> Path:
    from gmconfig.project.share import share

    return share("examples/trading")


def _lay_out(example: Path, target: Path) -> None:
    """Copy the example, each file as a whole; the first that cannot be written says why."""
    from gmconfig.storage.files import write_atomic

    for file in sorted(path for path in example.rglob("*") if path.is_file()):
        content, mode = file.read_bytes(), stat.S_IMODE(file.stat().st_mode)
        write_atomic(str(target / file.relative_to(example)), content, mode=mode)


def _step(command: str, expected: int, folder: Path, environment: dict[str, str]) -> None:
    terminal.answer(f"$ {command}")
    words = shlex.split(command)
    if words[0] == "gmconfig":
        words = [sys.executable, "-m", "gmconfig", *words[1:]]
    done = subprocess.run(
        words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=False
    )
    terminal.answer("")
    sys.stdout.write("\n")
    sys.stdout.flush()
    if done.returncode != expected:
        raise GmconfigError(
            f'"{command}" ended with exit code {done.returncode}, not {expected}',
            hint=f"it says why above; when that is mended: gmconfig demo elsewhere/{shlex.quote(folder.name)}",
        )


def _environment() -> dict[str, str]:
    """Give the process's environment, with an author for git where it knows none."""
    known = (
        subprocess.run(["git", "var", "GIT_AUTHOR_IDENT"], capture_output=True, check=False).returncode == 0
    )
    author = (
        {}
        if known
        else {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "Demo"), ("EMAIL", "demo@example.org"))
        }
    )
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_DIR", "GIT_WORK", "GIT_INDEX"))}
    return kept | author | {"GIT_PAGER": "cat"}
