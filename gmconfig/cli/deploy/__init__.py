"""`gmconfig deploy`: from a commit to what is live, and back."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Build the words when they are asked for: what answers `deploy plan` needs none of them (PEP 562)."""
    if name != "app":
        raise AttributeError(name)
    from gmconfig.cli.deploy.words import app

    return app
