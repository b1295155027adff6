"""Where a person's own records of a repository lie: outside of it, so that they survive it."""

from __future__ import annotations

import os
from hashlib import sha256

from gmconfig.errors import GmconfigError
from gmconfig.storage.files import make_folders, trouble


def state_folder(common_dir: str) -> str:
    """Give the private folder of a repository's records, made if need be: `<name>-<hash of its place>`.

    Args:
        common_dir: git's common directory; linked worktrees share one folder.

    Raises:
        GmconfigError: there is no home, or it cannot be written.
    """
    folder = os.path.join(state_home(), "gmconfig", _name(common_dir))
    made = make_folders(folder)
    for name in made:
        try:
            os.chmod(name, 0o700)
        except OSError as error:
            raise trouble(error, name) from error
    return folder


def state_home() -> str:
    """Give $XDG_STATE_HOME, else ~/.local/state; a relative one counts as unset, as XDG has it."""
    named = os.environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(named):
        return named
    home = os.path.expanduser("~")  # asks the password database where HOME is unset
    if not os.path.isabs(home):
        raise GmconfigError("there is no home folder", hint="set HOME, or XDG_STATE_HOME")
    return os.path.join(home, ".local", "state")


def _name(common_dir: str) -> str:
    place = os.path.realpath(common_dir)
    folder, last = os.path.split(place)
    name = os.path.basename(folder) if last == ".git" else last.removesuffix(".git")
    return f"{name or 'repository'}-{sha256(os.fsencode(place)).hexdigest()[:8]}"
