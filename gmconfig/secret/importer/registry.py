"""Every tool that secrets come from; a new one is a module with a `read` and a line here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.secret.importer.imported import Imported
    from gmconfig.secret.importer.keyring import KeyRing

    Reader = Callable[[bytes, str, KeyRing], Imported]


def _lazy(module: str) -> Reader:
    """Give a module's `read`, loading it when it is first called: help only needs the names."""

    def read(raw: bytes, file: str, keys: KeyRing) -> Imported:
        found: Reader = import_module(f"gmconfig.secret.importer.{module}").read
        return found(raw, file, keys)

    return read


IMPORTERS: dict[str, Reader] = {
    "sops": _lazy("sops"),
    "ansible-vault": _lazy("ansible"),
    "eyaml": _lazy("eyaml"),
    "dotenv": _lazy("dotenv"),
}
"""Each reader by the name that `--from` takes; it gets a file's bytes, its name, and the keys at hand."""
