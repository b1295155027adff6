"""What is done before a verb of the table can be called: commands, and what people do by hand."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.faults.child import called
from tests.faults.verbs import Verb
from tests.faults.world import MARK, World


def prepared(world: World, *verbs: Verb) -> None:
    """Do all that must be done before, once where several verbs need it."""
    for line in dict.fromkeys(line for verb in verbs for line in verb.before):
        _done(world, line)


def _done(world: World, line: str) -> None:
    word, _, rest = line.partition(" ")
    match word:
        case "git":
            world.git(*rest.split())
        case "append":
            file, text = rest.split(" ", 1)
            with Path(file).open("a") as written:
                written.write(f"{text}\n")
        case "copy":
            shutil.copy(*rest.split())
        case "kill":
            step, rest = rest.split(" ", 1)
            os.environ["GMCONFIG_CRASH_AT"] = step
            assert called(rest).killed
            del os.environ["GMCONFIG_CRASH_AT"]
        case _:
            world.does(line, codes=(0, 1))


def command(world: World, verb: Verb) -> tuple[str, str]:
    """Give the line to call and what is piped into it."""
    return verb.line.replace("{carol}", world.keys("carol")), verb.stdin and f"{MARK}-{verb.stdin}"
