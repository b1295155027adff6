"""Where the files that come with gmconfig lie: schemas and examples, in a wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def share(path: str) -> Path:
    """Give a shipped file or folder, such as `schemas/gmconfig.schema.json`."""
    packaged = _PACKAGE / "share" / path
    return packaged if packaged.exists() else _PACKAGE.parent / path
