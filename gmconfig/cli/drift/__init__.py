"""`gmconfig drift`: live against wanted."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Build the words when they are asked for: what answers `drift detect` needs none of them (PEP 562)."""
    if name != "app":
        raise AttributeError(name)
    from gmconfig.cli.drift.words import app

    return app
