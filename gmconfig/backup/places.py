"""Where backups go if nobody says otherwise: beside this person's other records, outside of the repository."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.storage.state import state_folder, state_home

if TYPE_CHECKING:
    from gmconfig.project import Project

_FOLDER = "backups"


def usual(project: Project) -> str:
    """Give where a project's backups go: `backups: {to: …}` of gmconfig.yaml, else the folder of its records."""
    named = project.settings.section("backups").get("to")
    if isinstance(named, str) and named:
        return named
    return os.path.join(state_folder(project.repository.common_dir), _FOLDER)


def known() -> list[str]:
    """Give every folder of this person's that has backups, of repositories that are gone too."""
    folder = os.path.join(state_home(), "gmconfig")
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    found = (os.path.join(folder, name, _FOLDER) for name in names)
    return [place for place in found if os.path.isdir(place)]


def resolved(project: Project, place: str) -> str:
    """Give a place as it is opened: a folder that gmconfig.yaml names lies beside gmconfig.yaml."""
    from gmconfig.backup.store import is_url

    if is_url(place) or place.startswith("~"):
        return place
    return os.path.join(project.root, place)
