"""A partial clone fetches in passing what it lacks: not by a program that its own configuration names.

Git does so whenever it looks at an object that is not there; a repository that came as an archive could have it
run anything, as soon as somebody looks at its history.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.storage.git.repository import Repository

NO_LAZY_FETCH = "GIT_NO_LAZY_FETCH"
"""Where it is set already, to 0 or 1, the user has decided."""

_SIGNS = (b"promisor", b"partialclone", b"include")
_PROGRAMS = re.compile(
    r"core\.(sshcommand|gitproxy|askpass|alternaterefscommand)|remote\..*\.(uploadpack|vcs)"
    r"|protocol\..*|credential\.(.*\.)?helper",
    re.DOTALL,
)
_HOOKS = ("reference-transaction", "pre-auto-gc")
_OWN = ("local", "worktree")


def may_lack_objects(git_dir: str, common_dir: str) -> bool:
    """Whether the repository's own configuration may say that it is a partial clone."""
    if os.path.exists(os.path.join(git_dir, "config.worktree")):
        return True
    try:
        with open(os.path.join(common_dir, "config"), "rb") as file:
            settings = file.read().lower()
    except OSError:
        return False
    return any(sign in settings for sign in _SIGNS)


def names_programs(repository: Repository) -> bool:
    """Whether fetching would run something that this repository brought along."""
    own = list(_own_settings(repository))
    if not any(".promisor" in name or name == "extensions.partialclone" for name in own):
        return False
    hooks = os.path.join(repository.top, repository.text("rev-parse", "--git-path", "hooks"))
    has_hook = any(os.access(os.path.join(hooks, name), os.X_OK) for name in _HOOKS)
    return has_hook or any(map(_PROGRAMS.fullmatch, own))


def _own_settings(repository: Repository) -> Iterator[str]:
    """Yield the names of what the repository itself sets, files that it includes and all."""
    listing = repository.run("config", "-z", "--show-scope", "--list", "--includes")
    parts = os.fsdecode(listing).split("\0")
    for scope, entry in zip(parts[0::2], parts[1::2], strict=False):
        if scope in _OWN:
            yield entry.partition("\n")[0]
