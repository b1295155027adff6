"""The layout of `directory` on another host, over SFTP; host keys are checked against known_hosts, always."""

from __future__ import annotations

from gmconfig.target.kinds.ssh.ssh import Ssh

__all__ = ["Ssh"]
