"""What `doctor` says where there is no project: it is below, it can be begun, or files there may be adopted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.api.doctor.examined import Examined, failed
from gmconfig.errors import GmconfigError
from gmconfig.project.find import below
from gmconfig.storage.git.root import find_root

if TYPE_CHECKING:
    from gmconfig.errors import NotFound

_ADOPT = "gmconfig init, or gmconfig init --from 'values-{environment}.yaml' to adopt files that are there"


def examine(folder: str | None, error: NotFound, *, fix: bool) -> Examined:
    """Say what is missing; with `fix`, begin where nothing is there that could be meant otherwise."""
    here = os.path.realpath(folder or ".")
    found = find_root(here)
    top = found.top if found else here
    if below(here):
        return failed("project", error)
    if _has_yaml(top) if found else os.listdir(here):
        return Examined("project", "error", str(error), _ADOPT)
    return _begun(top, error) if fix else failed("project", error)


def _begun(top: str, error: NotFound) -> Examined:
    from gmconfig.api.beginning.starting import start
    from gmconfig.api.outcome import How

    try:
        started = start(top, how=How())
    except GmconfigError as trouble:
        return failed("project", trouble)
    said = "; ".join((f"began one: gmconfig init in {top}", *started.notes))
    return Examined("project", "ok", str(error), fixed=said)


def _has_yaml(top: str) -> bool:
    """Whether files that are not hidden could be configuration."""
    for _, folders, files in os.walk(top):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if any(name.endswith((".yaml", ".yml")) and not name.startswith(".") for name in files):
            return True
    return False
