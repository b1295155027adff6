"""What `doctor` says of hooks: whether something checks what is committed by hand, before it is committed."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

from gmconfig import __version__
from gmconfig.api.doctor.examined import Examined
from gmconfig.storage.files import read_if_exists, write_atomic
from gmconfig.storage.git.hooks import folder_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.project import Project

CALLS = "gmconfig validate --staged && gmconfig secret scan --staged"
_NAME = "pre-commit"
_FRAMEWORK = ".pre-commit-config.yaml"
_ENTRY = (
    f"- {{repo: https://github.com/gmconfig/gmconfig, rev: v{__version__}, "
    "hooks: [{id: gmconfig-validate}, {id: gmconfig-secrets}]}"
)
_MISSING = "nothing checks what is committed by hand"
_SCRIPT = """\
#!/bin/sh
# Made by `gmconfig doctor --fix`: checks what is staged. Yours to change, or to remove.
gmconfig() {{ {program} "$@"; }}
{calls}
"""


def examine(project: Project, *, fix: bool) -> Iterator[Examined]:
    """Look for a hook that calls gmconfig; with `fix`, make one where there is none of anybody."""
    folder = folder_of(project.repository)
    path = os.path.join(folder, _NAME)
    if _mentions(path) or _of_husky(folder):
        yield _runnable(path)
    elif os.path.lexists(path) or not _is_gits_own(project, folder):
        yield _of_another(project, folder, path)
    elif _mentions(os.path.join(project.repository.top, _FRAMEWORK)):
        hint = "pre-commit install"
        yield Examined("hooks", "warning", f"{_FRAMEWORK} has gmconfig's hooks, this clone runs none", hint)
    elif fix:
        write_atomic(path, _script(project).encode(), mode=0o755)
        yield Examined("hooks", "ok", path, fixed=f"made it: {CALLS}")
    else:
        yield Examined("hooks", "warning", _MISSING, "gmconfig doctor --fix")


def _runnable(path: str) -> Examined:
    if os.path.exists(path) and not os.access(path, os.X_OK):
        message = f"{path} is not executable, so git leaves it out"
        return Examined("hooks", "warning", message, f"chmod +x {shlex.quote(path)}")
    return Examined("hooks", "ok", path)


def _of_another(project: Project, folder: str, path: str) -> Examined:
    """Say where gmconfig's line belongs: a hook of somebody else's is never written to."""
    top = project.repository.top
    if b"pre-commit.com" in (read_if_exists(path) or b""):
        config = os.path.join(top, _FRAMEWORK)
        if _mentions(config):
            return Examined("hooks", "ok", f"{path}, by {_FRAMEWORK}")
        message = f"pre-commit runs the hooks of {_FRAMEWORK}, and none of gmconfig's is there"
        return Examined("hooks", "warning", message, f"add to {shlex.quote(config)}: {_ENTRY}")
    own = os.path.join(os.path.dirname(folder), _NAME) if os.path.basename(folder) == "_" else path
    message = f"{own} is another tool's and does not call gmconfig"
    if not os.path.lexists(own):
        message = f"git takes its hooks from {folder}, and no {_NAME} is there"
    return Examined("hooks", "warning", message, f"add to {shlex.quote(own)}: {CALLS}")


def _of_husky(folder: str) -> bool:
    """Whether the hooks are husky's, whose own folder `_` calls the scripts beside it."""
    return os.path.basename(folder) == "_" and _mentions(os.path.join(os.path.dirname(folder), _NAME))


def _is_gits_own(project: Project, folder: str) -> bool:
    return os.path.realpath(folder) == os.path.realpath(os.path.join(project.repository.common_dir, "hooks"))


def _mentions(path: str) -> bool:
    return os.path.isfile(path) and b"gmconfig" in (read_if_exists(path) or b"")


def _script(project: Project) -> str:
    # -P: a folder of the repository that is called gmconfig must not be what runs.
    below = f" -C {shlex.quote(project.prefix)}" if project.prefix else ""
    return _SCRIPT.format(program=f"{shlex.quote(sys.executable)} -P -m gmconfig{below}", calls=CALLS)
