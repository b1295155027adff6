"""Which GIT_ variables a git process of ours gets: this repository's own, absolute, and no others."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gmconfig.storage.git.root import find_root

_BOUND = (  # what ties a process to one repository: `git rev-parse --local-env-vars` without configuration
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_NAMESPACE",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_PREFIX",
)
_PATHS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")
_NEVER = (
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_TRACE2_ENV_VARS",  # whose values git writes to a file; an identity may be among them
)

QUIET = {
    "LC_ALL": "C",  # messages are parsed
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",  # a file named `*.yaml` or `:x` is a file
    "GIT_PAGER": "cat",
    "GIT_EDITOR": ":",
}
"""What every git process of ours gets: its words can be parsed, and it asks nobody anything."""


def environment_for(start: str, environ: Mapping[str, str], cwd: str) -> dict[str, str]:
    """Give the caller's environment as it fits the repository that `start` lies in.

    Inside a hook the variables that bind to a repository belong to the one the hook runs in: kept, made
    absolute, if that is where `start` lies, else dropped.
    """
    kept = {name: value for name, value in environ.items() if name not in _NEVER}
    if not _is_ambient(start, environ, cwd):
        return {name: value for name, value in kept.items() if name not in _BOUND}
    kept.pop("GIT_PREFIX", None)
    for name in _PATHS:
        if kept.get(name):
            kept[name] = os.path.abspath(os.path.join(cwd, kept[name]))
    if kept.get("GIT_DIR") and not kept.get("GIT_WORK_TREE"):
        _name_work_tree(kept, cwd)
    return kept


def _is_ambient(start: str, environ: Mapping[str, str], cwd: str) -> bool:
    """Whether git, run in `cwd` with this environment, would mean the repository that `start` lies in."""
    found = find_root(start)
    git_dir = environ.get("GIT_DIR")
    if git_dir:
        ambient = os.path.realpath(os.path.join(cwd, git_dir))
        return found.git_dir == ambient if found else _inside(start, environ.get("GIT_WORK_TREE") or cwd, cwd)
    around = find_root(cwd)
    return bool(found and around and found.git_dir == around.git_dir)


def _inside(start: str, work_tree: str, cwd: str) -> bool:
    top = os.path.realpath(os.path.join(cwd, work_tree)).rstrip("/") + "/"
    return (os.path.realpath(start) + "/").startswith(top)


def _name_work_tree(kept: dict[str, str], cwd: str) -> None:
    """With GIT_DIR alone git takes the current folder for the top; ours may be another, so say which."""
    found = find_root(cwd)
    if found and found.git_dir == os.path.realpath(kept["GIT_DIR"]):
        kept["GIT_WORK_TREE"] = found.top
