"""The commits that this clone keeps in mind, by branch: how far the log had come there when it was last seen."""

from __future__ import annotations

import os

from gmconfig.storage import at_once


def heads_file(common_dir: str, prefix: str) -> str:
    """Give the file that holds them; each project of a repository has its own."""
    name = f"-{prefix.replace('/', '-')}" if prefix else ""
    return os.path.join(common_dir, "gmconfig", f"secret-heads{name}.json")


def read_heads(file: str) -> dict[str, str]:
    """Read them; a file that is not there, or damaged, holds none."""
    import json

    try:
        with open(file, "rb", opener=at_once) as opened:
            heads = json.loads(opened.read())
        return {str(branch): commit for branch, commit in heads.items() if commit.isalnum()}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
