"""What happened, noted in the journal; a journal that cannot be written stops nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.log import logger
from gmconfig.record import names
from gmconfig.storage.journal import Journal

if TYPE_CHECKING:
    from gmconfig.project import Project

log = logger("record")


def noted(project: Project, *events: Mapping[str, object]) -> bool:
    """Append events to the journal, all at once; False where it cannot be written."""
    try:
        Journal(project.repository, names.below(project)).append_all(events)
    except GmconfigError as error:
        log.warning("not written to the journal: %s", error.message)
        return False
    return True
