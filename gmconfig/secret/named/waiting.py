"""Whether a clone keeps new values that wait to be committed; loads nothing, since every look at a project asks."""

from __future__ import annotations

import os

FOLDER = "gmconfig-pending"


def is_any_waiting(git_folder: str) -> bool:
    """Whether some rotation did not come to its end."""
    try:
        return bool(os.listdir(f"{git_folder}/{FOLDER}"))  # pathlib costs more than all of this
    except OSError:
        return False
