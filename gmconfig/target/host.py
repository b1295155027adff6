"""Which machine this is, as targets name it under `host:`."""

from __future__ import annotations

from collections.abc import Mapping


def here(environ: Mapping[str, str]) -> str:
    """Name this machine: as `GMCONFIG_HOST` says, else as it calls itself."""
    if named := environ.get("GMCONFIG_HOST"):
        return named
    import socket

    return socket.gethostname()


def is_here(wanted: str, environ: Mapping[str, str]) -> bool:
    """Whether a name, long or short, means this machine."""
    name = here(environ)
    return wanted in (name, name.partition(".")[0])
