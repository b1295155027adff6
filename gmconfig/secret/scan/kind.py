"""Which files are looked at how: configuration, other text, and what is random by nature."""

from __future__ import annotations

from enum import Enum

_CONFIGURATION = (
    ".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".conf", ".env", ".properties", ".tfvars", ".xml",
)  # fmt: skip
_RANDOM = (
    ".lock", "-lock.json", "-lock.yaml", ".sum", ".min.js", ".min.css", ".map", ".svg", ".ipynb", ".age",
    ".pem.pub", ".pub", ".crt", ".cer", ".sarif",
)  # fmt: skip
_OURS = ("secrets/log/", "secrets/keys/")


class Kind(Enum):
    """How names and randomness are judged in a file."""

    CONFIGURATION = "configuration"
    TEXT = "text"
    RANDOM = "random"


def kind_of(file: str) -> Kind:
    """Say what a file is, by its name."""
    name = file.rpartition("/")[2].lower()
    if name.endswith(_RANDOM) or name == "access.yaml" or any(part in file for part in _OURS):
        return Kind.RANDOM
    if name.endswith(_CONFIGURATION) or name.startswith(".env"):
        return Kind.CONFIGURATION
    return Kind.TEXT


def is_binary(raw: bytes) -> bool:
    """Whether a file is not text, as git judges it."""
    return b"\0" in raw[:8000]
