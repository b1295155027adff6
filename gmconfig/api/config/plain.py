"""From resolved values to plain Python: the caller's own copy, secrets opened."""

from __future__ import annotations

from gmconfig.secret.token import Secret


def plain(value: object) -> object:
    """Give a deep copy with every `Secret` in plain."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.reveal() if isinstance(value, Secret) else value
