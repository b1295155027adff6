"""Where programs write events: in the folder that they name, else in the project's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gmconfig.flag.event.log import EventLog
    from gmconfig.flag.source import Source
    from gmconfig.project import Project


def events_folder(project: Project, given: str | os.PathLike[str] | None = None) -> str | None:
    """Give the folder of events: the given one, else the one that gmconfig.yaml names below its own folder."""
    if given is not None:
        return os.path.abspath(given)
    named = project.settings.section("flags").get("events_dir")
    return os.path.join(project.root, str(named)) if named else None


def event_log(
    source: Source, given: str | os.PathLike[str] | None = None, environment: str | None = None
) -> EventLog | None:
    """Give what writes the events of a program that asks these flags; None where no folder is known.

    A compiled file does not know its environment: it is the given one.
    """
    from gmconfig.flag.source import ProjectFlags

    if isinstance(source, ProjectFlags):
        environment, folder = source.environment, events_folder(source.project, given)
    else:
        folder = None if given is None else os.path.abspath(given)
    if folder is None:
        return None
    from gmconfig.flag.event.log import EventLog

    return EventLog(folder, environment)
