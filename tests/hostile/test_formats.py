"""Every format, damaged in every way: a right answer or a clear error, in bounded time and memory, nothing else."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.formats import FORMATS
from tests.hostile.mutations import BYTES, PLACES

_ROOT = Path(__file__).resolve().parents[2]


class Damager:
    """The worker, asked one case after the other."""

    def __init__(self, folder: Path, given_home: Path) -> None:
        home, scratch = folder / "world/home", folder / "world/tmp"
        home.mkdir(parents=True), scratch.mkdir()
        (home / ".gitconfig").write_bytes((given_home / ".gitconfig").read_bytes())
        kept = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith(("GIT_", "GMCONFIG_", "XDG_"))
        }
        own = {
            "HOME": str(home),
            "TMPDIR": str(scratch),
            "PYTHONPATH": str(_ROOT),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.worker", str(folder / "world")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            env={**kept, **own, "NO_COLOR": "1", "TZ": "UTC"},
        )
        assert self.process.stdout.readline() == "ready\n"

    def ask(self, *case: object) -> dict[str, Any]:
        """Give what came of one case: a format, a mutation, a seed, the number of a command of the format."""
        print(json.dumps(case), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


@pytest.fixture
def damager(tmp_path: Path, isolated: Path) -> Iterator[Damager]:
    made = Damager(tmp_path, isolated)
    yield made
    made.end()


def kinds(name: str) -> list[str]:
    """Give the mutations of a format: what is a user's own choice to name, and git's, may well be a pipe."""
    given = FORMATS[name].place.startswith(
        ("ref:", "commit:", "repo/.git", "inputs", "repo/flags.json", "home", "events")
    )
    return [*BYTES, *["restructured"] * 8, *([] if given else PLACES)]


def told(answer: dict[str, Any]) -> str:
    return f"{answer['case']} {answer['command']}: {answer['wrong']}\n{answer['err']}"


def test_each_format_once(damager: Damager):
    """A sample: one mutation and one command each, the same ones in every run."""
    chosen = random.Random(7)
    for name in chosen.sample(sorted(FORMATS), 24):
        answer = damager.ask(name, chosen.choice(kinds(name)), chosen.randrange(1000), chosen.randrange(100))
        assert answer["wrong"] is None, told(answer)


@pytest.mark.long
def test_each_format_for_half_an_hour(damager: Damager):
    """HOSTILE_MINUTES says for how long; what broke a law is told with its seed at the end."""
    ends = time.monotonic() + 60 * float(os.environ.get("HOSTILE_MINUTES", "30"))
    chosen, broken, cases = random.Random(), [], 0
    while time.monotonic() < ends:
        name = chosen.choice(list(FORMATS))
        answer = damager.ask(name, chosen.choice(kinds(name)), chosen.randrange(10**9), chosen.randrange(100))
        broken += [told(answer)] if answer["wrong"] else []
        cases += 1
    assert not broken, f"{len(broken)} of {cases}:\n" + "\n\n".join(broken)
