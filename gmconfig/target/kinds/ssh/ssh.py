"""The kind `ssh`: a folder or a file of another host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration
from gmconfig.target.kinds.layout.placed import Placed
from gmconfig.target.kinds.ssh.connection import Connection
from gmconfig.target.kinds.ssh.ssh_disk import SshDisk

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Access


class Ssh(Placed):
    """One target of this kind; the connection is made when it is first asked."""

    def __init__(self, target: Target, access: Access) -> None:
        place = target.path or target.file
        if target.host is None or place is None:
            hint = "host: user@host:port, and path: /srv/app/config or file: /etc/app.yaml"
            raise BrokenConfiguration(f'target "{target.name}" names no host or no path', hint=hint)
        if not place.startswith("/") or place.endswith("/") or "\0" in place or ".." in place.split("/"):
            message = f'target "{target.name}": "{place}" is not a place on a host'
            raise BrokenConfiguration(message, hint="path: /srv/app/config")
        disk = SshDisk(Connection(target, access.root))
        super().__init__(target, disk, place, take_over=access.take_over)
