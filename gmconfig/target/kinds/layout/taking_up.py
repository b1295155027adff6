"""The command after which those who read a target know of its new release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.target.errors import ReloadFailed, Unreachable

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kinds.layout.disk import Disk


def reload(disk: Disk, target: Target) -> None:
    """Run a target's reload command, if it has one.

    Raises:
        ReloadFailed: the command says no.
        Unreachable: nobody knows what it says.
    """
    if not target.reload:
        return
    try:
        disk.run(target.reload, target.timeout)
    except Unreachable:
        raise
    except GmconfigError as error:
        raise ReloadFailed(error.message, hint=error.hint) from error
